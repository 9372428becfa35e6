"""The manifest of a series: what a night did, and one root hash to cite it by.

``<series>.json`` beside the WARC files. The root hash is the SHA-256 of the lines that
``sha256sum *.warc.gz`` prints for the files of the series, in the order of their names,
so that anybody can compute it again without this program.
"""

from __future__ import annotations

import json
import os
import statistics
from hashlib import file_digest, sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.archive import index
from crawler.archive.reader import Damaged, Stored, capture_of, decoded, scan
from crawler.archive.series import SUFFIX, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from crawler.items import Capture

FORMAT = "udn-world archive manifest 1"
COUNTED = ("page/", "skip/", "left/", "request/", "archive/", "retry/", "robotstxt/")


def finish(
    root: Path,
    name: str,
    *,
    told: Mapping[str, Any],
    counters: Mapping[str, Any],
    damaged: Callable[[Damaged], None] | None = None,
) -> str | None:
    """Writes the index and the manifest of a finished series.

    Args:
        root: the archive's folder.
        name: of the series, relative to ``root``.
        told: further entries (run, software, settings …).
        counters: Scrapy's stats; those of outcomes are kept.
        damaged: is told of each fault, and the series gets its manifest all the same.

    Returns:
        The root hash; None where nothing was archived.

    Raises:
        Damaged: a file of the series cannot be read; so if it has a fault and
            ``damaged`` is not given.
        OSError: the manifest cannot be written.
    """
    files = files_of(root, name)
    if not files:
        return None
    captures, robots = _read(files, root, damaged)
    base = root / name
    answered = (one for one in captures if one.status is not None)
    index.write(base.with_name(base.name + index.SUFFIX), map(index.entry, answered))
    hashed = [hashed_file(path) for path in files]
    manifest = {
        "format": FORMAT,
        "series": name,
        **told,
        "outcomes": {
            key: counters[key] for key in sorted(counters) if key.startswith(COUNTED)
        },
        "captures": len(captures),
        "robots": robots,
        "pauses_seconds": pauses(one.fetched_at for one in captures),
        "files": hashed,
        "root": root_hash(hashed),
    }
    write(base.with_name(base.name + ".json"), manifest)
    return str(manifest["root"])


def _read(
    files: Iterable[Path], root: Path, damaged: Callable[[Damaged], None] | None
) -> tuple[list[Capture], list[dict[str, Any]]]:
    """All captures, without their bodies, and what robots.txt said."""
    captures: list[Capture] = []
    robots: list[dict[str, Any]] = []
    for path in files:
        for stored in scan(path, damaged):
            captures.append(capture_of(stored, path, root))
            if urlsplit(stored.url).path == "/robots.txt":
                robots.append(_robots(stored))
    return captures, robots


def files_of(root: Path, name: str) -> list[Path]:
    """The WARC files of a series, in order."""
    base = root / name
    return sorted(base.parent.glob(f"{base.name}-*{SUFFIX}"))


def hashed_file(path: Path) -> dict[str, Any]:
    """Name, bytes and SHA-256 of a file."""
    with path.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}


def root_hash(files: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 (hex) over ``<sha256>  <name>`` lines, sorted by name."""
    ordered = sorted(files, key=lambda one: str(one["name"]))
    lines = "".join(f"{one['sha256']}  {one['name']}\n" for one in ordered)
    return sha256(lines.encode()).hexdigest()


def write(path: Path, manifest: Mapping[str, Any]) -> None:
    """Writes the file whole or not at all."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, default=str)
    draft = path.with_suffix(".part")
    try:
        with draft.open("w", encoding="utf-8") as out:
            out.write(text + "\n")
            out.flush()
            os.fsync(out.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def pauses(times: Iterable[datetime]) -> dict[str, float]:
    """Shortest and median time between two answers of the site."""
    gaps = [(b - a).total_seconds() for a, b in pairwise(sorted(times))]
    if not gaps:
        return {}
    return {
        "shortest": round(min(gaps), 3),
        "median": round(statistics.median(gaps), 3),
    }


def _robots(stored: Stored) -> dict[str, Any]:
    try:
        body = decoded(stored).body
    except Damaged:  # it lies about its encoding: a night is no less citable for it
        body = stored.body
    text = body.decode("utf-8", "replace") if stored.status else None
    return {
        "url": stored.url,
        "status": stored.status,
        "failure": stored.failure,
        "text": text,
    }
