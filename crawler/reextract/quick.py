"""The short way through a WARC file: records that are just as they should be.

Whatever is not goes the long way, through ``crawler.archive``, which takes three times
as long and says what is wrong. Nothing here judges: None means "look at it properly".
"""

from __future__ import annotations

import re
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from scrapy.http import Headers, HtmlResponse

from crawler.archive.payload import STATUS
from crawler.archive.stored import instant

if TYPE_CHECKING:
    from datetime import datetime
    from mmap import mmap

MAGIC = b"\x1f\x8b\x08"
WBITS = zlib.MAX_WBITS | 16
OPENING, END, LINE = b"WARC/", b"\r\n\r\n", b"\r\n"
# Enough of a member to inflate its first bytes
PEEK = 128
# Bytes that a record, or its body, may inflate to here: far above any page, so that
# only bombs and giants take the long way, which has bounds of its own
MOST = 32 << 20
# What is not told to a page's reader: it is off, or means the bytes as they were
OFF = (b"content-encoding", b"content-length")
PARTED = frozenset({b"warc-truncated", b"warc-segment-number"})
ID = re.compile(r"<urn:uuid:([0-9a-fA-F-]{36})>")


class Page(NamedTuple):
    """A response as a page's reader wants it, and the capture it is; aware UTC."""

    capture_id: UUID
    fetched_at: datetime
    response: HtmlResponse


def member(data: mmap, offset: int) -> tuple[int, bytes] | None:
    """Where the gzip member at ``offset`` ends, and the record in it, whole."""
    if data[offset : offset + len(MAGIC)] != MAGIC:
        return None
    end = _next(data, offset + len(MAGIC))
    record = inflated(data[offset:end])
    if record is None or not record.startswith(OPENING) or not record.endswith(END):
        return None
    return end, record


def _next(data: mmap, offset: int) -> int:
    """Where the next record begins; the end of the file if none does."""
    while (found := data.find(MAGIC, offset)) >= 0:
        try:
            opening = zlib.decompressobj(WBITS).decompress(
                data[found : found + PEEK], len(OPENING)
            )
        except zlib.error:
            opening = b""
        if opening == OPENING:
            return found
        offset = found + 1
    return len(data)


def inflated(member: bytes, most: int = MOST) -> bytes | None:
    """What one sound gzip member holds, if nothing follows it and it is less than
    ``most`` bytes."""
    inflate = zlib.decompressobj(WBITS)
    try:
        data = inflate.decompress(member, most)
    except zlib.error:
        return None
    return data if inflate.eof and not inflate.unused_data else None


def page(member: bytes) -> Page | None:
    """The HTML page of a response record with a sound digest."""
    record = inflated(member)
    if record is None:
        return None
    head, _, block = record.partition(END)
    fields = {name.lower(): value for name, value in _fields(head)}
    block = block[: -len(END)]
    if fields.get(b"content-length") != b"%d" % len(block) or PARTED & fields.keys():
        return None
    http, _, body = block.partition(END)
    status, named = STATUS.match(block), _fields(http)
    headers = {name.lower(): value for name, value in named}
    if not status or not _plain(headers) or not _as_stated(fields, body):
        return None
    if b"content-encoding" in headers:
        decoded = inflated(body)
        if decoded is None:
            return None
        body = decoded
    kept = Headers()
    for name, value in named:
        if name.lower() not in OFF:
            kept.appendlist(name, value)
    return _page(fields, int(status[1]), kept, body)


def _page(
    fields: dict[bytes, bytes], status: int, headers: Headers, body: bytes
) -> Page | None:
    told = {name: value.decode("latin-1") for name, value in fields.items()}
    named = ID.fullmatch(told.get(b"warc-record-id", ""))
    url = told.get(b"warc-target-uri", "").strip("<>")
    when = instant(told.get(b"warc-date", ""))
    if named is None or not url or not url.isascii() or when is None:
        return None
    response = HtmlResponse(url, status=status, headers=headers, body=body)
    return Page(UUID(named[1]), when, response)


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Fields after the first line; none at all if one is folded or is no field."""
    found = []
    for line in head.split(LINE)[1:]:
        name, colon, value = line.partition(b":")
        if not colon or name[:1] in (b" ", b"\t", b"") or b"\n" in line:
            return []
        found.append((name, value.strip(b" \t")))
    return found


def _plain(headers: dict[bytes, bytes]) -> bool:
    """HTML, not in chunks, with no other coding than gzip."""
    coding = headers.get(b"content-encoding", b"gzip")
    html = headers.get(b"content-type", b"").lower().startswith(b"text/html")
    return html and coding == b"gzip" and b"transfer-encoding" not in headers


def _as_stated(fields: dict[bytes, bytes], payload: bytes) -> bool:
    stated = fields.get(b"warc-payload-digest")
    digest = b"sha256:" + sha256(payload).hexdigest().encode()
    return stated is None or stated == digest
