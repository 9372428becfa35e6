"""A database that says nothing, or waits for another session, holds no run up.

A stopped server (SIGSTOP) is as one that hangs: its kernel still takes connections and
acknowledges what is sent, so that no timeout of the network or of the server ends it.
"""

from __future__ import annotations

import asyncio
import signal
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import OperationalError
from psycopg.errors import LockNotAvailable
from scrapy.exceptions import CloseSpider

from crawler.ends.last_words import LastWords
from crawler.frontier.leases import Leases
from crawler.frontier.questions import Questions
from pipelines.storage import database as storage
from pipelines.storage import jobs, migrate, pace, run_lock, runs, silence
from pipelines.storage.patience import Watcher
from pipelines.storage.silence import Silent
from tests.outages import own_server, spools
from tests.storing import opened, rows
from tests.test_storage_units import page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.outages import OwnServer
    from tests.storing import Connection

CUT = "SELECT pg_terminate_backend(%s, 5000)"
LITTLE = 0.5  # seconds, in the place of the ten


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    """With the schema and run 1."""
    with own_server() as one:
        with psycopg.connect(one.dsn, autocommit=True) as connection:
            migrate.migrate(connection)
            runs.start_run(connection, spider="test", arguments={})
            jobs.begin(connection, 1, origin="http://127.0.0.1", arguments={})
        yield one


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "ANSWER_SECONDS", LITTLE)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("stopping", [False, True])
def test_pages_go_to_disk_where_the_database_hangs(
    server: OwnServer, tmp_path: Path, stopping: bool
) -> None:
    told: list[str] = []
    stops: list[bool] = []
    watcher = Watcher(away=lambda: told.append("away"), stopping=lambda: any(stops))

    async def whole() -> float:
        async with opened(
            server.dsn,
            1,
            patience=600 if stopping else LITTLE,
            spool_dir=tmp_path,
            watcher=watcher,
            lost=lambda gone: told.append(gone.finish_reason),
        ) as pipeline:
            await pipeline.process_item(page(1))
            began = time.monotonic()
            with server.frozen():
                hangs = asyncio.create_task(pipeline.process_item(page(2)))
                await asyncio.sleep(2 * LITTLE)
                assert told[:1] == ["away"]
                stops.append(stopping)
                await hangs
                return time.monotonic() - began

    seconds = asyncio.run(whole())
    assert told == ["away", "database_lost"]
    assert len(spools(tmp_path)) == 1
    # the one silence, a try to connect and the pauses between
    assert seconds < 9


def test_who_has_patience_waits_for_a_slow_answer(
    server: OwnServer, tmp_path: Path
) -> None:
    """As a COMMIT on a slow disk is."""

    async def whole() -> None:
        async with opened(server.dsn, 1, patience=60, spool_dir=tmp_path) as pipeline:
            await pipeline.process_item(page(1))
            with server.frozen():
                hangs = asyncio.create_task(pipeline.process_item(page(3)))
                await asyncio.sleep(2)
                assert not hangs.done()
            await hangs
            assert "store/retry" not in pipeline.stats.get_stats()

    asyncio.run(whole())
    assert spools(tmp_path) == []


@pytest.mark.usefixtures("hasty")
def test_questions_of_a_run_have_an_end_where_the_database_hangs(
    server: OwnServer,
) -> None:
    leases = Leases(server.dsn, job=1, run=1, seconds=60, patience=LITTLE)
    questions = Questions(server.dsn, patience=LITTLE)
    held = run_lock.Held(server.dsn, pid=1, run=1)

    async def whole() -> float:
        await leases.take(1)
        await questions.ask(pace.held, "http://127.0.0.1")
        await held.look()
        began = time.monotonic()
        with server.frozen():
            asked = await asyncio.gather(
                leases.take(1),
                questions.ask(pace.held, "http://127.0.0.1"),
                held.look(),
                return_exceptions=True,
            )
            seconds = time.monotonic() - began
        assert [type(one) for one in asked] == [Silent, CloseSpider, Silent]
        return seconds

    assert asyncio.run(whole()) < 4 * LITTLE


@pytest.mark.usefixtures("hasty")
def test_what_hangs_when_a_run_is_told_to_end_waits_no_longer_than_the_rest(
    server: OwnServer,
) -> None:
    leases = Leases(server.dsn, job=1, run=1, seconds=60, patience=600)

    async def whole() -> None:
        await leases.take(1)
        with server.frozen():
            hangs = asyncio.create_task(leases.take(1))
            await asyncio.sleep(3 * LITTLE)
            assert not hangs.done()
            leases.end()
            async with asyncio.timeout(2):
                with pytest.raises(Silent):
                    await hangs

    asyncio.run(whole())


def name_archive(words: LastWords) -> None:
    words.ask(runs.name_archive, 1, archive="night", root="0" * 64)


def test_the_last_words_have_an_end_where_the_database_hangs(
    server: OwnServer,
) -> None:
    with storage.connect(server.dsn) as connection:
        words = LastWords(connection, server.dsn, None, seconds=1)
        name_archive(words)
        began = time.monotonic()
        with server.frozen():
            with pytest.raises(Silent):
                name_archive(words)
            with pytest.raises(OperationalError, match="no time is left"):
                name_archive(words)
        assert time.monotonic() - began < 2


def test_the_last_words_wait_for_no_lock_for_ever(
    database: str, db: Connection
) -> None:
    with storage.connect(database) as connection, db.transaction():
        words = LastWords(connection, database, None, seconds=1)
        db.execute("UPDATE run SET spider = spider")
        with pytest.raises(LockNotAvailable):
            name_archive(words)


def test_a_session_that_is_cut_says_its_last_words_on_another(
    database: str, db: Connection
) -> None:
    with storage.connect(database) as connection:
        words = LastWords(connection, database, None)
        db.execute(CUT, [connection.info.backend_pid])
        name_archive(words)
        words.close()
    assert rows(db, "SELECT archive FROM run") == ["night"]


def test_a_signal_ends_the_last_words(server: OwnServer) -> None:
    with storage.connect(server.dsn) as connection, server.frozen():
        words = LastWords(connection, server.dsn, None, seconds=2)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(15))
        try:
            with pytest.raises(OperationalError, match="SIGTERM"):
                name_archive(words)
        finally:
            signal.signal(signal.SIGALRM, before)
        assert words.left <= 0


def test_a_signal_within_the_wait_for_an_answer_is_told_as_a_signal(
    database: str, db: Connection
) -> None:
    """And not as what the connection says that was still asking."""

    def struck() -> float:
        raise KeyboardInterrupt

    with db.transaction():
        db.execute("LOCK TABLE schema_migration IN ACCESS EXCLUSIVE MODE")
        with storage.connect(database) as connection:
            connection.patience = struck
            with pytest.raises(KeyboardInterrupt):
                migrate.migrate(connection)
            assert connection.closed
