"""Which program this is, to the site, and which extractor a stored row was read by."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.settings import Settings

SOFTWARE = "udn-world/0.1"
HERE = Path(__file__).parent.parent
# All that decides what a page's bytes become, and what a revision of it holds: a change
# is another extractor
EXTRACTOR = (
    *("crawler/pages", "crawler/sections", "crawler/middlewares/charset.py"),
    *("crawler/loaders.py", "crawler/processors.py", "crawler/items.py"),
    *("crawler/photos.py", "crawler/times.py", "crawler/urls.py"),
    *("crawler/story_address.py", "crawler/rfc3986.py"),
    *("pipelines/dates.py", "pipelines/revisions.py", "pipelines/storage/text.py"),
)


def user_agent(contact: str) -> str:
    """What the site is told: the program, and who runs it."""
    return f"{SOFTWARE} (news archive; {contact or 'contact not set'})"


def introduce(settings: Settings) -> None:
    """A contact of the command line (``-s UDN_CONTACT=``) goes into the User-Agent,
    which was made before it was known; not over a User-Agent given there too."""
    contact, agent = map(settings.getpriority, ("UDN_CONTACT", "USER_AGENT"))
    if (contact or 0) > (agent or 0):
        told = user_agent(settings["UDN_CONTACT"])
        settings.set("USER_AGENT", told, priority="cmdline")


@cache
def extractor_version() -> str:
    """Name of the extractor: the program's version and a digest of the code that reads
    pages, so that nobody can forget to count it up."""
    digest = sha256()
    for path in extractor_files():
        name = path.relative_to(HERE).as_posix()
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return f"{SOFTWARE.partition('/')[2]}+{digest.hexdigest()[:12]}"


def extractor_files() -> list[Path]:
    """The modules of the extractor, always in the same order."""
    found = []
    for name in EXTRACTOR:
        path = HERE / name
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return found
