"""Which program this is, and which extractor: what a stored row was read by."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

SOFTWARE = "udn-world/0.1"
# All that decides what a page's bytes become; a change here is another extractor
HERE = Path(__file__).parent
EXTRACTOR = ("pages", "sections", "loaders.py", "photos.py", "times.py", "urls.py")
DATES = HERE.parent / "pipelines" / "dates.py"


@cache
def extractor_version() -> str:
    """Name of the extractor: the program's version and a digest of the code that reads
    pages, so that nobody can forget to count it up."""
    digest = sha256()
    for path in [*extractor_files(), DATES]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{SOFTWARE.partition('/')[2]}+{digest.hexdigest()[:12]}"


def extractor_files() -> list[Path]:
    """The modules of the extractor, sorted."""
    found = []
    for name in EXTRACTOR:
        path = HERE / name
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return found
