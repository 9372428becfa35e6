"""Every failure ends in one clear line and the documented exit code."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import psycopg
import pytest

from crawler.ends.verdict import Exit
from pipelines.storage import database as storage
from tests.crawling import IMPOLITE, ROOT, crawl, environment, scrapy
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "canary-3f9a"  # noqa: S105


class OnePage(ThreadingHTTPServer):
    """A site that gives the same answer to every request, and counts them."""

    def __init__(self, status: int, body: bytes, seconds: float = 0.0) -> None:
        self.answer = (status, body, seconds)
        self.requests = 0
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    """``/robots.txt`` is always absent, so that the answer itself is what counts."""

    server: OnePage

    def do_GET(self) -> None:
        status, body, seconds = self.server.answer
        if self.path == "/robots.txt":
            status, body = 404, b""
        else:
            self.server.requests += 1
            time.sleep(seconds)
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the requests are counted instead."""


@pytest.fixture
def serve() -> Iterator[type[OnePage]]:
    servers: list[OnePage] = []

    def start(status: int, body: bytes, seconds: float = 0.0) -> OnePage:
        server = OnePage(status, body, seconds)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    yield start  # type: ignore[misc]
    for server in servers:
        server.shutdown()
        server.server_close()


def lines(run: subprocess.CompletedProcess[str]) -> list[str]:
    return run.stdout.strip().splitlines()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_an_unreachable_database_stops_the_run_before_any_request(serve) -> None:  # type: ignore[no-untyped-def]
    site = serve(200, b"")
    dsn = f"postgresql://wj:{SECRET}@127.0.0.1:{free_port()}/wj"

    run = crawl(site.url, dsn)

    assert run.returncode == Exit.DATABASE_UNREACHABLE
    assert len(lines(run)) == 1
    assert site.requests == 0
    assert SECRET not in run.stdout + run.stderr


@pytest.mark.parametrize(
    "dsn", [f"postgresql://wj:{SECRET}@[::1/wj", f"host=127.0.0.1 pasword={SECRET}"]
)
def test_a_malformed_database_address_is_one_clear_line_without_the_password(
    dsn: str,
) -> None:
    run = crawl("http://127.0.0.1:9", dsn)

    assert run.returncode in (Exit.CONFIGURATION, Exit.DATABASE_UNREACHABLE)
    assert len(lines(run)) == 1
    assert SECRET not in run.stdout + run.stderr


@pytest.mark.parametrize(
    "argument",
    ["chanels=us", "max_stories=0", "since=yesterday", "site=nowhere", "since="],
)
def test_a_wrong_argument_is_one_clear_line(argument: str) -> None:
    run = scrapy("crawl", "udn_world", "-a", argument, dsn="postgresql://127.0.0.1:9/x")

    assert run.returncode == Exit.CONFIGURATION
    assert argument.partition("=")[0] in lines(run)[0]


def test_a_setting_that_is_no_number_is_one_clear_line(database: str) -> None:
    run = crawl("http://127.0.0.1:9", database, RELATED_DEPTH="deep")

    assert run.returncode == Exit.CONFIGURATION
    assert "RELATED_DEPTH" in lines(run)[0]


def test_an_unknown_channel_is_named_with_those_that_there_are(database: str) -> None:
    with ReplicaServer(seed=7, night=1) as site:
        run = crawl(site.url, database, "-a", "channels=nosuch")

    assert run.returncode == Exit.CONFIGURATION
    assert "nosuch" in lines(run)[-1]
    assert "china" in lines(run)[-1]
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM article").fetchone() == (0,)


def test_an_empty_site_is_nothing_found(serve, database: str) -> None:  # type: ignore[no-untyped-def]
    run = crawl(serve(200, b"<html><title>x</title></html>").url, database)

    assert run.returncode == Exit.NOTHING_FOUND


@pytest.mark.parametrize("status", [500, 503])
def test_a_failing_site_is_too_many_errors(serve, database: str, status: int) -> None:  # type: ignore[no-untyped-def]
    run = crawl(serve(status, b"").url, database, "-s", "RETRY_TIMES=0")

    assert run.returncode == Exit.TOO_MANY_ERRORS


def test_a_site_that_is_down_tells_nothing_of_its_rules(
    database: str, tmp_path: Path
) -> None:
    site = f"http://127.0.0.1:{free_port()}"

    # a folder of its own: another test may have kept rules for that port
    run = crawl(site, database, "-s", "RETRY_TIMES=0", VAR_DIR=str(tmp_path))

    assert run.returncode == Exit.ROBOTS_UNAVAILABLE
    assert "download_connection_refused" in lines(run)[-1]


def test_a_second_run_on_the_same_database_does_not_start(serve, database: str) -> None:  # type: ignore[no-untyped-def]
    site = serve(200, b"")
    with storage.connect(database) as holder:
        assert storage.run_lock(holder)

        run = crawl(site.url, database)

    assert run.returncode == Exit.ANOTHER_RUN
    assert len(lines(run)) == 1
    assert site.requests == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_so_and_keeps_what_it_stored(
    database: str, number: signal.Signals
) -> None:
    with ReplicaServer(seed=7, night=1) as site:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "scrapy", "crawl", "udn_world"),
                *("-a", f"site={site.url}", *IMPOLITE, "-s", "DOWNLOAD_DELAY=0.05"),
            ],
            cwd=ROOT,
            env=environment(database),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while sum(site.requests.values()) < 30:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)

    assert process.returncode == Exit.INTERRUPTED, errors
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT outcome, verdict FROM run").fetchone()
    assert row == ("interrupted", output.strip().splitlines()[-1])


def test_a_database_lost_in_mid_crawl_ends_the_run_with_its_own_code(
    database: str,
) -> None:
    with ReplicaServer(seed=7, night=1) as site:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "scrapy", "crawl", "udn_world"),
                *("-a", f"site={site.url}", *IMPOLITE, "-s", "DOWNLOAD_DELAY=0.05"),
            ],
            cwd=ROOT,
            env=environment(database),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while sum(site.requests.values()) < 40:
            assert process.poll() is None
            time.sleep(0.05)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("ALTER TABLE article RENAME TO article_away")
        output, errors = process.communicate(timeout=90)

    assert process.returncode == Exit.STORING_FAILED, errors
    assert "Storing failed" in output
