"""Writes a series off the event loop, and says of an exchange when it is durable."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.archive.exchange import Exchange
    from crawler.archive.series import Series
    from crawler.items import Capture

Entry = tuple["Exchange", "asyncio.Future[Capture]"]


class Keeper:
    """Group commit for a :class:`Series`: all exchanges that wait share one fsync."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self.waiting: list[Entry] = []
        self.work: asyncio.Task[None] | None = None

    async def keep(self, exchange: Exchange) -> Capture:
        """Returns once the exchange is on the disk.

        Raises:
            OSError: it could not be written.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Capture] = loop.create_future()
        self.waiting.append((exchange, done))
        if self.work is None or self.work.done():
            self.work = loop.create_task(self._drain())
        return await done

    async def keep_resource(self, url: str, body: bytes, fetched_at: datetime) -> None:
        """Returns once what an earlier run was given is on the disk.

        Raises:
            OSError: it could not be written.
        """

        def write() -> None:
            self.series.write_resource(url, body, fetched_at)
            self.series.sync()

        await asyncio.get_running_loop().run_in_executor(self.thread, write)

    async def close(self) -> None:
        """Ends the file; nothing is kept after this."""
        if self.work is not None:
            await self.work
        await asyncio.get_running_loop().run_in_executor(self.thread, self.series.close)
        self.thread.shutdown()

    def end(self) -> None:
        """As :meth:`close`, where the event loop has stopped in the middle: what is
        being written is written whole, what waits is not written."""
        self.thread.shutdown(cancel_futures=True)
        self.series.close()

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting:
            entries, self.waiting = self.waiting, []
            exchanges = [exchange for exchange, _ in entries]
            outcomes = await loop.run_in_executor(self.thread, self._write, exchanges)
            for (_, done), outcome in zip(entries, outcomes, strict=True):
                if done.done():
                    continue  # whoever asked was cancelled meanwhile
                if isinstance(outcome, Exception):
                    done.set_exception(outcome)
                else:
                    done.set_result(outcome)

    def _write(self, exchanges: list[Exchange]) -> list[Capture | Exception]:
        """What came of each: one that cannot be written costs no other its own."""
        outcomes: list[Capture | Exception] = []
        for exchange in exchanges:
            try:
                outcomes.append(self.series.write(exchange))
            except Exception as error:  # nobody may wait for ever
                outcomes.append(error)
        try:
            self.series.sync()
        except OSError as error:
            return [error] * len(exchanges)
        return outcomes
