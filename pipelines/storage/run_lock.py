"""The locks of a run, watched from a second session."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from pipelines.storage import runs
from pipelines.storage.database import RUN_LOCK, connect_async, run_lock

if TYPE_CHECKING:
    import psycopg

LOST = "the database dropped this run's lock, and another run took it and goes on"

# Keys of one bigint have objsubid 1 and its halves in classid and objid, keys of two
# ints have 2 (https://www.postgresql.org/docs/current/view-pg-locks.html)
HELD_BY = """
SELECT
    bool_or(objsubid = 2 AND classid::bigint = %(kind)s AND objid::bigint = %(run)s),
    bool_or(objsubid = 1 AND classid::bigint = %(key)s >> 32
        AND objid::bigint = %(key)s & 4294967295)
FROM pg_locks
WHERE locktype = 'advisory' AND granted AND pid = %(pid)s
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
TAKE = "SELECT pg_try_advisory_lock(%s)"


class State(Enum):
    """What a look found."""

    HELD = auto()
    TAKEN_AGAIN = auto()
    LOST = auto()  # another run holds the lock of which there is one


class Held:
    """What the server's process ``pid`` holds for a run: the sign that it lives, and
    unless it joined another the lock of which there is one."""

    def __init__(self, dsn: str, *, pid: int, run: int) -> None:
        self.dsn, self.pid, self.run = dsn, pid, run
        self.alone = False  # found out by the first look
        self.connection: psycopg.AsyncConnection[Any] | None = None

    async def look(self) -> State:
        """Takes again what nobody holds any more.

        Raises:
            DatabaseUnreachable, OperationalError: the database is away.
        """
        connection = await self._connected()
        asked = {"kind": runs.RUN_CLASS, "key": RUN_LOCK}
        cursor = await connection.execute(
            HELD_BY, {**asked, "run": self.run, "pid": self.pid}
        )
        lives, alone = await cursor.fetchone() or (None, None)
        if lives:
            self.alone = self.alone or bool(alone)
            return State.HELD
        if self.alone and not await self._take(connection, TAKE, [RUN_LOCK]):
            return State.LOST
        if await self._take(connection, runs.HOLD, [runs.RUN_CLASS, self.run]):
            cursor = await connection.execute("SELECT pg_backend_pid()")
            (self.pid,) = await cursor.fetchone() or (self.pid,)
            return State.TAKEN_AGAIN
        return State.HELD  # another run is asking whether this one lives: look again

    async def close(self) -> None:
        """Gives back what was taken again."""
        if self.connection is not None:
            await self.connection.close()

    def drop(self) -> None:
        """As :meth:`close`, where the event loop has stopped in the middle."""
        if self.connection is not None:
            self.connection.pgconn.finish()

    def take_back(self, connection: psycopg.Connection[Any]) -> bool:
        """Holds it all with a new connection; False where another run was faster."""
        if self.alone and not run_lock(connection):
            return False
        runs.hold(connection, self.run)
        return True

    async def _take(
        self, connection: psycopg.AsyncConnection[Any], query: str, key: list[int]
    ) -> bool:
        row = await (await connection.execute(query.encode(), key)).fetchone()
        return bool(row and row[0])

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self.connection is None or self.connection.closed:
            self.connection = await connect_async(self.dsn)
        return self.connection
