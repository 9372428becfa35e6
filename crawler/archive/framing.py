"""Where records begin and end in a WARC file; damage costs no more than its record.

A compressed WARC file is one gzip member a record, one after the other, so that a
reader who meets a broken one finds the next by its first bytes. Whether a file is
compressed each record says itself: the first one may be the broken one.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from crawler.archive.members import (
    CHUNK,
    OPENING,
    WBITS,
    Fault,
    Member,
    Plain,
    Source,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD_MAX = 1 << 20
# A record is held in memory whole
BLOCK_MAX = 1 << 30
GZIP = b"\x1f\x8b"
# What a record seems to begin with, by the way it is read; None: by either
MEMBER, PLAIN = rb"\x1f\x8b\x08", rb"WARC/\d\.\d+\r?\n"
BEGINS: dict[type[Source] | None, re.Pattern[bytes]] = {
    Member: re.compile(MEMBER),
    Plain: re.compile(PLAIN),
    None: re.compile(MEMBER + b"|" + PLAIN),
}
END = b"\r\n\r\n"
TOO_LARGE = "there is no memory for what it holds"
FOLDED = re.compile(r"\r?\n[ \t]+")

Pairs = tuple[tuple[str, str], ...]


class Damaged(Exception):
    """A file or a record cannot be read; the message names file, place and fault."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A record: ``offset`` and ``length`` are bytes of the file; ``block`` is what its
    Content-Length spans; names of ``headers`` are in lower case."""

    offset: int
    length: int
    headers: Pairs
    block: bytes

    def get(self, name: str) -> str:
        """The first value of a header field; empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def kind(self) -> str:
        return self.get("warc-type").lower()

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Lost:
    """Bytes of a file that are no sound record: from ``offset`` up to ``end``."""

    offset: int
    end: int
    reason: str


def frames(path: Path, offset: int = 0) -> Iterator[Frame | Lost]:
    """The records of a file from ``offset`` on, and what lies broken between them.

    Every byte of the file belongs to one of them; an empty file has none.

    Raises:
        Damaged: the file cannot be opened or read.
    """
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            before: type[Source] | None = None
            while offset < size:
                source = _source(stream, offset, before)
                one = _at(stream, offset, size, source, before)
                yield one
                offset = one.end
                if isinstance(one, Frame):
                    before = type(source)
    except OSError as error:
        raise Damaged(f"{path}: {error.strerror or error}") from error


def frame_at(path: Path, offset: int) -> Frame:
    """The record that begins at ``offset``.

    Raises:
        Damaged: there is none, or the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            source = _source(stream, offset)
            headers, block = _record(source)
            return Frame(offset, source.length, headers, block)
    except OSError as error:
        raise Damaged(f"{path}: {error.strerror or error}") from error
    except Fault as fault:
        raise Damaged(f"{path}: offset {offset}: {fault}") from fault
    except MemoryError as error:
        raise Damaged(f"{path}: offset {offset}: {TOO_LARGE}") from error


def _source(
    stream: BinaryIO, offset: int, before: type[Source] | None = None
) -> Source:
    """How to read what begins at ``offset``: as its first bytes say, and where they say
    nothing, as the last sound record ``before`` it was read."""
    stream.seek(offset)
    opening = stream.read(len(OPENING))
    if opening.startswith(GZIP):
        # an uncompressed file holds pages in gzip, where a record lies about its length
        by_chance = before is Plain and not _inflates(stream, offset)
        return Plain(stream, offset) if by_chance else Member(stream, offset)
    return (before if before and opening != OPENING else Plain)(stream, offset)


def _at(
    stream: BinaryIO,
    offset: int,
    size: int,
    source: Source,
    before: type[Source] | None,
) -> Frame | Lost:
    try:
        headers, block = _record(source)
    except (Fault, MemoryError) as fault:
        source.data.clear()
        end = source.skip() or _next(stream, offset + 1, before) or size
        reason = TOO_LARGE if isinstance(fault, MemoryError) else str(fault)
        return Lost(offset, end, reason)
    return Frame(offset, source.length, headers, block)


def _record(source: Source) -> tuple[Pairs, bytes]:
    """Header and block, once all that frames them is found right."""
    if not source.upto(len(OPENING)) and source.length:
        raise Fault("empty record")
    if not source.data.startswith(OPENING):
        raise Fault("no WARC record begins here")
    while (cut := source.data.find(END)) < 0:
        if len(source.data) > HEAD_MAX or not source.more(CHUNK):
            raise Fault("the header of the record has no end")
    headers = fields(bytes(source.data[:cut]), "utf-8", lower=True)
    begin = cut + len(END)
    stated = next((v for k, v in headers if k == "content-length"), "not there")
    if not (stated.isascii() and stated.isdigit() and int(stated[:16]) <= BLOCK_MAX):
        raise Fault(f"Content-Length is {stated[:40]}: no length that can be read")
    end = begin + int(stated)
    held = source.upto(end + len(END))
    if held < end + len(END):
        raise Fault(f"Content-Length is {stated}, but {held - begin} bytes follow")
    if source.data[end : end + len(END)] != END:
        raise Fault(f"Content-Length is {stated}, but the record does not end there")
    source.ends_at(end + len(END))
    return headers, bytes(source.data[begin:end])


def fields(head: bytes, encoding: str, *, lower: bool = False) -> Pairs:
    """The fields after a head's first line; folded ones are joined, what is no field
    is left out.

    Args:
        lower: give the names in lower case.
    """
    text = FOLDED.sub(" ", head.decode(encoding, "replace"))
    found = (line.partition(":") for line in text.split("\n")[1:])
    # not all that Python calls white space is: 0xA0 may be half a letter
    named = ((n.strip(" \t"), v.strip(" \t\r")) for n, colon, v in found if colon)
    return tuple((n.lower() if lower else n, v) for n, v in named if n)


def _next(stream: BinaryIO, offset: int, before: type[Source] | None) -> int | None:
    """Where the next record seems to begin, in the way of those ``before`` it; None if
    none does."""
    pattern = BEGINS[before]
    while True:
        stream.seek(offset)
        chunk = stream.read(CHUNK)
        for hit in pattern.finditer(chunk):
            opens = _inflates if hit[0].startswith(GZIP) else _after_a_line
            if opens(stream, offset + hit.start()):
                return offset + hit.start()
        if len(chunk) < CHUNK:
            return None
        offset += CHUNK - 16  # what is sought may lie across two chunks


def _after_a_line(stream: BinaryIO, offset: int) -> bool:
    stream.seek(offset - 1)
    return stream.read(1) == b"\n"


def _inflates(stream: BinaryIO, offset: int) -> bool:
    """Is this a gzip member with a WARC record, and not three bytes by chance?"""
    stream.seek(offset)
    try:
        text = zlib.decompressobj(WBITS).decompress(stream.read(CHUNK), len(OPENING))
    except zlib.error:
        return False
    return text == OPENING
