"""The only writer of a run: what many tasks hand in at once becomes few commits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.items import Article, Incident, Link
from pipelines.storage import runs, spool
from pipelines.storage.committing import Committer, StoreError
from pipelines.storage.patience import StoreAway
from pipelines.storage.quarantine import quarantined, report
from pipelines.storage.text import Refused, clean
from pipelines.storage.units import Queue, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipelines.storage.batch import Row
    from pipelines.storage.patience import Watcher

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
        spool_dir: where units are kept that the database does not take for longer
            than ``patience``; None: they fail.
        watcher: is told when the database is away and back.
        lost: called once, with the reason to finish for, when it stays away.
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
        spool_dir: Path | None = None,
        watcher: Watcher | None = None,
        lost: Callable[[StoreAway], object] = lambda away: None,
    ) -> None:
        self.committer = Committer(
            dsn,
            run,
            job=job or run,
            count=count,
            patience=patience,
            extractor=extractor,
            watcher=watcher,
        )
        self.spool_dir = spool_dir
        self.spool: Path | None = None
        self.lost = lost
        self.away: StoreAway | None = None
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
        connection = await self.committer.connected()
        if self.spool_dir is not None:
            run = self.committer.run
            began = await runs.started_at(connection, run)
            self.spool = spool.file_of(self.spool_dir, run, began)
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
        committed in as few as may be; where it stays away all are kept on disk.

        Raises:
            StoreError: the database refuses for no fault of the rows, or is away and
                the disk does not take them either.
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
        ready = [self._ready(row) for row in rows]
        unit = Unit.of([one for each in ready for one in each])
        told = zip(rows, ready, strict=True)
        if any(type(row) is Article and len(each) > 1 for row, each in told):
            unit = replace(unit, last=unit.without_its_story)
        self.queue.put(unit)
        self.filled.set()
        return unit

    def _ready(self, row: Row) -> Sequence[Row]:
        """The row as it can be stored, or what tells why it cannot."""
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
                await self._write(units)

    async def _write(self, units: Sequence[Unit]) -> None:
        """Settles units: in the database, or on disk once that has stayed away."""
        if self.away is None:
            try:
                await self.committer.write(units)
            except StoreAway as away:
                self.away = away
                self.lost(away)
        if self.away is not None:
            await self._keep([unit for unit in units if not unit.settled], self.away)

    async def _keep(self, units: Sequence[Unit], away: StoreAway) -> None:
        error = None
        try:
            if self.spool is None:
                raise OSError("there is no place to keep it")
            records = [self._record(unit) for unit in units]
            await asyncio.to_thread(spool.append, self.spool, records)
        except OSError as failed:
            error = StoreError(f"{away}; nor kept on disk: {failed}")
        else:
            self.count("store/spooled", len(units))
        for unit in units:
            unit.settle(error)

    def _record(self, unit: Unit) -> dict[str, Any]:
        return spool.unit_record(
            unit.all,
            job=self.committer.job,
            seen_at=datetime.now(UTC),
            extractor=self.committer.extractor,
        )

    async def _settled(self) -> None:
        """Waits for a turn of the loop in which nothing was handed in."""
        length = -1
        while length < self.queue.rows < self.batch_max:
            length = self.queue.rows
            await asyncio.sleep(0)
