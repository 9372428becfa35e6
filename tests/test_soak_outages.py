"""Outages in full (``make soak``): how many, how long, for good; nothing is lost."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler import settings
from crawler.ends.verdict import Exit
from tests.crawling import crawl
from tests.outages import after, begin, ended, own_server
from tests.reliability import tell
from tests.site import urls
from tests.site.server import ReplicaServer
from tests.test_crawl import (
    LINK_KEY,
    assert_as_the_truth,
    expected_links,
    fetched_pages,
    rows,
)

if TYPE_CHECKING:
    from tests.outages import OwnServer

pytestmark = pytest.mark.soak


def counters(dsn: str) -> dict[str, Any]:
    with psycopg.connect(dsn) as connection:
        query = "SELECT counters FROM run ORDER BY run_id DESC LIMIT 1"
        row = connection.execute(query).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


@pytest.mark.parametrize(("outages", "seconds"), [(5, 4), (5, 60)])
def test_outages_that_end_lose_nothing(outages: int, seconds: int) -> None:
    with own_server() as server, ReplicaServer(seed=7, night=1) as site:
        process = begin(site, server)
        for number in range(1, outages + 1):
            after(site, process, 50 * number)
            server.crash()
            time.sleep(seconds)
            server.start()
        code, errors = ended(process, 300)

        assert code == Exit.GOOD, errors
        assert_as_the_truth(site, server.dsn)
        assert server.spooled() == []
        counted = counters(server.dsn)
        assert counted["store/outages"] == outages
        served = sum(site.requests.values())
        told = (
            f"0 lost, {served} requests, {counted['store/away_seconds']} s without "
            "a database, 0 spooled"
        )
        tell("outages" if seconds == 4 else "long_outages", told)


def served_stories(site: ReplicaServer) -> set[int]:
    """Ids of the stories that were asked for and are there."""
    there = {story["story_id"] for story in site.truth()["stories"]}
    return there & {urls.story_number(path) or 0 for path in site.requests}


def lost_run(server: OwnServer, site: ReplicaServer) -> tuple[int, str]:
    process = begin(site, server, STORE_PATIENCE="3")
    after(site, process, 150)
    server.crash()
    return ended(process)


def test_what_a_lost_database_missed_comes_with_the_next_run() -> None:
    with own_server() as server, ReplicaServer(seed=7, night=1) as site:
        code, errors = lost_run(server, site)
        assert code == Exit.DATABASE_LOST, errors
        served = served_stories(site)
        (spool,) = server.spooled()
        lines = spool.read_bytes().splitlines()
        kept = {
            row["$Article"]["story_id"]
            for line in lines
            for row in json.loads(line)["record"].get("rows", ())
            if "$Article" in row
        }
        server.start()

        run = crawl(site.url, server.dsn, VAR_DIR=str(server.var))

        assert run.returncode == Exit.GOOD, run.stderr
        assert "Spool: " in run.stderr
        assert server.spooled() == []
        stories = rows(server.dsn, "SELECT story_id, first_seen_run FROM article")
        first = {row["story_id"] for row in stories if row["first_seen_run"] == 1}
        missed = served - {row["story_id"] for row in stories}
        links = rows(server.dsn, f"SELECT {', '.join(LINK_KEY)} FROM link")  # noqa: S608
        held = {tuple(row[name] for name in LINK_KEY) for row in links}
        truth = json.loads(json.dumps(site.truth()))
        expected = set(expected_links(truth, fetched_pages(site)))
        tell(
            "spool",
            f"{len(missed)} stories, {len(expected - held)} of {len(expected)} links "
            f"({len(kept)} stories were kept on disk)",
        )
        assert kept
        assert kept <= first
        assert missed == set()
        assert held == expected
        outcomes = rows(
            server.dsn, "SELECT outcome, exit_code FROM run ORDER BY run_id"
        )
        assert [row["outcome"] for row in outcomes] == ["database_lost", "good"]
        assert outcomes[0]["exit_code"] == Exit.DATABASE_LOST


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_waits_for_its_database_can_be_stopped(
    number: signal.Signals,
) -> None:
    with own_server() as server, ReplicaServer(seed=7, night=1) as site:
        process = begin(site, server)
        after(site, process, 100)
        server.crash()
        time.sleep(3)
        began = time.monotonic()
        process.send_signal(number)
        code, errors = ended(process)
        seconds = time.monotonic() - began

        assert code == Exit.DATABASE_LOST, errors
        assert seconds < settings.DOWNLOAD_TIMEOUT + 5
        assert len(server.spooled()) == 1
