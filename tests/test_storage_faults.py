"""The retry table, a row at a time, provoked on a real Postgres where that can be."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from pipelines.storage import faults
from pipelines.storage.database import DatabaseUnreachable, connect, connect_async
from pipelines.storage.faults import RETRY_TABLE, Fault, fault
from pipelines.storage.patience import BREAKS_MAX, Attempts, StoreAway, Watcher
from pipelines.storage.text import Refused

if TYPE_CHECKING:
    from tests.storing import Connection

CRASH = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{}'; END $$"
# One SQLSTATE of every row of the table, and what the server says it with
STATES = {
    "40": "40P01",
    "08": "08006",
    "57P": "57P01",
    "22": "22003",
    "23": "23514",
    "54": "54000",
    "21": "21000",
    "42": "42703",
    "28": "28P01",
}


@pytest.mark.parametrize("entry", RETRY_TABLE)
def test_every_row_of_the_table_decides(db: Connection, entry: str) -> None:
    state = STATES.get(entry, entry)
    with pytest.raises(psycopg.Error) as caught:
        db.execute(CRASH.format(state).encode())
    assert caught.value.sqlstate == state
    assert fault(caught.value) is RETRY_TABLE[entry]


def test_what_is_not_in_the_table_is_fatal() -> None:
    assert faults.of_state("XX000") is Fault.FATAL
    assert faults.of_state("0A000") is Fault.FATAL
    assert faults.of_state("57014") is Fault.SLOW
    assert faults.of_state("57P04") is Fault.FATAL
    assert faults.of_state("57P03") is Fault.RECONNECT


# Statement -> what it provokes on the server
PROVOKED: dict[str, tuple[LiteralString, Fault]] = {
    "22003": ("SELECT 2147483647::int + 1", Fault.POISON),
    "22P02": ("""SELECT '{"a": NaN}'::jsonb""", Fault.POISON),
    "22008": ("SELECT '99999-01-01'::date + 2147483647", Fault.POISON),
    "23514": ("UPDATE run SET exit_code = -1", Fault.POISON),
    "21000": (
        "INSERT INTO keyword VALUES (1, 1, 'a'), (1, 1, 'b')"
        " ON CONFLICT (story_id, position) DO UPDATE SET keyword = 'c'",
        Fault.POISON,
    ),
    "42P01": ("SELECT * FROM nowhere", Fault.FATAL),
    "42703": ("SELECT nothing FROM run", Fault.FATAL),
    "55P03": ("SELECT * FROM run FOR UPDATE NOWAIT", Fault.AGAIN),
    "57014": ("SET statement_timeout = 10; SELECT pg_sleep(5)", Fault.SLOW),
    "25006": (
        "BEGIN READ ONLY; DELETE FROM run",
        Fault.RECONNECT,
    ),
    "57P01": ("SELECT pg_terminate_backend(pg_backend_pid())", Fault.RECONNECT),
}


@pytest.mark.parametrize("state", PROVOKED)
def test_what_a_server_says_is_understood(
    database: str, db: Connection, state: str
) -> None:
    statement, what = PROVOKED[state]
    with psycopg.connect(database) as holder:
        holder.execute(
            "SELECT * FROM run FOR UPDATE" if state == "55P03" else "SELECT 1"
        )
        connection = psycopg.connect(database, autocommit=True)
        with connection, pytest.raises(psycopg.Error) as caught:
            connection.execute(statement)
    assert caught.value.sqlstate == state
    assert fault(caught.value) is what


def test_a_session_that_idled_in_a_transaction_is_replaced(database: str) -> None:
    connection = psycopg.connect(database)
    connection.execute("SET idle_in_transaction_session_timeout = 20")
    time.sleep(0.5)
    with connection, pytest.raises(psycopg.Error) as caught:
        connection.execute("SELECT 1")
    assert fault(caught.value) is Fault.RECONNECT


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("a\x00b", psycopg.DataError),
        ("\ud83d", UnicodeEncodeError),
        (Jsonb({"a": "\x00"}), psycopg.Error),
        (Jsonb({"a": math.nan}), psycopg.Error),
    ],
)
def test_what_cannot_even_be_sent_is_poison(
    db: Connection, value: Any, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught:
        db.execute("SELECT %s", [value])
    assert fault(caught.value) is Fault.POISON


def test_what_waiting_does_not_help_is_told_from_what_it_does(
    postgres_server: str, database: str
) -> None:
    def refused(**other: Any) -> DatabaseUnreachable:
        with pytest.raises(DatabaseUnreachable) as caught:
            connect(make_conninfo(database, **other))
        return caught.value

    assert fault(refused(dbname="nosuch")) is Fault.FATAL
    assert fault(refused(user="nobody_knows")) is Fault.FATAL
    assert fault(refused(host="127.0.0.1", port=1)) is Fault.RECONNECT
    assert fault(refused(host="/nowhere")) is Fault.RECONNECT


def test_too_many_connections_are_waited_for(database: str, db: Connection) -> None:
    db.execute("DROP ROLE IF EXISTS limited")
    db.execute("CREATE ROLE limited LOGIN CONNECTION LIMIT 0")
    try:
        with pytest.raises(DatabaseUnreachable, match="too many connections") as caught:
            asyncio.run(connect_async(make_conninfo(database, user="limited")))
        assert fault(caught.value) is Fault.RECONNECT
    finally:
        db.execute("DROP ROLE limited")


def attempts(error: Exception, *, connected: bool = True) -> list[str]:
    """What becomes of a transaction that fails with ``error`` every time."""
    told: list[str] = []

    async def whole() -> None:
        watcher = Watcher(
            away=lambda: told.append("away"), back=lambda: told.append("back")
        )
        one = Attempts(0.2, watcher, str)
        for _ in range(100):
            await one.failed(error, connected=connected)
            told.append("again")

    with pytest.raises((StoreAway, Refused, type(error))) as caught:
        asyncio.run(whole())
    said = caught.value
    return [
        *told,
        said.finish_reason if isinstance(said, StoreAway) else type(said).__name__,
    ]


def test_each_fault_has_its_way_to_go_on() -> None:
    deadlock = attempts(errors.DeadlockDetected())
    assert set(deadlock[:-1]) == {"again"}
    assert len(deadlock) > 2
    assert deadlock[-1] == "database_lost"
    shutdown = attempts(errors.AdminShutdown())
    assert shutdown.count("away") == 1
    assert shutdown[-1] == "database_lost"
    assert attempts(errors.DiskFull()) == ["disk_full"]
    assert attempts(errors.OutOfMemory()) == ["disk_full"]
    assert attempts(errors.UndefinedColumn()) == ["UndefinedColumn"]
    assert attempts(errors.NumericValueOutOfRange()) == ["NumericValueOutOfRange"]
    assert attempts(errors.QueryCanceled()) == ["QueryCanceled"]


def test_a_connection_that_breaks_on_the_same_rows_is_their_fault() -> None:
    broken = attempts(psycopg.OperationalError("the connection is lost"))
    # and what waits for the database need wait no longer
    assert broken == ["away", *["again"] * (BREAKS_MAX - 1), "back", "Refused"]
    refused = attempts(psycopg.OperationalError("connection refused"), connected=False)
    assert refused[-1] == "database_lost"
