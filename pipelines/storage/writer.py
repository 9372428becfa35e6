"""The only writer of a run: what many tasks hand in at once becomes few commits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crawler.items import Article, Incident, Link
from pipelines.storage.committing import Committer, StoreError
from pipelines.storage.quarantine import quarantined, report
from pipelines.storage.text import Refused, clean
from pipelines.storage.units import Queue, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.storage.batch import Row

__all__ = ["StoreError", "Writer"]


class Writer:
    """Group commit: a batch is what is there when the queue goes idle.

    Args:
        dsn: where to write.
        run: id of the run, an existing row of ``run``.
        job: id of the job whose frontier the run works on; 0: the run's own.
        batch_max: rows of one transaction at most; a larger unit goes alone.
        count: called after COMMIT with the name of a counter and a number.
        patience: seconds to go on trying when the database is away.
        extractor: version of what read the pages.
    """

    def __init__(
        self,
        dsn: str,
        run: int,
        *,
        job: int = 0,
        batch_max: int,
        count: Callable[[str, int], None],
        patience: float,
        extractor: str | None = None,
    ) -> None:
        self.committer = Committer(
            dsn,
            run,
            job=job or run,
            count=count,
            patience=patience,
            extractor=extractor,
        )
        self.batch_max = batch_max
        self.count = count
        self.queue = Queue()
        self.filled = asyncio.Event()
        self.closing = False
        self.task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connects and starts writing.

        Raises:
            DatabaseUnreachable: with the masked address and what to do.
        """
        await self.committer.connected()
        self.task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Writes what is queued, then disconnects."""
        self.closing = True
        self.filled.set()
        if self.task is not None:
            await self.task
        await self.committer.close()

    async def store(self, *rows: Row) -> None:
        """Returns when all ``rows``, one unit, are committed in one transaction. Where
        the database refuses one of them it is kept in quarantine, and the others are
        committed in as few as may be.

        Raises:
            StoreError: the database stays away, or refuses for no fault of the rows.
        """
        if rows:
            await self._queued(rows).stored

    def hand_in(self, *rows: Row) -> None:
        """Stores a unit nobody waits for; one that could not be is a counted error."""
        if not rows:
            return
        try:
            unit = self._queued(rows)
        except StoreError:
            self.count("store/error", 1)
        else:
            unit.stored.add_done_callback(self._unheard)

    def _unheard(self, future: asyncio.Future[None]) -> None:
        if future.exception() is not None:
            self.count("store/error", 1)

    def _queued(self, rows: Sequence[Row]) -> Unit:
        unit = Unit.of([ready for row in rows for ready in self._ready(row)])
        self.queue.put(unit)
        self.filled.set()
        return unit

    def _ready(self, row: Row) -> Sequence[Row]:
        try:
            cleaned, number = clean(row)
        except Refused as error:
            if not isinstance(row, Article | Link | Incident):
                raise StoreError(f"{type(row).__name__}: {error}") from error
            refused = quarantined(row, str(error))
            return refused, report(row, refused)
        if number:
            self.count("store/cleaned", number)
        return (cleaned,)

    async def _work(self) -> None:
        while not (self.closing and not self.queue.units):
            await self.filled.wait()
            await self._settled()
            units = self.queue.take(self.batch_max)
            if not self.queue.units and not self.closing:
                self.filled.clear()
            if units:
                await self.committer.write(units)

    async def _settled(self) -> None:
        """Waits for a turn of the loop in which nothing was handed in."""
        length = -1
        while length < self.queue.rows < self.batch_max:
            length = self.queue.rows
            await asyncio.sleep(0)
