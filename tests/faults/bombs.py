"""Bodies that are small on the wire and cost much to unpack or to parse."""

from __future__ import annotations

import zlib
from functools import cache

from tests.faults.answers import brotli, zstd

BLOCK = b"\0" * (1 << 20)
MIB = 200
OPENING = b"<!doctype html><html><head><title>x</title></head><body>"


@cache
def gzip_bomb(mib: int = MIB) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(BLOCK) for _ in range(mib)), packer.flush()])


@cache
def br_bomb(mib: int = MIB) -> bytes:
    packer = brotli.Compressor(quality=1)
    return b"".join([*(packer.process(BLOCK) for _ in range(mib)), packer.finish()])


@cache
def zstd_bomb(mib: int = MIB) -> bytes:
    packer = zstd.ZstdCompressor()
    return b"".join([*(packer.compress(BLOCK) for _ in range(mib)), packer.flush()])


@cache
def nested_bomb(mib: int = MIB) -> bytes:
    """gzip in gzip."""
    return zlib.compress(gzip_bomb(mib), 9, wbits=31)


@cache
def attributes(count: int) -> bytes:
    """One tag with so many attributes, all of other names."""
    names = b" ".join(b"a%d=1" % number for number in range(count))
    return OPENING + b"<p " + names + b">x</p></body></html>"


@cache
def depth(levels: int, tag: bytes = b"div") -> bytes:
    """Elements one in another, with a text inside and one behind."""
    inside = b"<%s>" % tag * levels + b"inside" + b"</%s>" % tag * levels
    return OPENING + inside + b"<p>behind</p></body></html>"


@cache
def elements(count: int, one: bytes = b"<i>") -> bytes:
    return OPENING + one * count + b"</body></html>"


@cache
def entities(count: int) -> bytes:
    return OPENING + b"<p>" + b"&amp;" * count + b"</p></body></html>"


@cache
def comments(count: int) -> bytes:
    """Comments that are begun and not ended."""
    return OPENING + b"<!-- <!" * count + b"</body></html>"


@cache
def json_depth(levels: int) -> bytes:
    return b'{"lists": ' + b"[" * levels + b"]" * levels + b"}"
