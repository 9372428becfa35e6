"""What one run holds of the frontier: taken, prolonged, given back."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from pipelines.storage import frontier
from pipelines.storage.database import (
    DatabaseUnreachable,
    OperationalError,
    connect_async,
)
from pipelines.storage.silence import answer_seconds, at_most

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import psycopg

    from crawler.items import FrontierRequest

logger = logging.getLogger(__name__)


class Leases:
    """Leases of ``run`` in ``job``, on a connection of their own.

    Args:
        seconds: how long a lease lasts unless it is prolonged.
        patience: seconds that a database may be away.
    """

    def __init__(
        self, dsn: str, *, job: int, run: int, seconds: float, patience: float = 0
    ) -> None:
        self.dsn = dsn
        self.patience, self.ending = patience, False
        self.job, self.run, self.seconds = job, run, seconds
        self.connection: psycopg.AsyncConnection[Any] | None = None
        self.kept_at = time.monotonic()

    async def begin(self, requests: Sequence[FrontierRequest]) -> None:
        """Adds what a run begins with."""
        connection = await self.connected()
        await frontier.add(connection, requests, job=self.job, begin=True)

    async def take(self, limit: int) -> list[FrontierRequest]:
        """The next requests, at most ``limit``, highest priority first."""
        connection = await self.connected()
        return await frontier.claim(
            connection, job=self.job, run=self.run, limit=limit, seconds=self.seconds
        )

    async def keep(self, held: Collection[bytes]) -> int | None:
        """Prolongs what is held, if it is time to; then also: how many requests wait
        or are held elsewhere. A lease of this run that is not ``held`` is one of which
        the connection broke before it was told: it runs out."""
        if time.monotonic() - self.kept_at < self.seconds / 3:
            return None
        connection = await self.connected()
        mine = {"job": self.job, "run": self.run}
        await frontier.renew(connection, held=held, seconds=self.seconds, **mine)
        self.kept_at = time.monotonic()
        return await frontier.elsewhere(connection, held=held, **mine)

    async def elsewhere(self, held: Collection[bytes]) -> bool:
        """Does anything wait, or is something leased that is not ``held`` here, and
        may yet be dropped?"""
        connection = await self.connected()
        await frontier.expire(connection, job=self.job)
        mine = {"job": self.job, "run": self.run}
        return await frontier.elsewhere(connection, held=held, **mine) > 0

    async def close(self) -> None:
        """Gives back what is held; a database that is away leaves that to the next
        run."""
        try:
            connection = await self.connected()
            await frontier.release(connection, job=self.job, run=self.run)
            await connection.close()
        except (DatabaseUnreachable, OperationalError) as error:
            logger.warning("Leases of run %s were not given back: %s", self.run, error)

    async def connected(self) -> psycopg.AsyncConnection[Any]:
        if self.connection is None or self.connection.closed:
            self.connection = await connect_async(self.dsn, self.silence)
        return self.connection

    def silence(self) -> float:
        """Seconds that an answer may take."""
        return answer_seconds() if self.ending else at_most(self.patience)

    def end(self) -> None:
        """The run ends: it waits for no answer longer than others do."""
        self.ending = True
