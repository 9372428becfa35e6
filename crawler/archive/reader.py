"""Reads captures back: from our own files and from those of other tools."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.archive import payload
from crawler.archive.exchange import payload_digest, row_fields
from crawler.archive.framing import Damaged, Frame, Lost, frame_at, frames
from crawler.archive.members import Fault
from crawler.archive.stored import Stored, date_of, digest_fault, stored_of
from crawler.items import Capture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from crawler.archive.framing import Pairs

# Scrapy's word for a body that may not be whole
PARTIAL = "partial"
NAMES = (".warc", ".warc.gz")

__all__ = [
    "PARTIAL",
    "Damaged",
    "Stored",
    "capture_of",
    "decoded",
    "digest_fault",
    "holds_a_record",
    "is_archive",
    "read",
    "resources",
    "response_of",
    "scan",
    "told_of",
]


def scan(
    path: Path, damaged: Callable[[Damaged], None] | None = None
) -> Iterator[Stored]:
    """Captures of a file in their order, whatever lies broken between them.

    Args:
        damaged: is told of each fault as it is met, one line each.

    Raises:
        Damaged: after all that can be read, if there was a fault and ``damaged`` is
            not given; at once if the file itself cannot be read.
    """
    faults: list[Damaged] = []
    tell = damaged or faults.append
    for one in frames(path):
        try:
            found = stored_of(one)
        except Fault as fault:
            tell(Damaged(f"{path}: offset {one.offset}: {fault}"))
            continue
        if found is not None:
            yield found
    if faults:
        more = f" (and {len(faults) - 1} more)" if faults[1:] else ""
        raise Damaged(f"{faults[0]}{more}")


def holds_a_record(path: Path) -> bool:
    """Is there one sound record in a file?

    Raises:
        Damaged: the file cannot be read.
    """
    return any(isinstance(one, Frame) for one in frames(path))


def is_archive(path: Path) -> bool:
    """Is a file a WARC file, by its name or by any sound record in it?

    Its beginning alone does not tell: that may be what is damaged. What cannot be read
    is none.
    """
    try:
        if path.name.endswith(NAMES):
            return path.is_file()
        return holds_a_record(path)
    except (Damaged, OSError):
        return False


def read(path: Path, offset: int) -> Stored:
    """The capture whose record begins at ``offset``.

    Raises:
        Damaged: there is no sound one.
    """
    try:
        found = stored_of(frame_at(path, offset))
    except Fault as fault:
        raise Damaged(f"{path}: offset {offset}: {fault}") from fault
    if found is None:
        raise Damaged(f"{path}: no capture at offset {offset}")
    return found


def resources(path: Path, url: str) -> Iterator[tuple[datetime, bytes]]:
    """What earlier runs were given for ``url`` and this one went by, and when (aware
    UTC); records that cannot be read are left out.

    Raises:
        Damaged: the file itself cannot be read.
    """
    for one in frames(path):
        if isinstance(one, Lost) or one.kind != "resource":
            continue
        if one.get("warc-target-uri").strip("<>") == url:
            with suppress(Fault):
                yield date_of(one), one.block


def told_of(
    path: Path, damaged: Callable[[Damaged], None] | None = None
) -> dict[str, str]:
    """Fields of a file's ``warcinfo`` record; empty where it has none.

    Args:
        damaged: is told if the first record is broken; it only adds to the captures.

    Raises:
        Damaged: the file cannot be read; so if ``damaged`` is not given and the first
            record is broken.
    """
    first = next(frames(path), None)
    if isinstance(first, Lost):
        fault = Damaged(f"{path}: offset {first.offset}: {first.reason}")
        if damaged is None:
            raise fault
        damaged(fault)
        return {}
    if first is None or first.kind != "warcinfo":
        return {}
    text = first.block.decode("utf-8", "replace")
    lines = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, colon, value in lines if colon}


def capture_of(stored: Stored, path: Path, root: Path) -> Capture:
    """The row of a capture that :func:`scan` found in ``path``."""
    inside = path.is_relative_to(root)
    return Capture(
        capture_id=stored.capture_id,
        url=stored.url,
        method="GET",
        status=stored.status,
        failure=stored.failure,
        file=path.relative_to(root).as_posix() if inside else str(path),
        file_offset=stored.file_offset,
        file_length=stored.file_length,
        payload_sha256=payload_digest(stored.body),
        payload_length=len(stored.body),
        fetched_at=stored.fetched_at,
        **row_fields(stored.headers),
    )


def response_of(stored: Stored, *, url: str | None = None) -> Response:
    """The response as it came off the wire, its Content-Encoding still on.

    Args:
        url: the address asked for, where it is another spelling.
    """
    return _response(stored, url or stored.url, stored.body, stored.headers)


def decoded(stored: Stored) -> Response:
    """The response without its Content-Encoding, as a page reader wants it.

    Raises:
        Damaged: the body is cut, or not what its Content-Encoding says.
    """
    if stored.cut:
        raise Damaged(f"{stored.url}: the body is cut short")
    encodings = [v for n, v in stored.headers if n.lower() == "content-encoding"]
    try:
        body, left = payload.unencoded(stored.body, encodings)
    except Fault as fault:
        raise Damaged(f"{stored.url}: {fault}") from fault
    dropped = {"content-encoding", "content-length"}
    headers = tuple(one for one in stored.headers if one[0].lower() not in dropped)
    if left:  # nobody here knows it: the reader of the page is to see that
        headers += (("Content-Encoding", ", ".join(left)),)
    return _response(stored, stored.url, body, headers)


def _response(stored: Stored, url: str, body: bytes, named: Pairs) -> Response:
    headers = Headers()
    for name, value in named:
        headers.appendlist(name.encode("latin-1"), value.encode("latin-1"))
    kind = responsetypes.from_args(headers=headers, url=stored.url, body=body)
    flags = [PARTIAL] if stored.cut else []
    return kind(url, status=stored.status or 0, headers=headers, body=body, flags=flags)
