"""A site of raw sockets on loopback: answers as a test wants, and counts."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Self

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


class RawSite:
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
        self.started = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{self.hosts[0]}:{self.port}"

    def targets(self) -> list[str]:
        return [target for _, target, _ in self.requests]

    def __enter__(self) -> Self:
        self.thread.start()
        assert self.started.wait(timeout=10)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=10)

    def _run(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.port, servers = 0, []
        for host in self.hosts:
            start = asyncio.start_server(self._serve, host, self.port)
            server = self.loop.run_until_complete(start)
            servers.append(server)
            self.port = server.sockets[0].getsockname()[1]
        self.started.set()
        self.loop.run_forever()
        for server in servers:
            server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

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
