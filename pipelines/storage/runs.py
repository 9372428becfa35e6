"""Rows of ``run``: one per execution. Called by the crawl command, synchronously."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

PACKAGES = ("scrapy", "twisted", "lxml", "psycopg")

# Advisory locks of single runs, held while they live: "udn" in ASCII, and the number
RUN_CLASS = 0x75646E
HOLD = "SELECT pg_try_advisory_lock(%s, %s::int)"
LET_GO = "SELECT pg_advisory_unlock(%s, %s::int)"
UNFINISHED = "SELECT run_id FROM run WHERE outcome IS NULL"
BURY = "UPDATE run SET outcome = 'died' WHERE run_id = %s AND outcome IS NULL"

START = """
INSERT INTO run (spider, arguments, started_at, software)
VALUES (%(spider)s, %(arguments)s, %(started_at)s, %(software)s)
RETURNING run_id
"""

FINISH = """
UPDATE run
SET finished_at = %(finished_at)s, outcome = %(outcome)s, exit_code = %(exit_code)s,
    verdict = %(verdict)s, counters = %(counters)s
WHERE run_id = %(run_id)s
"""


STARTED = "SELECT run_id, started_at FROM run ORDER BY run_id"
STARTED_AT = "SELECT started_at FROM run WHERE run_id = %s"
ARCHIVED = "UPDATE run SET archive = %s, archive_root = %s WHERE run_id = %s"


def name_archive(
    connection: psycopg.Connection[Any], run_id: int, *, archive: str, root: str
) -> None:
    """Says which series of WARC files a run wrote, and its root hash."""
    connection.execute(ARCHIVED, [archive, root, run_id])


def started(connection: psycopg.Connection[Any]) -> list[tuple[int, datetime]]:
    """(id, start) of all runs, the first one first."""
    return connection.execute(STARTED).fetchall()


async def started_at(connection: psycopg.AsyncConnection[Any], run_id: int) -> datetime:
    """When a run began, aware.

    Raises:
        LookupError: there is no such run.
    """
    row = await (await connection.execute(STARTED_AT, [run_id])).fetchone()
    if row is None:
        raise LookupError(f"there is no run {run_id}")
    return cast("datetime", row[0])


def start_run(
    connection: psycopg.Connection[Any],
    *,
    spider: str,
    arguments: Mapping[str, Any],
    software: Mapping[str, str] | None = None,
    started_at: datetime | None = None,
) -> int:
    """Opens a run and returns its id; runs that died without a word get that outcome.

    Args:
        connection: the run counts as alive as long as it is open.
        arguments: the spider arguments as given; values that JSON cannot hold are
            kept as text.
        software: name -> version; by default Python and the libraries that matter.
        started_at: aware; by default now.
    """
    bury(connection)
    parameters = {
        "spider": spider,
        "arguments": _jsonb(arguments),
        "started_at": started_at or datetime.now(UTC),
        "software": _jsonb(software or installed()),
    }
    row = connection.execute(START, parameters).fetchone()
    assert row is not None  # noqa: S101 - INSERT … RETURNING gives one row
    hold(connection, int(row[0]))
    return int(row[0])


def hold(connection: psycopg.Connection[Any], run_id: int) -> bool:
    """Shows others that a run lives; False: somebody shows that already."""
    row = connection.execute(HOLD, [RUN_CLASS, run_id]).fetchone()
    return bool(row and row[0])


def bury(connection: psycopg.Connection[Any]) -> None:
    """Gives unfinished runs that nobody holds the outcome ``died``."""
    for (run_id,) in connection.execute(UNFINISHED).fetchall():
        if hold(connection, run_id):
            connection.execute(BURY, [run_id])
            connection.execute(LET_GO, [RUN_CLASS, run_id])


def finish_run(
    connection: psycopg.Connection[Any],
    run_id: int,
    *,
    outcome: str,
    exit_code: int,
    verdict: str,
    counters: Mapping[str, Any],
    finished_at: datetime | None = None,
) -> None:
    """Closes a run with its verdict and all its counters (Scrapy's final stats)."""
    parameters = {
        "run_id": run_id,
        "outcome": outcome,
        "exit_code": exit_code,
        "verdict": verdict,
        "counters": _jsonb(counters),
        "finished_at": finished_at or datetime.now(UTC),
    }
    connection.execute(FINISH, parameters)


def installed() -> dict[str, str]:
    """Name -> version of Python and of the libraries that decide what is stored."""
    found = {"python": platform.python_version()}
    return found | {name: version(name) for name in PACKAGES}


def _jsonb(value: Mapping[str, Any]) -> Jsonb:
    # stats hold datetimes; a NUL or a lone surrogate in an argument must not lose
    # the row that says how the run ended
    text = json.dumps(value, default=str, ensure_ascii=False, sort_keys=True)
    text = text.replace("\\u0000", "").encode("utf-8", "replace").decode()
    return Jsonb(json.loads(text))
