"""The captures of one or more archives, to be looked up by address."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from glob import escape
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler import urls
from crawler.archive.nights import series_of
from crawler.archive.reader import (
    Damaged,
    Stored,
    capture_of,
    read,
    resources,
    scan,
    told_of,
)
from crawler.archive.series import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime, timedelta

    from crawler.items import Capture


# Captures of a night that tell its site from what else it fetched
MANY = 100


class NoArchive(ValueError):
    """What was named is no archive; the message says what is expected."""


def possible(var_dir: Path) -> None:
    """An archive may not be there yet; but its folder must be one that can be made.

    Raises:
        NoArchive: it cannot be; nothing is left behind by trying.
    """
    there = next(path for path in (var_dir, *var_dir.parents) if path.exists())
    if there == var_dir and there.is_dir():
        return
    try:
        with TemporaryDirectory(dir=there):
            return
    except OSError as error:
        raise NoArchive(
            f"{var_dir}, which VAR_DIR names, is no folder and cannot be made: "
            f"{error.strerror}"
        ) from error


class Shelf:
    """Where each capture lies: by canonical address, oldest first.

    Args:
        files: WARC files.
        origin: scheme, host and port that the captures were fetched from.
        at: aware; later captures do not exist.
    """

    def __init__(
        self, files: Iterable[Path], *, origin: str, root: Path, at: datetime | None
    ) -> None:
        self.files, self.origin, self.root, self.at = tuple(files), origin, root, at
        self.places: dict[str, list[tuple[datetime, Path, int, int | None]]] = {}

    def open(self) -> Iterator[Capture]:
        """Reads the files once, and tells of each capture.

        Raises:
            Damaged: after all that can be read, if there was anything that cannot.
        """
        faults: list[Damaged] = []
        for path in self.files:
            for stored in self._readable(path, faults):
                if self.at is None or stored.fetched_at <= self.at:
                    key = urls.canonical(stored.url, origin=self.origin)
                    offset, status = stored.file_offset, stored.status
                    place = (stored.fetched_at, path, offset, status)
                    self.places.setdefault(key, []).append(place)
                    yield capture_of(stored, path, self.root)
        if faults:
            more = f" (and {len(faults) - 1} more)" if faults[1:] else ""
            raise Damaged(f"{faults[0]}{more}")

    def _readable(self, path: Path, faults: list[Damaged]) -> Iterator[Stored]:
        try:
            yield from scan(path, faults.append)
        except Damaged as error:
            faults.append(error)

    def last(self, url: str, *, whole: bool = False) -> Stored | None:
        """The last capture of an address; None if there is none.

        Args:
            whole: a 304, which has no page, is no answer.
        """
        places = [
            place
            for place in self.places.get(urls.canonical(url, origin=self.origin), ())
            if not (whole and place[3] == 304)
        ]
        if not places:
            return None
        _, path, offset, _ = max(places, key=lambda place: place[0])
        return read(path, offset)

    def gone_by(self, url: str, good_for: timedelta) -> bytes | None:
        """What the night went by when it asked for ``url`` last and was not given it:
        what an earlier one was given, not longer than ``good_for`` before."""
        places = self.places.get(urls.canonical(url, origin=self.origin), [])
        asked = max((when for when, *_ in places), default=None)
        found: list[tuple[datetime, bytes]] = []
        for path in self.files if asked else ():
            with suppress(Damaged):  # told of when the shelf was opened
                found += resources(path, url)
        good = [one for one in found if asked and asked - good_for <= one[0] <= asked]
        return max(good, default=(None, None))[1]


def find(named: str, root: Path) -> list[Path]:
    """``replay=``: a run's number, a WARC file, a series or a folder -> WARC files.

    Raises:
        NoArchive: nothing, or more than one run, is meant.
    """
    if named.isascii() and named.isdigit():
        return _of_run(int(named), root)
    path = Path(named)
    for place in (path, root / named):
        if place.is_file():
            return [place]
        files = within(place) or sorted(
            place.parent.glob(f"{escape(place.name)}-*{SUFFIX}")
        )
        if files:
            return files
    raise NoArchive(f"{named!r}: no WARC file, no series, no folder with any, no run")


def night_of(files: list[Path], root: Path) -> list[Path]:
    """The files of one run -> those of every run that worked on its job, be it that one
    was killed and another went on, or that several shared it; the earliest run first.

    Raises:
        Damaged: the first of ``files`` cannot be read.
    """
    job = info(files).get("job")
    if not job:
        return files
    series: dict[str, list[Path]] = {}
    for path in sorted(root.glob(f"*/*/*/udn-*-run*-*{SUFFIX}")):
        series.setdefault(path.name.rpartition("-")[0], []).append(path)
    # their names begin with the time of the run
    ordered = [series[name] for name in sorted(series)]
    return [path for one in ordered if _job_of(one) == job for path in one]


def _job_of(files: list[Path]) -> str | None:
    try:
        return info(files).get("job")
    except Damaged:
        return None  # what it held is missed, and counted


def within(folder: Path) -> list[Path]:
    """All WARC files of a folder and those below it, by name."""
    kinds = (f"*{SUFFIX}", "*.warc")
    return sorted(path for kind in kinds for path in folder.rglob(kind))


def _of_run(number: int, root: Path) -> list[Path]:
    files = sorted(root.glob(f"*/*/*/udn-*-run{number}-*{SUFFIX}"))
    series = {path.name.rpartition("-")[0] for path in files}
    if not files:
        raise NoArchive(f"run {number} has no archive in {root}")
    if len(series) > 1:
        names = ", ".join(sorted(series))
        raise NoArchive(f"run {number} is ambiguous in {root}: {names}; name a series")
    return files


def info(
    files: Sequence[Path], damaged: Callable[[Damaged], None] = lambda _: None
) -> dict[str, str]:
    """What the first file says of itself (``warcinfo``), or where that is broken, the
    next one of its series, which says the same; empty for none.

    Args:
        damaged: is told of each that is broken.

    Raises:
        Damaged: a file cannot be read.
    """
    own = [series_of(path) for path in files]
    for path, series in zip(files, own, strict=True):
        if path != files[0] and (series is None or series != own[0]):
            continue
        faults: list[Damaged] = []
        told = told_of(path, faults.append)
        if not faults:
            return told
        damaged(faults[0])
    return {}


def origin(files: Iterable[Path]) -> str:
    """Scheme, host and port that most of the first captures were fetched from; empty
    without a capture.

    Raises:
        Damaged: a file cannot be read.
    """
    captures = chain.from_iterable(scan(path, lambda _: None) for path in files)
    parts = (urlsplit(one.url) for one in islice(captures, MANY))
    counted = Counter(f"{one.scheme}://{one.netloc}" for one in parts)
    return counted.most_common(1)[0][0] if counted else ""
