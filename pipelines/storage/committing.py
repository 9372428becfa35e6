"""From units to transactions: as few as may be, tried again while that may help, and
halved where a row is at fault."""

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
from pipelines.storage.text import Refused
from pipelines.storage.units import halves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.storage.batch import Row
    from pipelines.storage.units import Unit

FIRST_DELAY, LAST_DELAY = 0.05, 2.0  # seconds between attempts
# A statement on which the connection breaks every time is no bad moment
BREAKS_MAX = 3


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
    ) -> None:
        self.dsn = dsn
        self.run = run
        self.job = job
        self.count = count
        self.patience = patience
        self.extractor = extractor
        self.connection: psycopg.AsyncConnection[Any] | None = None

    async def connected(self) -> psycopg.AsyncConnection[Any]:
        """The connection, or a new one where it is closed.

        Raises:
            DatabaseUnreachable: with the masked address and what to do.
        """
        if self.connection is None or self.connection.closed:
            self.connection = await connect_async(self.dsn)
        return self.connection

    async def close(self) -> None:
        if self.connection is not None:
            await self.connection.close()

    async def write(self, units: Sequence[Unit]) -> None:
        """Settles every unit. One transaction for all of them; where a row is at fault
        half of them are tried, until its unit is alone."""
        try:
            await self._commit([row for unit in units for row in unit.all])
        except Exception as error:
            if fault(error) is not Fault.POISON:
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
            if len(unit.rows) == 1 and not unit.last:
                await self._set_aside(unit.rows[0], error)
                return None
            self.count("store/halved", 1)
            failed = [
                why for half in halves(unit.rows) for why in await self._part(half)
            ]
            if unit.last and not failed:
                await self._commit(unit.last)
        except Exception as again:
            return self.named(again)
        return next(iter(failed), None)

    async def _part(self, rows: Sequence[Row]) -> list[StoreError]:
        """Stores rows, all but those at fault; what could not even be set aside."""
        try:
            await self._commit(rows)
        except Exception as error:
            if fault(error) is not Fault.POISON:
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
        await self._commit([refused, report(row, refused)])

    async def _commit(self, rows: Sequence[Row]) -> None:
        """Stores ``rows`` in one transaction, trying again while that may help."""
        deadline = time.monotonic() + self.patience
        delay, breaks = FIRST_DELAY, 0
        while True:
            connection = None
            try:
                connection = await self.connected()
                outcomes = await store_batch(
                    connection,
                    rows,
                    run=self.run,
                    job=self.job,
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

    def _count(self, outcomes: Sequence[str]) -> None:
        self.count("store/commit", 1)
        for outcome, number in Counter(outcomes).items():
            self.count(f"store/{outcome}", number)

    def _gave_up(self, error: Exception) -> StoreError:
        # the next batch need not wait as long for what is known to be away
        self.patience = min(self.patience, LAST_DELAY)
        return self.named(error)

    def named(self, error: Exception) -> StoreError:
        """Any failure as one that names the place, without its password."""
        if isinstance(error, StoreError):
            return error
        said = str(error) if isinstance(error, DatabaseUnreachable) else reason(error)
        return StoreError(f"not stored at {masked(self.dsn)}: {said}")


def _nameless(error: Exception) -> bool:
    return isinstance(error, psycopg.OperationalError) and error.sqlstate is None
