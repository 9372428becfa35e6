"""A server of faults on loopback: raw sockets, so that every broken answer is possible.

A site is a table, path -> resource. A resource is given what was ``Asked`` and yields
the bytes of the answer as they go over the wire, status line and all; it may sleep in
between, and end with ``RESET``. The connection is closed behind every answer.

    with FaultServer({**SLOW, "/wj/story/1/9": bodies.html(b"...")}) as site:
        site.url, site.asked       # [Asked(target, number, at, head), ...]

``tests.faults.table`` holds faults, ``tests.faults.sites`` makes a crawlable site out
of stories.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its target, the how-many-eth for that target, the time
    (``time.monotonic``), its head, and the server's own address."""

    target: str
    number: int
    at: float
    head: bytes
    url: str


Resource = Callable[[Asked], AsyncIterator[bytes]]
# Instead of bytes: the connection is reset (RST), not closed
RESET = b"\0reset\0"
ABSENT = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class FaultServer(Serving):
    """Serves ``table`` on a port of its own, in a thread of its own.

    What the table lacks (robots.txt too) is 404, unless it has a ``"*"``. The longest
    key that ends in ``/`` and begins a path answers for all below it.
    """

    def __init__(self, table: Mapping[str, Resource], *, host: str = "127.0.0.1"):
        self.table, self.hosts = dict(table), (host,)
        self.asked: list[Asked] = []
        self.numbers: Counter[str] = Counter()

    @property
    def requests(self) -> Counter[str]:
        """How often each target was asked for, robots.txt left out."""
        return Counter(a.target for a in self.asked if a.target != "/robots.txt")

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode("ascii")
            self.numbers[target] += 1
            asked = Asked(
                target, self.numbers[target], time.monotonic(), head, self.url
            )
            self.asked.append(asked)
            await self._answer(asked, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client has hung up, or this server ends
        finally:
            writer.close()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        resource = self._resource(asked.target.partition("?")[0])
        if resource is None:
            writer.write(ABSENT)
            await writer.drain()
            return
        async for part in resource(asked):
            if part is RESET:
                reset(writer)
                return
            writer.write(part)
            await writer.drain()

    def _resource(self, path: str) -> Resource | None:
        if path in self.table:
            return self.table[path]
        below = [k for k in self.table if k.endswith("/") and path.startswith(k)]
        return self.table.get(max(below, key=len, default="*"))


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection with RST instead of FIN."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
