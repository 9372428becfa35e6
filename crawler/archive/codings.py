"""Content-Encodings taken off strictly (RFC 9110 §8.4.1): what is cut short, or not
what it is said to be, is no body.

Scrapy and most libraries give "as much data as possible" instead; half a story would
pass for the story.
"""

from __future__ import annotations

import sys
import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from crawler.archive.members import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
# One after another in a body; more are only there to keep a reader busy
STREAMS_MAX = 64
# One in another; two are met where a proxy packs what is packed already
LAYERS_MAX = 3
GZIP, ZLIB, BARE = 31, 15, -15


class Broken(Fault):
    """The body is cut short, or not what its Content-Encoding says."""


class TooLarge(Fault):
    """The body unpacks to more than it may."""


class Unpacked(NamedTuple):
    """What one stream held, what follows it, and whether it came to its end."""

    data: bytes
    rest: bytes
    ended: bool


def unencoded(
    body: bytes, encodings: Iterable[str], size_max: int
) -> tuple[bytes, list[str]]:
    """A body without those of its Content-Encodings that are known here.

    Args:
        encodings: values of the header fields, each of which may name several.
        size_max: bytes that it may unpack to.

    Returns:
        The body, and the encodings that are still on.

    Raises:
        Broken, TooLarge: see there.
    """
    left = [one.strip().lower() for value in encodings for one in value.split(",")]
    for _ in range(LAYERS_MAX):
        if not left or left[-1] not in STREAMS:
            return body, left
        name = left.pop()
        try:
            body = _whole(body, STREAMS[name], size_max)
        except Broken as error:
            raise Broken(f"said to be {name}, but {error}") from error
    if left and left[-1] in STREAMS:
        raise Broken(f"packed more than {LAYERS_MAX} times")
    return body, left


def _whole(
    body: bytes, unpack: Callable[[bytes, int], Unpacked], size_max: int
) -> bytes:
    """All streams of a body, each of which must come to its end."""
    parts: list[bytes] = []
    room = size_max
    for _ in range(STREAMS_MAX):
        one = unpack(body, room + 1)
        room -= len(one.data)
        if room < 0:
            raise TooLarge(f"unpacks to more than {size_max} bytes")
        if not one.ended:
            raise Broken("ends too early")
        parts.append(one.data)
        body = one.rest.lstrip(b"\0")  # padding, as gzip(1) allows it
        if not body:
            return b"".join(parts)
    raise Broken(f"holds more than {STREAMS_MAX} streams")


def _inflated(body: bytes, most: int, wbits: int) -> Unpacked:
    inflate = zlib.decompressobj(wbits)
    try:
        # zlib compares checksum and length at the end (RFC 1950, RFC 1952)
        data = inflate.decompress(body, most)
    except zlib.error as error:
        raise Broken(f"is not: {error}") from error
    return Unpacked(data, inflate.unused_data, inflate.eof)


def _gzip(body: bytes, most: int) -> Unpacked:
    return _inflated(body, most, GZIP)


def _deflate(body: bytes, most: int) -> Unpacked:
    """RFC 9110 means zlib's format; some servers leave its header out."""
    try:
        return _inflated(body, most, ZLIB)
    except Broken:
        return _inflated(body, most, BARE)


def _br(body: bytes, most: int) -> Unpacked:
    module: Any = import_module("brotli")
    reader = module.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        part = reader.process(body, output_buffer_limit=most)
        while part:
            parts.append(part)
            size += len(part)
            if size >= most or reader.is_finished():
                break
            part = reader.process(b"", output_buffer_limit=most - size)
    except module.error as error:
        raise Broken(f"is not: {error}") from error
    return Unpacked(b"".join(parts), b"", reader.is_finished())


def _zstd(body: bytes, most: int) -> Unpacked:
    module: Any = import_module(ZSTD)
    frame = module.ZstdDecompressor()
    try:
        data = frame.decompress(body, most)
    except module.ZstdError as error:
        raise Broken(f"is not: {error}") from error
    return Unpacked(data, frame.unused_data, frame.eof)


STREAMS: dict[str, Callable[[bytes, int], Unpacked]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _br,
    "zstd": _zstd,
}
