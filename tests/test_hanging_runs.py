"""Whole runs on a database that hangs, is locked, or cuts them off at the very end."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler import settings
from crawler.ends.verdict import OPENINGS, Exit
from tests.crawling import crawl, scrapy
from tests.ending import begun
from tests.faults import answers
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST as FIRST_STORY
from tests.faults.sites import path_of, site_of
from tests.outages import after, begin, own_server
from tests.site.server import ReplicaServer
from tests.test_start_faults import START_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.outages import OwnServer

LAST = "SELECT outcome, exit_code, verdict FROM run ORDER BY run_id DESC LIMIT 1"
FIRST = "SELECT outcome, exit_code, verdict FROM run ORDER BY run_id LIMIT 1"
ENDED_IN = settings.DOWNLOAD_TIMEOUT + 5
LOST = OPENINGS[Exit.DATABASE_LOST]


@pytest.fixture
def site() -> Iterator[ReplicaServer]:
    with ReplicaServer(seed=7, night=1, stories=20, channels=2) as one:
        yield one


@pytest.fixture
def server() -> Iterator[OwnServer]:
    with own_server() as one:
        yield one


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Output and errors of a crawl that ends; one that does not is killed."""
    try:
        return process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


def told(dsn: str, query: Any = LAST) -> Any:
    with psycopg.connect(dsn) as connection:
        return connection.execute(query).fetchone()


def test_a_lock_that_a_run_cannot_begin_without_is_found_out_without_a_request(
    database: str, site: ReplicaServer
) -> None:
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE run IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        run = crawl(site.url, database)

        assert time.monotonic() - began < START_MAX
        assert run.returncode == Exit.DATABASE_UNREACHABLE, run.stderr
        assert "another session holds a lock" in run.stdout
        assert not site.requests


def test_many_hosts_that_never_answer_are_found_out_in_time() -> None:
    with ExitStack() as stack:
        silent = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            for _ in range(4)
        ]
        hosts = ",".join(f"127.0.0.1:{one.getsockname()[1]}" for one in silent)
        began = time.monotonic()
        run = scrapy("crawl", "udn_world", dsn=f"postgresql://someone@{hosts}/x")

    assert run.returncode == Exit.DATABASE_UNREACHABLE
    assert time.monotonic() - began < START_MAX


def test_a_signal_is_heeded_where_a_lock_holds_up_the_end_of_a_run(
    database: str, site: ReplicaServer, tmp_path: Path
) -> None:
    process = begun(site.url, database, VAR_DIR=str(tmp_path))
    after(site, process, 5)
    with psycopg.connect(database) as other:
        other.execute("UPDATE run SET spider = spider")
        while "Spider closed" not in process.stderr.readline():  # type: ignore[union-attr]
            assert process.poll() is None
        time.sleep(0.5)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, errors = ended(process)

        assert time.monotonic() - began < 5
        assert process.returncode == Exit.DATABASE_LOST, errors
    line = output.strip().splitlines()[-1]
    assert line.startswith(f"{LOST} (but for that: good). ")
    assert told(database) == (None, None, None)

    assert crawl(site.url, database, VAR_DIR=str(tmp_path)).returncode == Exit.GOOD
    assert told(database, FIRST) == ("database_lost", Exit.DATABASE_LOST, line)


CUT_ONCE = """
CREATE SEQUENCE cut;
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('cut') = 1 THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cut BEFORE UPDATE ON run FOR EACH ROW
WHEN (NEW.outcome IS NOT NULL) EXECUTE FUNCTION cut();
"""


def test_a_session_cut_in_the_last_moment_costs_a_good_night_nothing(
    database: str, site: ReplicaServer
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(CUT_ONCE)

    run = crawl(site.url, database)

    assert told(database, "SELECT last_value FROM cut") == (2,)
    assert run.returncode == Exit.GOOD, run.stderr
    assert told(database) == ("good", 0, run.stdout.strip().splitlines()[-1])


def test_a_signal_in_an_outage_says_that_something_lies_on_disk(
    server: OwnServer, site: ReplicaServer
) -> None:
    process = begin(site, server, "-s", "DOWNLOAD_DELAY=0.1")
    after(site, process, 12)
    server.crash()
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    output, errors = ended(process)

    assert process.returncode == Exit.DATABASE_LOST, errors
    line = output.strip().splitlines()[-1]
    assert line.startswith(f"{LOST} (but for that: interrupted)")
    assert len(server.spooled()) == 1
    server.start()
    run = crawl(site.url, server.dsn, VAR_DIR=str(server.var))
    assert run.returncode == Exit.GOOD
    assert told(server.dsn, FIRST) == ("database_lost", Exit.DATABASE_LOST, line)
    assert server.spooled() == []


@pytest.mark.soak
def test_a_run_whose_database_hangs_ends_in_time_after_a_signal(
    server: OwnServer, site: ReplicaServer
) -> None:
    process = begin(site, server, "-s", "DOWNLOAD_DELAY=0.1")
    after(site, process, 12)
    with server.frozen():
        time.sleep(2)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, errors = ended(process)
        seconds = time.monotonic() - began

    assert process.returncode == Exit.DATABASE_LOST, errors
    assert output.strip().splitlines()[-1].startswith(LOST)
    assert seconds < ENDED_IN
    assert len(server.spooled()) == 1
    run = crawl(site.url, server.dsn, VAR_DIR=str(server.var))
    assert run.returncode == Exit.GOOD
    assert told(server.dsn, FIRST)[0] == "database_lost"


@pytest.mark.soak
def test_a_database_and_downloads_that_hang_together_end_in_time_after_a_signal(
    server: OwnServer,
) -> None:
    hanging = [answers.slow_head(300)] * 3
    with FaultServer(site_of(*hanging, whole=9)) as site:
        process = begun(
            *(site.url, server.dsn, "-s", "DOWNLOAD_DELAY=0.1"),
            VAR_DIR=str(server.var),
        )
        while not site.requests[path_of(FIRST_STORY)]:
            assert process.poll() is None
            time.sleep(0.02)
        with server.frozen():
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            output, errors = ended(process)
            seconds = time.monotonic() - began

    print(f"{seconds:.1f} s of {ENDED_IN}")
    assert process.returncode == Exit.DATABASE_LOST, errors
    assert output.strip().splitlines()[-1].startswith(LOST)
    assert seconds < ENDED_IN
