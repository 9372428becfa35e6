"""Whatever goes wrong, the exit code is the documented one (README, "Exit codes").

The scenarios are those in which plain Scrapy 2.19 ends with 0 in 15 of 21, and the
limits of a run.
"""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
import pytest

from crawler.ends.verdict import Exit
from tests.crawling import crawl
from tests.ending import begun, dripping, signalled
from tests.site.server import ReplicaServer
from tests.test_exit_codes import OnePage, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

BREAKING = "tests.breaking"
EMPTY = b"<html><title>x</title></html>"


class Broken(NamedTuple):
    """Code of ours that fails, against a healthy site."""

    what: str
    code: Exit
    settings: tuple[str, ...] = ()


BROKEN = [
    Broken("callbacks", Exit.TOO_MANY_ERRORS),
    Broken("process_item", Exit.STORING_FAILED),
    Broken("close_spider", Exit.INTERNAL),
    Broken("spider_closed", Exit.INTERNAL),
    Broken("start", Exit.INTERNAL),
    Broken("db_down", Exit.INTERNAL),
    Broken("spider_init", Exit.INTERNAL),
    Broken("from_crawler", Exit.INTERNAL),
    Broken("open_spider", Exit.INTERNAL),
    Broken("callbacks", Exit.TOO_MANY_ERRORS, ("CLOSESPIDER_ERRORCOUNT=1",)),
    Broken("", Exit.DEADLINE, ("CLOSESPIDER_TIMEOUT=1", "DOWNLOAD_DELAY=0.2")),
    Broken("", Exit.DEADLINE, ("RUN_HOURS_MAX=0.0003", "DOWNLOAD_DELAY=0.2")),
    Broken("", Exit.MEMORY, ("MEMUSAGE_LIMIT_MB=20",)),
    Broken(
        "memory",
        Exit.MEMORY,
        (
            *("MEMUSAGE_LIMIT_MB=350", "MEMUSAGE_CHECK_INTERVAL_SECONDS=0.5"),
            "DOWNLOAD_DELAY=0.2",
        ),
    ),
    Broken("", Exit.DISK_FULL, ("DISK_FREE_MIN_MB=1000000",)),
    Broken("", Exit.GOOD),
]


@pytest.fixture(scope="module")
def healthy() -> Iterator[ReplicaServer]:
    with ReplicaServer(seed=7, night=1, stories=40, channels=2) as site:
        yield site


@pytest.fixture
def serve() -> Iterator[Any]:
    servers: list[OnePage] = []

    def start(status: int, body: bytes) -> str:
        servers.append(OnePage(status, body))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return servers[-1].url

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def outcome(dsn: str) -> tuple[Any, ...] | None:
    with psycopg.connect(dsn) as connection:
        found = "SELECT outcome, exit_code, verdict FROM run ORDER BY run_id DESC"
        return connection.execute(found).fetchone()


@pytest.mark.parametrize(
    "broken", BROKEN, ids=lambda one: "-".join((one.what or "sound", *one.settings))
)
def test_a_fault_of_ours_has_its_code(
    healthy: ReplicaServer, database: str, broken: Broken
) -> None:
    settings = [part for one in broken.settings for part in ("-s", one)]
    run = crawl(
        healthy.url,
        database,
        *settings,
        SCRAPY_SETTINGS_MODULE=BREAKING,
        BREAK=broken.what,
    )

    assert run.returncode == broken.code, run.stdout + run.stderr[-3000:]
    line = run.stdout.strip().splitlines()[-1]
    row = outcome(database)
    if row is not None:  # a run that was not started has none
        assert row == (broken.code.name.lower(), broken.code, line)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (503, b"", Exit.TOO_MANY_ERRORS),
        (404, b"", Exit.NOTHING_FOUND),
        (200, EMPTY, Exit.NOTHING_FOUND),
    ],
)
def test_a_site_that_gives_nothing_has_its_code(
    serve: Any, database: str, status: int, body: bytes, code: Exit
) -> None:
    run = crawl(serve(status, body), database, "-s", "RETRY_TIMES=0")

    assert run.returncode == code, run.stderr


@pytest.mark.parametrize("host", ["127.0.0.1:{}", "no.such.host.invalid"])
def test_a_site_that_is_not_there_has_its_code(database: str, host: str) -> None:
    site = f"http://{host.format(free_port())}"
    run = crawl(site, database, "-s", "RETRY_TIMES=0")

    # what cannot be asked for its rules may not be crawled
    assert run.returncode == Exit.ROBOTS_UNAVAILABLE, run.stderr


def test_code_that_cannot_be_read_has_its_code(tmp_path: Any, database: str) -> None:
    (tmp_path / "unreadable_spiders.py").write_text("def broken(:\n")
    setting = ("-s", "SPIDER_MODULES=unreadable_spiders")

    run = crawl("http://127.0.0.1:9", database, *setting, PYTHONPATH=str(tmp_path))

    assert run.returncode == Exit.INTERNAL
    assert "SyntaxError" in run.stderr


ONCE = [(signal.SIGTERM,), (signal.SIGINT,), (signal.SIGHUP,)]
TWICE = [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGHUP)]


@pytest.mark.parametrize("numbers", [*ONCE, *TWICE], ids=str)
def test_a_signal_has_its_code(
    healthy: ReplicaServer, database: str, numbers: tuple[signal.Signals, ...]
) -> None:
    before = sum(healthy.requests.values())
    process = begun(healthy.url, database, "-s", "DOWNLOAD_DELAY=0.1")
    while sum(healthy.requests.values()) < before + 8:
        assert process.poll() is None
        time.sleep(0.05)
    _, output, errors = signalled(process, *numbers, pause=0.05)

    assert process.returncode == Exit.INTERRUPTED, errors
    line = output.strip().splitlines()[-1]
    assert outcome(database) == ("interrupted", Exit.INTERRUPTED, line)


def test_a_kill_is_told_by_the_next_run(healthy: ReplicaServer, database: str) -> None:
    with dripping() as site:
        process = begun(site.url, database)
        while not site.requests:
            time.sleep(0.05)
        signalled(process, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert outcome(database) == (None, None, None)

    assert crawl(healthy.url, database).returncode == Exit.GOOD
    with psycopg.connect(database) as connection:
        told = connection.execute("SELECT outcome FROM run ORDER BY run_id").fetchall()
    assert told == [("died",), ("good",)]
