"""Answers that are whole, and ways to break or delay them: each makes a resource."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Any

from crawler.archive.codings import ZSTD
from tests.faults.server import RESET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.faults.server import Asked, Resource

HTML = "text/html; charset=utf-8"
PHRASES = {200: "OK", 302: "Found", 429: "Too Many Requests"}
# Neither states types
zstd: Any = import_module(ZSTD)
brotli: Any = import_module("brotli")


def head(status: int = 200, kind: str | None = HTML, **fields: object) -> bytes:
    """Status line and header fields; ``retry_after=3`` becomes ``Retry-After: 3``."""
    lines = [f"HTTP/1.1 {status} {PHRASES.get(status, 'X')}", "Connection: close"]
    if kind is not None:
        lines.append(f"Content-Type: {kind}")
    for name, value in fields.items():
        lines.append(f"{name.replace('_', '-').title()}: {value}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8")


def raw(*parts: bytes, pause: float = 0.0) -> Resource:
    """Just these bytes, with ``pause`` seconds before each but the first."""

    async def resource(_: Asked) -> AsyncIterator[bytes]:
        for number, part in enumerate(parts):
            if number and pause:
                await asyncio.sleep(pause)
            yield part

    return resource


def page(
    body: bytes, *, status: int = 200, kind: str | None = HTML, **fields: object
) -> Resource:
    """A whole answer with its length."""
    fields = {"content_length": len(body), **fields}
    return raw(head(status, kind, **fields) + body)


def packed(
    body: bytes, coding: str = "gzip", *, kind: str = HTML, label: str = ""
) -> Resource:
    """A body in a Content-Encoding, or only labelled so."""
    sent = CODINGS[coding](body)
    return page(sent, kind=kind, content_encoding=label or coding)


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 1),
    "deflate": zlib.compress,
    "raw-deflate": lambda body: zlib.compress(body, wbits=-15),
    "br": lambda body: brotli.compress(body, quality=4),
    "zstd": lambda body: zstd.compress(body),
    "identity": bytes,
}


def cut(body: bytes, coding: str, share: float = 0.5) -> Resource:
    """A compressed body that ends too early, with the length of what is there."""
    whole = CODINGS[coding](body)
    return page(
        whole[: int(len(whole) * share)],
        content_encoding="deflate" if "deflate" in coding else coding,
    )


def wrong_crc(body: bytes) -> Resource:
    whole = bytearray(gzip.compress(body, 1))
    whole[-8] ^= 0xFF
    return page(bytes(whole), content_encoding="gzip")


def wrong_size(body: bytes) -> Resource:
    whole = bytearray(gzip.compress(body, 1))
    whole[-4] ^= 0xFF
    return page(bytes(whole), content_encoding="gzip")


def short(body: bytes) -> Resource:
    """Half of the bytes that Content-Length announces."""
    return raw(head(content_length=len(body)) + body[: len(body) // 2])


def chunked(body: bytes, *, whole: bool, coding: str = "identity") -> Resource:
    """In chunks; if not ``whole``, without the last chunk and the end."""
    sent = CODINGS[coding](body)
    fields: dict[str, Any] = {"transfer_encoding": "chunked"}
    if coding != "identity":
        fields["content_encoding"] = coding
    middle = len(sent) // 2
    parts = [b"%x\r\n%s\r\n" % (len(p), p) for p in (sent[:middle], sent[middle:])]
    tail = [parts[1], b"0\r\n\r\n"] if whole else []
    return raw(head(**fields), parts[0], *tail)


def unmeasured(
    body: bytes, *, share: float = 1.0, coding: str = "identity"
) -> Resource:
    """Without any length: the end of the connection is the end of the body."""
    sent = CODINGS[coding](body)
    fields: dict[str, Any] = {}
    if coding != "identity":
        fields["content_encoding"] = coding
    return raw(head(**fields) + sent[: int(len(sent) * share)])


def drip(body: bytes, *, seconds: float, step: int = 1) -> Resource:
    """``step`` bytes every ``seconds``."""
    parts = [body[i : i + step] for i in range(0, len(body), step)]
    return raw(head(content_length=len(body)), *parts, pause=seconds)


def slow_head(seconds: float) -> Resource:
    whole = head(content_length=0)
    return raw(whole[:12], whole[12:], pause=seconds)


def reset_after(body: bytes = b"") -> Resource:
    """A reset connection, after the head and half of a body if there is one."""
    begun = head(content_length=len(body)) + body[: len(body) // 2] if body else b""

    async def resource(_: Asked) -> AsyncIterator[bytes]:
        if begun:
            yield begun
            await asyncio.sleep(0.05)
        yield RESET

    return resource


def endless(block: bytes = b"<p>more</p>" * 4096) -> Resource:
    async def resource(_: Asked) -> AsyncIterator[bytes]:
        yield head()
        while True:
            yield block

    return resource


def huge_head(size: int = 400_000) -> Resource:
    return page(b"", x_large="x" * size)


def redirect(target: str, status: int = 302) -> Resource:
    """Leads to ``target``; a path is one of the same server."""
    return page(b"", status=status, location=target)


def growing(step: str = "/redirect/growing") -> Resource:
    """Every hop leads to a longer address."""

    async def resource(asked: Asked) -> AsyncIterator[bytes]:
        number = int(asked.target.partition("?n=")[2] or 0) + 1
        yield head(302, location=f"{step}?n={number}", content_length=0)

    return resource


def then(*resources: Resource) -> Resource:
    """The first answer to the first request, and so on; the last one for good."""

    async def resource(asked: Asked) -> AsyncIterator[bytes]:
        chosen = resources[min(asked.number, len(resources)) - 1]
        async for part in chosen(asked):
            yield part

    return resource
