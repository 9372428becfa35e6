"""Connections as a person meets them: clear errors without passwords, the lock of a
run, row counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import OperationalError, sql

from pipelines.storage.address import host_seconds, masked
from pipelines.storage.silence import (
    AsyncConnection,
    Connection,
    answer_seconds,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "TABLES",
    "DatabaseUnreachable",
    "NoRoom",
    "OperationalError",
    "WrongSettings",
    "connect",
    "counts",
    "masked",
    "run_lock",
]

TABLES = (
    "run",
    "capture",
    "article",
    "contributor",
    "figure",
    "keyword",
    "link",
    "incident",
    "quarantine",
    "revision",
    "observation",
    "list",
    "list_seen",
    "placement",
    "text_signature",
    "job",
    "signal",
    "look",
    "frontier",
    "pace",
)
# For all hosts that an address names: a run that cannot start says so in 15 seconds
CONNECT_SECONDS = 10.0
# Seconds after which a silent network is a broken one; the system's own is two hours
KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 40_000,  # milliseconds
}
# No statement of ours takes long: one that does waits for something
SESSION = """
SET statement_timeout = '60s';
SET lock_timeout = '15s';
SET idle_in_transaction_session_timeout = '60s'
"""
# "udn-world run" in ASCII, cut to 64 bits: no other program is likely to take it
RUN_LOCK = 0x75646E2D77726C64
# SQLSTATE disk_full and out_of_memory
NO_ROOM = ("53100", "53200")


class DatabaseUnreachable(Exception):
    """The database cannot be used; the message is one line, without a password.

    ``lasting``: waiting will not help, somebody must change something.
    """

    def __init__(self, message: str, *, lasting: bool = False) -> None:
        self.lasting = lasting
        super().__init__(message)


class WrongSettings(DatabaseUnreachable):
    """No database is meant by ``DATABASE_URL``, or none can be under ``VAR_DIR``."""

    def __init__(self, message: str) -> None:
        super().__init__(message, lasting=True)


class NoRoom(DatabaseUnreachable):
    """The disk of the embedded database is full."""

    def __init__(self, message: str) -> None:
        super().__init__(message, lasting=True)


def connect(dsn: str, seconds: float = CONNECT_SECONDS) -> Connection:
    """A synchronous autocommit connection, UTC session, that waits for answers as long
    as its ``patience`` says: for ever, unless that is set.

    Args:
        seconds: to try the hosts in, where an address has no more than five.

    Raises:
        DatabaseUnreachable: with the masked address and what to do.
    """
    try:
        return Connection.connect(
            dsn,
            autocommit=True,
            connect_timeout=host_seconds(dsn, seconds),
            application_name="udn-world",
            **KEEPALIVE,
        )
    except (psycopg.Error, UnicodeError) as error:
        raise unreachable(dsn, error) from None


async def connect_async(
    dsn: str, patience: Callable[[], float] = answer_seconds
) -> AsyncConnection:
    """As :func:`connect`, for a run under way: no statement waits for ever.

    Args:
        patience: see ``silence.AsyncConnection``.

    Raises:
        DatabaseUnreachable: with the masked address and what to do.
    """
    try:
        connection = await AsyncConnection.connect(
            dsn,
            autocommit=True,
            connect_timeout=host_seconds(dsn, CONNECT_SECONDS),
            application_name="udn-world writer",
            **KEEPALIVE,
        )
        connection.patience = answer_seconds
        await connection.execute(SESSION)
        connection.patience = patience
    except (psycopg.Error, UnicodeError) as error:
        raise unreachable(dsn, error) from None
    return connection


def unreachable(dsn: str, error: Exception) -> DatabaseUnreachable:
    """What failed and what to do, in one line; never the driver's own text, which
    may quote the password. A failed connection has no SQLSTATE, only that text."""
    text = str(error)
    reason = next((said for said, words in REASONS.items() if words in text), None)
    code = getattr(error, "sqlstate", None)
    reason = reason or (f"error {code}" if code else "no answer")
    return DatabaseUnreachable(
        f"the database at {masked(dsn)} cannot be reached ({reason}). Is it running, "
        "and is DATABASE_URL right? Leave DATABASE_URL empty to use the embedded one",
        lasting=reason in LASTING,
    )


REASONS = {
    "connection refused": "Connection refused",
    "wrong password": "password authentication failed",
    "no password given": "no password supplied",
    "no such database or user": "does not exist",
    "unknown host": "resolve host",
    "no such socket": "No such file or directory",
    "timeout": "timeout",
    "too many connections": "too many",
    "the server is starting up": "starting up",
}
# SQLSTATE classes 28 and 3D000, had they one
LASTING = {"wrong password", "no password given", "no such database or user"}


class Pooled(Exception):
    """A pooler gives sessions no process of their own; the message says what to do."""


def refuse_pooler(connection: psycopg.Connection[Any], dsn: str) -> None:
    """Locks of a session, and what it sets, are worth nothing where a pooler lends it
    another process of the server for every transaction (PgBouncer's ``pool_mode``).

    Any pooler tells a client another process than the one that answers it. Then a
    second session is begun: neither may be served by the other's.

    Raises:
        Pooled: they share processes.
    """
    own = backend_pid(connection)
    if own == connection.info.backend_pid:
        return
    with connect(dsn) as other, other.transaction():
        shared = backend_pid(other) == own
        if shared or backend_pid(connection) != own:
            raise Pooled(
                f"a pooler in transaction mode stands before {masked(dsn)}, and the "
                "lock of a run would not be its own; let DATABASE_URL name the "
                "database itself, or the pooler in session mode"
            )


def backend_pid(connection: psycopg.Connection[Any]) -> int:
    """The process of the server that answers, whatever a pooler says it is."""
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0


def run_lock(connection: psycopg.Connection[Any]) -> bool:
    """Takes the lock of a run for the life of ``connection``; False if another run
    holds it. It is free again as soon as its holder is dead. See
    :func:`refuse_pooler`."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [RUN_LOCK]).fetchone()
    return bool(row and row[0])


def counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows per table, in the order of ``TABLES``."""
    return {name: _count(connection, name) for name in TABLES}


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
