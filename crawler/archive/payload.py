"""What is inside a response record: HTTP head, chunks, Content-Encoding, digests."""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from functools import partial
from typing import TYPE_CHECKING

from crawler.archive import codings
from crawler.archive.framing import fields
from crawler.archive.members import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.archive.framing import Pairs

# Tools that speak HTTP/2 write such a line too, though it never was on the wire
STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: [^\n]*)?\r?\n")
REQUEST = re.compile(rb"([A-Z]+) [^\n]*HTTP/\d(?:\.\d)?\r?\n")
BLANK = re.compile(rb"\r?\n\r?\n")
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r?\n")
DIGESTS = ("md5", "sha1", "sha256", "sha384", "sha512")
# Far above DOWNLOAD_MAXSIZE: other tools archive larger pages
UNPACKED_MAX = 256 * 1024 * 1024


def http(block: bytes) -> tuple[int, Pairs, bytes]:
    """Status, header fields (names as sent, bytes as Latin-1) and payload.

    Raises:
        Fault: the block does not begin as an HTTP response does.
    """
    line = STATUS.match(block)
    if line is None:
        shown = block[:40].partition(b"\n")[0].decode("latin-1").strip()
        raise Fault(f"no HTTP status line ({shown!r})" if block else "empty record")
    status = int(line[1])
    if status < 100:
        raise Fault(f"HTTP status {status}")
    # the line end before the first field may be half of the blank line
    blank = BLANK.search(block, line.end() - 2)
    if blank is None:
        raise Fault("the HTTP head has no end")
    return status, fields(block[: blank.start()], "latin-1"), block[blank.end() :]


def method(block: bytes) -> str | None:
    """The method of an HTTP request; None if the block is none."""
    line = REQUEST.match(block)
    return line[1].decode() if line else None


def after_head(block: bytes) -> bytes:
    """The payload of an HTTP request or response; the block itself if it is neither."""
    if STATUS.match(block) is None and REQUEST.match(block) is None:
        return block
    blank = BLANK.search(block)
    return block[blank.end() :] if blank else b""


def dechunked(body: bytes) -> tuple[bytes, bool] | None:
    """A body without its chunks, which wget leaves on, and whether the last one is
    there (RFC 9112, 7.1); None if it is in none, whatever its header says."""
    parts: list[bytes] = []
    place = 0
    while size := CHUNK_SIZE.match(body, place):
        begin, length = size.end(), int(size[1], 16)
        if length == 0:
            return b"".join(parts), True
        place = begin + length
        ends = body.startswith(b"\r\n", place)
        if not (ends or parts or place >= len(body)):
            return None
        parts.append(body[begin:place])
        if not ends:
            break
        place += 2
    return (b"".join(parts), False) if parts else None


def unencoded(body: bytes, encodings: Iterable[str]) -> tuple[bytes, list[str]]:
    """A body without its Content-Encoding, and those encodings that nobody here knows
    and that are still on.

    Args:
        encodings: values of the header fields, each of which may name several.

    Raises:
        Fault: the body is not what its Content-Encoding says.
    """
    return codings.unencoded(body, encodings if body else (), UNPACKED_MAX)


def algorithm(stated: str) -> str:
    """Of a stated digest, as ``DIGESTS`` spells those that are known."""
    return stated.partition(":")[0].strip().lower().replace("-", "")


def digest_fault(stated: str, *contents: bytes) -> str | None:
    """What is wrong with a stated digest (``sha1:`` and Base32, or hex); None if one
    of ``contents`` has it, or if its kind is unknown."""
    name, value = algorithm(stated), stated.partition(":")[2]
    if name not in DIGESTS or not contents:
        return None
    digest = partial(hashlib.new, name, usedforsecurity=False)
    found = ""
    for content in contents:
        raw = digest(content).digest()
        in_hex = len(value.strip()) == 2 * len(raw)
        found = raw.hex() if in_hex else b32encode(raw).decode().rstrip("=")
        if value.strip().rstrip("=").lower() == found.lower():
            return None
    return f"{name} {value.strip()}, but is {found}"
