"""From units to transactions: as few as may be, tried again while that may help, and
halved where a row is at fault."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.items import Article, Incident, Link
from pipelines.storage.batch import store_batch
from pipelines.storage.database import DatabaseUnreachable, connect_async, masked
from pipelines.storage.faults import Fault, fault, reason
from pipelines.storage.patience import DATABASE_LOST, Attempts, StoreAway, Watcher
from pipelines.storage.quarantine import quarantined, report
from pipelines.storage.silence import answer_seconds, at_most
from pipelines.storage.units import halves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

    from pipelines.storage.batch import Row
    from pipelines.storage.units import Unit

# Faults that half a batch may not have
HALVED = (Fault.POISON, Fault.SLOW)


class StoreError(Exception):
    """Rows could not be stored; the message says where and why."""


class Committer:
    """One connection and what is written through it.

    Args:
        dsn: where to write.
        run: id of the run, an existing row of ``run``.
        job: id of the job whose frontier the run works on.
        count: called after COMMIT with the name of a counter and a number.
        patience: seconds to go on trying when the database is away.
        extractor: version of what read the pages.
        watcher: is told when the database is away and back.
        draining: units come from a spool: later runs may have stored already.
    """

    def __init__(
        self,
        dsn: str,
        run: int,
        *,
        job: int,
        count: Callable[[str, int], None],
        patience: float,
        extractor: str | None = None,
        watcher: Watcher | None = None,
        draining: bool = False,
    ) -> None:
        self.dsn = dsn
        self.run = run
        self.job = job
        self.count = count
        self.patience = patience
        self.extractor = extractor
        self.watcher = watcher or Watcher()
        self.draining = draining
        self.seen_at: datetime | None = None
        self.connection: psycopg.AsyncConnection[Any] | None = None
        self.aside: list[Row] = []  # of the unit that is stored in parts

    async def connected(self) -> psycopg.AsyncConnection[Any]:
        """The connection, or a new one where it is closed.

        Raises:
            DatabaseUnreachable: with the masked address and what to do.
        """
        if self.connection is None or self.connection.closed:
            self.connection = await connect_async(self.dsn, self.silence)
        return self.connection

    def silence(self) -> float:
        """Seconds that an answer, a COMMIT's too, may take."""
        if self.watcher.stopping():
            return answer_seconds()
        return at_most(self.patience)

    async def close(self) -> None:
        """Disconnects; the next write connects again."""
        if self.connection is not None:
            await self.connection.close()
            self.connection = None

    async def write(self, units: Sequence[Unit]) -> None:
        """Settles every unit. One transaction for all of them; where a row is at fault
        half of them are tried, until its unit is alone.

        Raises:
            StoreAway: the database takes nothing; what is not settled is not stored.
        """
        try:
            await self._commit([row for unit in units for row in unit.all])
        except StoreAway:
            raise
        except Exception as error:
            if fault(error) not in HALVED:
                for unit in units:
                    unit.settle(self.named(error))
            elif len(units) > 1:
                self.count("store/halved", 1)
                for half in halves(units):
                    await self.write(half)
            else:
                units[0].settle(await self._apart(units[0], error))
        else:
            for unit in units:
                unit.settle()

    async def _apart(self, unit: Unit, error: Exception) -> StoreError | None:
        """Stores a unit in parts; what it leads to and its end come last, and only if
        all else is in its table or in quarantine."""
        try:
            alone = len(unit.rows) == 1 and not unit.last
            if alone and fault(error) is Fault.POISON:
                await self._set_aside(unit.rows[0], error)
                return None
            self.count("store/halved", int(len(unit.rows) > 1))
            self.aside.clear()
            failed = [
                why for half in halves(unit.rows) for why in await self._part(half)
            ]
            if unit.last and not failed:
                lost = any(isinstance(row, Article) for row in self.aside)
                await self._commit(unit.without_its_story if lost else unit.last)
        except StoreAway:
            raise
        except Exception as again:
            return self.named(again)
        return next(iter(failed), None)

    async def _part(self, rows: Sequence[Row]) -> list[StoreError]:
        """Stores rows, all but those at fault; what could not even be set aside."""
        try:
            await self._commit(rows)
        except Exception as error:
            if fault(error) not in HALVED:
                raise
            if len(rows) > 1:
                self.count("store/halved", 1)
                return [why for half in halves(rows) for why in await self._part(half)]
            try:
                await self._set_aside(rows[0], error)
            except StoreError as refused:
                return [refused]
        return []

    async def _set_aside(self, row: Row, error: Exception) -> None:
        if not isinstance(row, Article | Link | Incident):
            raise self.named(error) from error
        refused = quarantined(row, reason(error))
        try:
            await self._commit([refused, report(row, refused)])
            self.aside.append(row)
        except Exception as again:
            if fault(again) is Fault.SLOW:  # whatever is written: no row's fault
                raise StoreAway(DATABASE_LOST, str(self.named(again))) from again
            raise

    async def _commit(self, rows: Sequence[Row]) -> None:
        """Stores ``rows`` in one transaction, trying again while that may help."""
        attempts = Attempts(self.patience, self.watcher, lambda e: str(self.named(e)))
        while True:
            connection = None
            try:
                connection = await self.connected()
                with attempts.watched():
                    outcomes = await store_batch(
                        connection,
                        rows,
                        run=self.run,
                        job=self.job,
                        seen_at=self.seen_at or datetime.now(UTC),
                        draining=self.draining,
                        extractor=self.extractor,
                    )
            except Exception as error:
                if fault(error) is Fault.RECONNECT:
                    await self.close()
                await attempts.failed(error, connected=connection is not None)
                self.count("store/retry", 1)
            else:
                attempts.succeeded()
                self._count(outcomes)
                return

    def _count(self, outcomes: Sequence[str]) -> None:
        self.count("store/commit", 1)
        for outcome, number in Counter(outcomes).items():
            self.count(f"store/{outcome}", number)

    def named(self, error: Exception) -> StoreError:
        """Any failure as one that names the place, without its password."""
        if isinstance(error, StoreError):
            return error
        said = str(error) if isinstance(error, DatabaseUnreachable) else reason(error)
        return StoreError(f"not stored at {masked(self.dsn)}: {said}")
