"""The pause between two requests, and Retry-After, hold for all processes together."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.storage import pace
from pipelines.storage.database import connect_async
from tests.ending import begun, signalled
from tests.faults import answers, table
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, good, path_of, site_of
from tests.replaying import rows
from tests.running import STORED, start, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import psycopg

SITE = "http://127.0.0.1:8000"
POLITE = ("-s", "DOWNLOAD_DELAY=0.05", "-s", "CONCURRENT_REQUESTS=1")
LONG_AGO = "UPDATE pace SET next_at = now() - interval '61 seconds'"
HOLD = """
INSERT INTO pace (origin, next_at, hold_until)
VALUES ('{}', now(), now() + interval '4 seconds') RETURNING 1
"""


@pytest.fixture
async def connection(database: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await connect_async(database) as connection:
        yield connection


async def test_the_greatest_pause_that_any_process_knows_holds(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    assert await pace.book(connection, SITE, seconds=10) == 0
    # whoever does not know of it keeps it, before its turn and behind it
    assert await pace.book(connection, SITE, seconds=1) == pytest.approx(10, abs=0.5)
    assert await pace.book(connection, SITE, seconds=1) == pytest.approx(20, abs=0.5)


async def test_a_greater_pause_counts_from_the_turn_before_it(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    await pace.book(connection, SITE, seconds=1)
    assert await pace.book(connection, SITE, seconds=10) == pytest.approx(10, abs=0.5)


async def test_a_pause_is_forgotten_when_nobody_has_asked_for_a_minute(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    await pace.book(connection, SITE, seconds=10)
    await connection.execute(LONG_AGO)
    assert await pace.book(connection, SITE, seconds=1) == 0
    assert await pace.book(connection, SITE, seconds=1) == pytest.approx(1, abs=0.5)


async def test_silence_that_a_site_asks_for_holds_for_every_turn(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    await pace.book(connection, SITE, seconds=1)
    assert await pace.held(connection, SITE) == 0
    await pace.hold(connection, [SITE, "https://127.0.0.1:8000"], seconds=30)
    await pace.hold(connection, [SITE], seconds=5)
    assert await pace.held(connection, SITE) == pytest.approx(30, abs=0.5)
    assert await pace.book(connection, SITE, seconds=1) == pytest.approx(30, abs=0.5)
    assert await pace.held(connection, "https://other.example") == 0


def test_silence_that_one_process_is_asked_for_is_kept_by_all(database: str) -> None:
    number, seconds = 60, 3.0
    busy = answers.then(table.retry_after(503, f"{seconds:g}"), good(FIRST + number))
    site_table = site_of(whole=number)
    site_table[path_of(FIRST + number // 2)] = busy
    with FaultServer(site_table) as site:
        first = start(site.url, database, *POLITE)
        until(database, STORED, 3)
        second = start(site.url, database, "-a", "join=yes", *POLITE)
        assert (first.wait(120), second.wait(120)) == (0, 0)
    shared = rows(database, "SELECT DISTINCT ended_run FROM frontier ORDER BY 1")
    assert shared == [(1,), (2,)]
    busy_at = next(
        one.at for one in site.asked if one.target == path_of(FIRST + number // 2)
    )
    # what is on its way when the answer comes arrives with it
    later = [one.at - busy_at for one in site.asked if one.at - busy_at > 0.2]
    assert min(later) >= seconds


def test_silence_outlives_the_process_that_was_asked_for_it(database: str) -> None:
    with FaultServer(site_of(whole=1)) as site:
        began = time.monotonic()
        rows(database, HOLD.format(site.url))
        assert start(site.url, database, *POLITE).wait(60) == 0
    assert site.asked[0].at - began >= 3.9


@pytest.mark.parametrize("delay", ["0", "0.05"])
def test_a_run_that_waits_for_a_site_ends_when_it_is_told_to(
    database: str, delay: str
) -> None:
    busy = table.retry_after(503, "300")
    with FaultServer(site_of(busy, whole=2)) as site:
        run = begun(site.url, database, *POLITE, "-s", f"DOWNLOAD_DELAY={delay}")
        until(database, STORED, 2)
        while path_of(FIRST) not in site.requests:
            time.sleep(0.05)
        time.sleep(0.5)
        seconds, output, _ = signalled(run, signal.SIGTERM)
    assert run.returncode == 8, output
    assert seconds < 10
    assert site.requests[path_of(FIRST)] == 1
