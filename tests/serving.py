"""What the test servers share: sockets on loopback, in a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from typing import Self

STARTED_WITHIN = 10  # seconds, also for the end


class Serving(ABC):
    """``with Server(…) as site``; a subclass has ``_serve`` for each connection.

    ``hosts``: addresses to listen on, all with one port. ``port``: 0 means one that the
    system chooses, which it is once the server runs.
    """

    hosts: tuple[str, ...] = ("127.0.0.1",)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://{self.hosts[0]}:{self.port}"

    def __enter__(self) -> Self:
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._started.wait(STARTED_WITHIN), f"no server on {self.hosts}"
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(STARTED_WITHIN)

    def _run(self) -> None:
        self.loop = asyncio.new_event_loop()
        servers = []
        for host in self.hosts:
            start = asyncio.start_server(self._serve, host, self.port)
            servers.append(self.loop.run_until_complete(start))
            self.port = servers[-1].sockets[0].getsockname()[1]
        self._started.set()
        self.loop.run_forever()
        for server in servers:
            server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    @abstractmethod
    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answers on one connection until it ends."""
