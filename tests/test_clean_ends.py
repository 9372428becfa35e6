"""A run that is stopped leaves everything whole, and is gone in time."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from crawler.ends.verdict import Exit
from tests.archives import readable
from tests.crawling import ROOT, scrapy
from tests.ending import begun, dripping, signalled
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT = 2.5
BOUND = TIMEOUT + 5
SHORT = ("-s", f"DOWNLOAD_TIMEOUT={TIMEOUT}", "-s", "RETRY_TIMES=0")
BREAKING = {"SCRAPY_SETTINGS_MODULE": "tests.breaking"}


NO_ROW = "has no row in the database"


def assert_whole(root: Path, dsn: str, code: Exit, *, all_rows: bool = True) -> None:
    """Every record can be read, the manifest is there and says what the run's row
    says, every row refers to a record, nothing is half written.

    Not ``all_rows``: there was no time to write the rows of the last captures."""
    captures = set()
    for path in root.rglob("*.warc.gz"):
        found, faults = readable(path)
        assert faults == []
        captures |= {one.capture_id for one in found}
    (manifest,) = root.rglob("*.json")
    assert json.loads(manifest.read_text())["outcome"] == code.name.lower()
    assert list(root.rglob("*.part")) == []
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT capture_id FROM capture").fetchall()
        told = connection.execute("SELECT outcome, exit_code FROM run").fetchall()
    assert {one for (one,) in rows} <= captures
    assert told == [(code.name.lower(), code)]
    verified = scrapy("archive", "verify", dsn=dsn, VAR_DIR=str(root))
    *findings, _ = verified.stdout.splitlines()
    assert [one for one in findings if all_rows or NO_ROW not in one] == []


def test_whatever_ends_a_run_ends_it_within_a_bound() -> None:
    """Scrapy's own closing waits for ever; only Ending puts a bound to it."""
    files = sorted((ROOT / "crawler").rglob("*.py"))
    closing = [one.name for one in files if "close_spider_async" in one.read_text()]
    assert closing == ["ending.py"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("hangs", ["drip", "silence", "robots"])
def test_a_server_that_never_ends_does_not_hold_up_a_stopped_run(
    database: str, tmp_path: Path, number: signal.Signals, hangs: str
) -> None:
    with dripping(silent=hangs == "silence", robots=hangs == "robots") as site:
        process = begun(site.url, database, *SHORT, VAR_DIR=str(tmp_path))
        while not site.requests:
            assert process.poll() is None
            time.sleep(0.02)
        seconds, _, errors = signalled(process, number)

    assert process.returncode == Exit.INTERRUPTED, errors
    assert seconds < BOUND
    # Scrapy itself prints one where robots.txt cannot be had
    assert "Traceback" not in errors or hangs == "robots"
    if hangs != "robots" or list(tmp_path.rglob("*.warc.gz")):
        assert_whole(tmp_path, database, Exit.INTERRUPTED)


@pytest.mark.parametrize(
    "numbers", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGHUP)]
)
def test_a_second_signal_ends_a_run_at_once_and_whole(
    database: str, tmp_path: Path, numbers: tuple[signal.Signals, ...]
) -> None:
    with dripping() as site:
        process = begun(site.url, database, VAR_DIR=str(tmp_path))
        while not site.requests:
            assert process.poll() is None
            time.sleep(0.02)
        seconds, _, errors = signalled(process, *numbers)

    assert process.returncode == Exit.INTERRUPTED, errors
    assert seconds < 5  # DOWNLOAD_TIMEOUT is 30
    assert_whole(tmp_path, database, Exit.INTERRUPTED)


def test_two_signals_in_the_middle_of_writing_leave_everything_whole(
    database: str, tmp_path: Path
) -> None:
    with ReplicaServer(seed=7, night=1) as site:
        process = begun(site.url, database, VAR_DIR=str(tmp_path))
        while sum(site.requests.values()) < 60:
            assert process.poll() is None
            time.sleep(0.01)
        seconds, _, errors = signalled(
            process, signal.SIGTERM, signal.SIGTERM, pause=0.01
        )

    assert process.returncode == Exit.INTERRUPTED, errors
    assert seconds < 5
    assert_whole(tmp_path, database, Exit.INTERRUPTED, all_rows=False)


def test_a_storage_that_hangs_does_not_hold_up_a_stopped_run(
    database: str, tmp_path: Path
) -> None:
    with dripping() as site:
        hanging = {**BREAKING, "BREAK": "hanging_close", "VAR_DIR": str(tmp_path)}
        process = begun(site.url, database, *SHORT, **hanging)
        while not site.requests:
            assert process.poll() is None
            time.sleep(0.02)
        seconds, _, errors = signalled(process, signal.SIGTERM)

    assert process.returncode == Exit.INTERRUPTED, errors
    assert seconds < BOUND
    assert_whole(tmp_path, database, Exit.INTERRUPTED)


@pytest.mark.parametrize("hangs", ["request", "hanging_close"])
def test_a_run_whose_time_is_over_ends_whatever_hangs(
    database: str, tmp_path: Path, hangs: str
) -> None:
    hours = 1 / 3600
    with dripping(silent=True) as site:
        limit = ("-s", f"RUN_HOURS_MAX={hours}")
        hanging = {**BREAKING, "BREAK": hangs, "VAR_DIR": str(tmp_path)}
        process = begun(site.url, database, *SHORT, *limit, **hanging)
        while not site.requests:
            assert process.poll() is None
            time.sleep(0.02)
        seconds, output, errors = signalled(process)

    assert process.returncode == Exit.DEADLINE, errors
    assert seconds < hours * 3600 + BOUND
    assert "time is over" in output
    assert_whole(tmp_path, database, Exit.DEADLINE)


def test_a_signal_before_the_crawl_ends_it_with_the_code_of_a_signal(
    database: str, tmp_path: Path
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        # the run waits for this before it begins
        connection.execute("BEGIN")
        connection.execute("LOCK TABLE schema_migration IN ACCESS EXCLUSIVE MODE")
        process = begun("http://127.0.0.1:9", database, VAR_DIR=str(tmp_path))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while connection.execute(waiting).fetchone() == (0,):
            assert process.poll() is None
            time.sleep(0.02)
        seconds, output, errors = signalled(process, signal.SIGHUP)

    assert process.returncode == Exit.INTERRUPTED, errors
    assert seconds < 5
    assert output == "Not started: SIGHUP came first.\n"
    assert "Traceback" not in errors


def test_a_run_under_nohup_does_not_mind_a_hangup(database: str) -> None:
    with ReplicaServer(seed=7, night=1, stories=20, channels=2) as site:
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # children inherit it
        try:
            process = begun(site.url, database, "-s", "DOWNLOAD_DELAY=0.05")
        finally:
            signal.signal(signal.SIGHUP, before)
        while sum(site.requests.values()) < 8:
            assert process.poll() is None
            time.sleep(0.02)
        _, _, errors = signalled(process, signal.SIGHUP)

    assert process.returncode == Exit.GOOD, errors


def test_processes_of_ours_are_gone_when_a_run_is(database: str) -> None:
    with dripping() as site:
        process = begun(site.url, database)
        while not site.requests:
            time.sleep(0.02)
        signalled(process, signal.SIGTERM, signal.SIGTERM)
        left = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(process.pid)],
            capture_output=True,
            text=True,
            check=False,
        )

    assert left.stdout.strip() == ""
    with psycopg.connect(database) as connection:
        others = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'udn-world%'"
        )
        assert connection.execute(others).fetchone() == (0,)
