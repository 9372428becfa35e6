"""What ``scrapy archive verify`` looks at, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.archive import manifest, nights, repair, rows, shelf, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from crawler.archive.verify import Finding
    from crawler.items import Capture

# Outcomes of runs that may have archived more than they stored
SHORT = frozenset({"died", "storing_failed"})


@dataclass(slots=True)
class Scope:
    """WARC files, and series (folder and name) to be compared with their manifests."""

    files: list[Path] = field(default_factory=list)
    series: list[Path] = field(default_factory=list)

    def add(self, paths: Iterable[Path], *, whole: bool) -> None:
        """``whole``: the series that the files belong to are meant, not only they."""
        for path in paths:
            if path not in self.files:
                self.files.append(path)
            name = nights.series_of(path)
            if whole and name and path.with_name(name) not in self.series:
                self.series.append(path.with_name(name))


def everything(root: Path) -> Scope:
    """All that lies in an archive's folder."""
    names = nights.names(root)
    return Scope(shelf.within(root), [root / name for name in names])


def named(paths: Iterable[str], root: Path) -> Scope:
    """What was named: WARC files, series, folders, or runs.

    Raises:
        NoArchive: one of them is none; the message says what is expected.
    """
    scope = Scope()
    for one in paths:
        found = shelf.find(one, root)
        scope.add(found, whole=[path.name for path in found] != [one.split("/")[-1]])
    return scope


@dataclass(slots=True)
class Inspection:
    """Goes through a scope; ``tell`` gets each finding as soon as it is made."""

    root: Path
    tell: Callable[[Finding], None]
    rows_of: Callable[[str], Iterable[Capture]] | None = None
    files: int = 0
    records: int = 0
    captures: int = 0
    rows: int = 0
    roots: dict[str, str] = field(default_factory=dict)
    # files elsewhere that rows point into all the same: a replay read them there
    outside: frozenset[str] = frozenset()

    def run(self, scope: Scope) -> None:
        """Series first, then each file with the rows that point into it."""
        writing = {path for path in scope.files if repair.being_written(path)}
        at_work = {path.with_name(nights.series_of(path) or "") for path in writing}
        for base in scope.series:
            if base not in at_work:
                self.series(base)
        for path in scope.files:
            if path in writing:
                told = "not looked at: a run is writing it"
                self.tell(verify.Finding(str(path), None, told, grave=False))
            else:
                self.file(path)

    def series(self, base: Path) -> None:
        findings, root = verify.series(base, own=base.is_relative_to(self.root))
        self.roots[base.name] = root
        for finding in findings:
            self.tell(finding)

    def file(self, path: Path) -> None:
        told = _manifest_of(path)
        empty = {"name": path.name, "bytes": 0}.items()
        listed = told.get("files", [])
        checked = verify.warc(
            path, may_be_empty=any(empty <= one.items() for one in listed)
        )
        self.files += 1
        self.records += checked.records
        self.captures += len(checked.places)
        for finding in checked.findings:
            self.tell(finding)
        inside = path.is_relative_to(self.root)
        name = path.relative_to(self.root).as_posix() if inside else str(path)
        if self.rows_of is not None and (inside or name in self.outside):
            died = told.get("outcome") in SHORT
            findings, number = rows.compare(
                str(path), self.rows_of(name), checked, died=died
            )
            self.rows += number
            for finding in findings:
                self.tell(finding)

    def missing(self, names: Iterable[str]) -> None:
        """Files that rows point into; those that are not there are findings."""
        for name in names:
            path = self.root / name
            if self.rows_of is not None and not path.exists():
                findings, number = rows.compare(str(path), self.rows_of(name), None)
                self.rows += number
                for finding in findings:
                    self.tell(finding)


def _manifest_of(path: Path) -> dict[str, Any]:
    name = nights.series_of(path)
    if name is None:
        return {}
    try:
        return nights.told(path.with_name(name)) or {}
    except (OSError, ValueError):
        return {}  # a finding of the series, not of the file


def indexes(paths: list[str], root: Path) -> dict[Path, list[Path]]:
    """Index without its suffix -> WARC files it is of: one a series, else one a file.

    Raises:
        NoArchive: a path is none.
    """
    groups: dict[Path, list[Path]] = {}
    for path in (file for one in paths for file in shelf.find(one, root)):
        series = nights.series_of(path)
        if series:
            base = path.with_name(series)
            groups[base] = manifest.files_of(path.parent, series)
        else:
            base = path.with_name(path.name.removesuffix(".gz").removesuffix(".warc"))
            groups.setdefault(base, []).append(path)
    return groups
