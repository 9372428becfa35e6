"""The nights that an archive's folder holds: one series of WARC files each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.archive import manifest, repair
from crawler.archive.reader import Damaged, scan

if TYPE_CHECKING:
    from pathlib import Path

# As series_name() and Series make them
FILE = re.compile(r"(udn-\d{8}T[\d.]+Z-run(\d+))-\d{5,}\.warc\.gz")
RUN = re.compile(r"-run(\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One series. ``manifest``: complete, killed, writing, or broken; ``root``: the
    hash to cite, None without a manifest; ``bytes`` of all its files."""

    series: str
    run: int | None
    files: int
    bytes: int
    captures: int
    root: str | None
    manifest: str


def series_of(path: Path) -> str | None:
    """Name of the series that a WARC file belongs to; None for another tool's."""
    found = FILE.fullmatch(path.name)
    return found[1] if found else None


def names(root: Path) -> list[str]:
    """Series of an archive's folder, relative to it: those with files, and those of
    which only the manifest is left."""
    folders = sorted({path.parent for path in root.glob("*/*/*/udn-*")})
    found = set()
    for folder in folders:
        inside = folder.relative_to(root)
        for path in folder.iterdir():
            own = path.stem if path.suffix == ".json" else series_of(path)
            if own and RUN.search(own):
                found.add((inside / own).as_posix())
    return sorted(found)


def told(base: Path) -> dict[str, Any] | None:
    """The manifest of the series ``base`` (folder and name); None if there is none.

    Raises:
        ValueError: it is no manifest; the message says why.
    """
    path = base.with_name(f"{base.name}.json")
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ValueError(f"no JSON: {error}") from error
    listed = found.get("files") if isinstance(found, dict) else None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ValueError("not a manifest of this program")
    return dict(found)


def night(root: Path, name: str) -> Night:
    """What is there of a series; its files are read only if no manifest tells."""
    paths = manifest.files_of(root, name)
    state, own = "complete", None
    try:
        own = told(root / name)
        if own is None:
            writing = any(repair.being_written(path) for path in paths)
            state = "writing" if writing else "killed"
    except (OSError, ValueError):
        state = "broken"
    run = RUN.search(name)
    return Night(
        series=name,
        run=int(run[1]) if run else None,
        files=len(paths),
        bytes=sum(path.stat().st_size for path in paths),
        captures=int(own.get("captures", 0)) if own else sum(map(_captures, paths)),
        root=own.get("root") if own else None,
        manifest=state,
    )


def _captures(path: Path) -> int:
    faults: list[Damaged] = []
    try:
        return sum(1 for _ in scan(path, faults.append))
    except Damaged:
        return 0  # scrapy archive verify says why
