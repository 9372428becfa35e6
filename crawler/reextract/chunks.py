"""Which records of an archive are pages that can be read again, in pieces to be
handed out: those of stories and of lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING

from crawler import urls
from crawler.archive import payload
from crawler.archive.framing import Damaged, Lost, frames
from crawler.archive.stored import instant
from crawler.extraction import LISTS, origin_of
from crawler.reextract import quick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from crawler.archive.framing import Frame

    Place = tuple[int, int]

# Large enough that a query of the database serves many pages, small enough that two
# workers end at about the same time
SIZE = 32
READ = frozenset({urls.PageKind.STORY, *LISTS})
TYPE = re.compile(rb"\r\nWARC-Type: *(\S+)", re.IGNORECASE)
URI = re.compile(rb"\r\nWARC-Target-URI: *<?([^\s>]+)", re.IGNORECASE)
DATE = re.compile(rb"\r\nWARC-Date: *(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Places of one file where pages lie, in their order.

    ``places``: first byte and the byte after the last one; the latter is 0 where the
    file is not compressed. ``faults``: a line for each damaged place that was met on
    the way to them. ``passed_over``: answers of the list API that were: which ranks
    their rows had was decided by the night.
    """

    path: Path
    places: tuple[Place, ...]
    faults: tuple[str, ...] = ()
    passed_over: int = 0


def chunks(files: Iterable[Path], since: datetime | None = None) -> Iterator[Chunk]:
    """All pages that the files hold, whatever else is broken in them.

    Args:
        since: aware; what was fetched earlier is left out.
    """
    for path in files:
        places: list[Place] = []
        faults: list[str] = []
        passed_over = 0
        for found in _found(path, since):
            if isinstance(found, str):
                faults.append(found)
            elif found is None:
                passed_over += 1
            else:
                places.append(found)
            if len(places) == SIZE:
                yield Chunk(path, tuple(places), tuple(faults), passed_over)
                places, faults, passed_over = [], [], 0
        if places or faults or passed_over:
            yield Chunk(path, tuple(places), tuple(faults), passed_over)


def _found(path: Path, since: datetime | None) -> Iterator[Place | str | None]:
    """Places of pages, None for an answer of the list API, and a line for what cannot
    be read."""
    try:
        with path.open("rb") as stream:
            # what is damaged at its beginning is more likely compressed: ours all are
            if stream.read(len(quick.OPENING)) not in (quick.OPENING, b""):
                with mmap(stream.fileno(), 0, access=ACCESS_READ) as data:
                    yield from _members(path, data, since)
                return
        for frame in frames(path):
            yield from _of_frame(path, frame, since, end=0)
    except Damaged as error:
        yield str(error)
    except OSError as error:
        yield f"{path}: {error.strerror or error}"


def _members(
    path: Path, data: mmap, since: datetime | None
) -> Iterator[Place | str | None]:
    offset, size = 0, len(data)
    while offset < size:
        found = quick.member(data, offset)
        if found is None:
            frame = next(frames(path, offset))
            yield from _of_frame(path, frame, since, end=frame.end)
            offset = frame.end
            continue
        end, record = found
        head = record.find(quick.END)
        kind, url, date = (
            _value(pattern.search(record, 0, head + 2)) for pattern in (TYPE, URI, DATE)
        )
        status = payload.STATUS.match(record, head + len(quick.END))
        code = status[1] if status else None
        if _is_young(date, since):
            yield from _of_page((offset, end), kind.lower(), url, code)
        offset = end


def _of_frame(
    path: Path, frame: Frame | Lost, since: datetime | None, *, end: int
) -> Iterator[Place | str | None]:
    if isinstance(frame, Lost):
        lost = frame.end - frame.offset
        yield f"{path}: offset {frame.offset}: {frame.reason}; {lost} bytes are lost"
        return
    status = payload.STATUS.match(frame.block)
    code = status[1] if status else None
    url = frame.get("warc-target-uri").strip("<>")
    if _is_young(frame.get("warc-date"), since):
        yield from _of_page((frame.offset, end), frame.kind, url, code)


def _of_page(
    place: Place, kind: str, url: str, status: bytes | None
) -> Iterator[Place | None]:
    """A response with status 200 whose address is a story's or a list's; also what may
    be one but is damaged, for whoever reads it to say so."""
    if not kind:
        yield place
    elif kind == "response" and status in (None, b"200"):
        page = urls.page_kind(url, origin=origin_of(url)) if url else None
        if page is urls.PageKind.API:
            yield None
        elif page is None or page in READ:
            yield place


def _is_young(date: str, since: datetime | None) -> bool:
    """What does not say when it was fetched is not left out: its reader tells."""
    if since is None:
        return True
    when = instant(date)
    return when is None or when >= since


def _value(found: re.Match[bytes] | None) -> str:
    return found[1].decode("utf-8", "replace") if found else ""
