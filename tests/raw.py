"""A site of raw sockets on loopback: answers as a test wants, and counts."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tests.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Callable

    # the number of earlier requests for that target -> bytes to send; None: hang up
    Answer = Callable[[int], bytes | None]


def http(status: int, body: bytes = b"", **fields: str) -> bytes:
    """A whole response; ``fields``: header fields, ``_`` for ``-``."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def page(body: str, status: int = 200) -> bytes:
    return http(status, body.encode(), Content_Type="text/html; charset=utf-8")


class RawSite(Serving):
    """``with RawSite({"/robots.txt": http(404)}) as site``.

    Args:
        answers: target -> bytes, or a function of the number of earlier requests; an
            empty answer resets the connection, ``None`` never comes.
        other: answers everything else.
        hosts: addresses to listen on, all with one port.

    ``site.connections``: accepted so far; ``site.requests``: (seconds, target, head).
    """

    def __init__(
        self,
        answers: dict[str, bytes | Answer | None] | None = None,
        *,
        other: bytes = page("", 404),
        hosts: tuple[str, ...] = ("127.0.0.1",),
    ) -> None:
        self.answers, self.other, self.hosts = answers or {}, other, hosts
        self.connections = 0
        self.requests: list[tuple[float, str, str]] = []

    def targets(self) -> list[str]:
        return [target for _, target, _ in self.requests]

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                answer = self._answer(head.decode("latin-1"))
                if answer is None:
                    await asyncio.sleep(60)
                elif not answer:
                    writer.transport.abort()
                    return
                else:
                    writer.write(answer)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has hung up, which ends the conversation
        finally:
            writer.close()

    def _answer(self, head: str) -> bytes | None:
        target = head.split(" ")[1]
        earlier = self.targets().count(target)
        self.requests.append((time.monotonic(), target, head))
        answer = self.answers.get(target, self.other)
        return answer(earlier) if callable(answer) else answer
