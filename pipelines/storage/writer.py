"""The only writer of a run: what many tasks hand in at once becomes few commits."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg

from crawler.items import Article, Incident, Link
from pipelines.storage.batch import store_batch
from pipelines.storage.database import DatabaseUnreachable, connect_async, masked
from pipelines.storage.faults import Fault, fault, reason
from pipelines.storage.quarantine import quarantined, report
from pipelines.storage.text import Refused, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.storage.batch import Row

FIRST_DELAY, LAST_DELAY = 0.05, 2.0  # seconds between attempts
# A statement on which the connection breaks every time is no bad moment
BREAKS_MAX = 3

Entry = tuple["Row", "asyncio.Future[None]"]


class StoreError(Exception):
    """Rows could not be stored; the message says where and why."""


class Writer:
    """Group commit: a batch is what is there when the queue goes idle.

    Args:
        dsn: where to write.
        run: id of the run, an existing row of ``run``.
        batch_max: rows of one transaction at most.
        count: called after COMMIT with the name of a counter and a number.
        patience: seconds to go on trying when the database is away.
        extractor: version of what read the pages.
    """

    def __init__(
        self,
        dsn: str,
        run: int,
        *,
        batch_max: int,
        count: Callable[[str, int], None],
        patience: float,
        extractor: str | None = None,
    ) -> None:
        self.dsn = dsn
        self.extractor = extractor
        self.run = run
        self.batch_max = batch_max
        self.count = count
        self.patience = patience
        self.queue: list[Entry] = []
        self.filled = asyncio.Event()
        self.closing = False
        self.connection: psycopg.AsyncConnection[Any] | None = None
        self.task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connects and starts writing.

        Raises:
            DatabaseUnreachable: with the masked address and what to do.
        """
        await self._connected()
        self.task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Writes what is queued, then disconnects."""
        self.closing = True
        self.filled.set()
        if self.task is not None:
            await self.task
        if self.connection is not None:
            await self.connection.close()

    async def store(self, *rows: Row) -> None:
        """Returns when ``rows`` are committed, or one of them is kept in quarantine.

        Raises:
            StoreError: the database stays away, or refuses for no fault of the rows.
        """
        loop = asyncio.get_running_loop()
        entries = [
            (ready, loop.create_future()) for row in rows for ready in self._ready(row)
        ]
        self.queue += entries
        self.filled.set()
        futures = [future for _, future in entries]
        if len(futures) > 1:  # all are awaited, so that no failure goes unheard
            await asyncio.wait(futures)
        for future in futures:
            await future

    def hand_in(self, row: Row) -> None:
        """Stores a row nobody waits for; one that could not be is a counted error."""
        future = asyncio.get_running_loop().create_future()
        future.add_done_callback(self._unheard)
        self.queue.append((row, future))
        self.filled.set()

    def _unheard(self, future: asyncio.Future[None]) -> None:
        if future.exception() is not None:
            self.count("store/error", 1)

    def _ready(self, row: Row) -> Sequence[Row]:
        try:
            cleaned, number = clean(row)
        except Refused as error:
            assert isinstance(row, Article | Link | Incident)  # noqa: S101 - for mypy
            refused = quarantined(row, str(error))
            return refused, report(row, refused)
        if number:
            self.count("store/cleaned", number)
        return (cleaned,)

    async def _work(self) -> None:
        while not (self.closing and not self.queue):
            await self.filled.wait()
            await self._settled()
            entries = self.queue[: self.batch_max]
            del self.queue[: self.batch_max]
            if not self.queue and not self.closing:
                self.filled.clear()
            if entries:
                await self._write(entries)

    async def _settled(self) -> None:
        """Waits for a turn of the loop in which nothing was handed in."""
        length = -1
        while length < len(self.queue) < self.batch_max:
            length = len(self.queue)
            await asyncio.sleep(0)

    async def _write(self, entries: Sequence[Entry]) -> None:
        """Resolves every entry; halves a batch until the row at fault is alone."""
        try:
            await self._commit([row for row, _ in entries])
        except Exception as error:
            if fault(error) is not Fault.POISON:
                _fail(entries, self._named(error))
            elif len(entries) > 1:
                middle = len(entries) // 2
                await self._write(entries[:middle])
                await self._write(entries[middle:])
            else:
                await self._set_aside(entries[0], error)
        else:
            _done(entries)

    async def _set_aside(self, entry: Entry, error: Exception) -> None:
        row, _ = entry
        if not isinstance(row, Article | Link | Incident):
            _fail([entry], self._named(error))
            return
        refused = quarantined(row, reason(error))
        try:
            await self._commit([refused, report(row, refused)])
        except Exception as again:
            _fail([entry], self._named(again))
        else:
            _done([entry])

    async def _commit(self, rows: Sequence[Row]) -> None:
        """Stores ``rows`` in one transaction, trying again while that may help."""
        deadline = time.monotonic() + self.patience
        delay, breaks = FIRST_DELAY, 0
        while True:
            connection = None
            try:
                connection = await self._connected()
                outcomes = await store_batch(
                    connection,
                    rows,
                    run=self.run,
                    seen_at=datetime.now(UTC),
                    extractor=self.extractor,
                )
            except Exception as error:
                if fault(error) is not Fault.TRANSIENT:
                    raise
                breaks += connection is not None and _nameless(error)
                if breaks >= BREAKS_MAX:
                    raise Refused(
                        f"the connection breaks on it: {reason(error)}"
                    ) from error
                if time.monotonic() > deadline:
                    raise self._gave_up(error) from None
            else:
                self._count(outcomes)
                return
            self.count("store/retry", 1)
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            delay = min(delay * 2, LAST_DELAY)

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self.connection is not None and not self.connection.closed:
            return self.connection
        self.connection = await connect_async(self.dsn)
        return self.connection

    def _count(self, outcomes: Sequence[str]) -> None:
        self.count("store/commit", 1)
        for outcome, number in Counter(outcomes).items():
            self.count(f"store/{outcome}", number)

    def _gave_up(self, error: Exception) -> StoreError:
        # the next batch need not wait as long for what is known to be away
        self.patience = min(self.patience, LAST_DELAY)
        return self._named(error)

    def _named(self, error: Exception) -> StoreError:
        """Any failure as one that names the place, without its password."""
        if isinstance(error, StoreError):
            return error
        said = str(error) if isinstance(error, DatabaseUnreachable) else reason(error)
        return StoreError(f"not stored at {masked(self.dsn)}: {said}")


def _nameless(error: Exception) -> bool:
    return isinstance(error, psycopg.OperationalError) and error.sqlstate is None


def _done(entries: Sequence[Entry]) -> None:
    for _, future in entries:
        if not future.done():
            future.set_result(None)


def _fail(entries: Sequence[Entry], error: Exception) -> None:
    for _, future in entries:
        if not future.done():
            future.set_exception(error)
