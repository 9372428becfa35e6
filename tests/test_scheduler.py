"""The frontier in real crawls: killed and gone on with, shared, told in states."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.crawling import crawl, scrapy
from tests.reliability import tell
from tests.replaying import rows
from tests.running import OPEN, STORED, start, stories, until, wanted
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site() -> Iterator[ReplicaServer]:
    with ReplicaServer(seed=5, stories=120, channels=4) as server:
        yield server


@pytest.fixture
def small() -> Iterator[ReplicaServer]:
    """For what does not depend on how much there is."""
    with ReplicaServer(seed=5, stories=40, channels=2) as server:
        yield server


@pytest.mark.parametrize("after", [0, 1, 15, 60])
def test_a_killed_night_goes_on_where_it_was(
    site: ReplicaServer, database: str, after: int
) -> None:
    run = start(site.url, database)
    until(database, STORED if after else "SELECT count(*) FROM frontier", after or 1)
    run.send_signal(signal.SIGKILL)
    run.wait()
    done = len(rows(database, "SELECT 1 FROM frontier WHERE ended_at IS NOT NULL"))
    held = len(rows(database, "SELECT 1 FROM frontier WHERE state = 'leased'"))
    site.requests.clear()
    second = crawl(site.url, database)

    assert second.returncode == 0, second.stderr
    assert stories(database) == wanted(site)
    assert rows(database, OPEN) == [(0,)]
    assert rows(database, "SELECT DISTINCT job_id FROM frontier") == [(1,)]
    outcomes = rows(database, "SELECT outcome FROM run ORDER BY run_id")
    assert outcomes == [("died",), ("good",)]
    # home and robots.txt again, and what the dead run held; nothing that was done
    again = rows(database, "SELECT count(*) FROM frontier WHERE leases > 1")[0][0]
    assert again <= held + 1
    total = len(rows(database, "SELECT 1 FROM frontier"))
    assert site.requests.total() <= total - done + 2


def test_every_request_ends_in_exactly_one_state(
    site: ReplicaServer, database: str
) -> None:
    assert crawl(site.url, database).returncode == 0
    site.night = 2
    assert crawl(site.url, database).returncode == 0
    found = dict(
        rows(
            database, "SELECT state, count(*) FROM frontier WHERE job_id = 2 GROUP BY 1"
        )
    )
    asked = set(site.requests) - {"/robots.txt"}
    fetched = {
        url.removeprefix(site.url)
        for (url,) in rows(database, "SELECT url FROM frontier")
    }
    assert asked == fetched
    assert set(found) == {"read", "stored", "unchanged", "gone"}
    assert rows(database, "SELECT count(*) FROM job WHERE ended_at IS NULL") == [(0,)]
    tell("states", str(rows(database, OPEN)[0][0]))


def test_what_the_limit_of_stories_leaves_is_told(
    small: ReplicaServer, database: str
) -> None:
    run = crawl(small.url, database, "-a", "max_stories=10")
    assert run.returncode == 0, run.stderr
    left = "SELECT count(*) FROM frontier WHERE state = 'left'"
    assert f"{rows(database, left)[0][0]} stories left for next time" in run.stdout
    assert len(stories(database)) == 10


def test_a_night_after_the_killed_one_takes_its_stories_over_and_reads_lists_anew(
    site: ReplicaServer, database: str
) -> None:
    run = start(site.url, database)
    until(database, STORED, 20)
    run.kill()
    run.wait()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE job SET started_at = started_at - interval '1 day'")
    before = stories(database)
    site.night = 2
    second = crawl(site.url, database)

    assert second.returncode == 0, second.stderr
    assert stories(database) >= wanted(site)
    assert before < stories(database)
    assert rows(database, OPEN) == [(0,)]
    assert rows(database, "SELECT count(*) FROM job WHERE ended_at IS NULL") == [(0,)]
    # lists of the dead job are not read in the new one's name
    old = "SELECT DISTINCT state FROM frontier WHERE job_id = 1 AND ended_run = 2"
    assert rows(database, old) in ([], [("superseded",)])


def test_an_interrupted_night_gives_back_what_it_held(
    site: ReplicaServer, database: str
) -> None:
    run = start(site.url, database)
    until(database, STORED, 10)
    run.terminate()
    assert run.wait(60) == 8
    assert rows(database, "SELECT count(*) FROM frontier WHERE state = 'leased'") == [
        (0,)
    ]
    assert rows(database, OPEN) != [(0,)]
    assert crawl(site.url, database).returncode == 0
    assert stories(database) == wanted(site)


def test_other_arguments_are_another_job(site: ReplicaServer, database: str) -> None:
    run = start(site.url, database)
    until(database, STORED, 10)
    run.kill()
    run.wait()
    assert crawl(site.url, database, "-a", "max_stories=1").returncode == 0
    jobs = rows(database, "SELECT job_id, ended_at IS NULL FROM job ORDER BY 1")
    assert jobs == [(1, True), (2, False)]


def test_what_a_limit_left_is_fetched_next_time_also_if_no_list_names_it_any_more(
    small: ReplicaServer, database: str
) -> None:
    us = ("-a", "channels=us")
    limited = crawl(small.url, database, *us, "-a", "max_stories=3")
    assert limited.returncode == 0, limited.stderr
    query = "SELECT story_id FROM frontier WHERE state = 'left'"
    left = {story for (story,) in rows(database, query)}
    assert f"{len(left)} stories left for next time" in limited.stdout
    crawl(small.url, database, *us, "-a", "max_stories=3")
    assert len(stories(database)) == 6
    assert left <= {story for (story,) in rows(database, query)} | stories(database)
    assert crawl(small.url, database, *us).returncode == 0
    assert left < stories(database)
    assert rows(database, query) == []


def test_two_processes_share_a_night_and_the_death_of_one_loses_nothing(
    site: ReplicaServer, database: str
) -> None:
    slow = ("-s", "CONCURRENT_REQUESTS=2", "-s", "DOWNLOAD_DELAY=0.05")
    first = start(site.url, database, *slow)
    until(database, "SELECT count(*) FROM job", 1)
    second = start(site.url, database, "-a", "join=yes", *slow)
    until(database, "SELECT count(*) FROM frontier WHERE ended_run = 2", 10)
    first.kill()
    first.wait()
    held = rows(
        database,
        "SELECT count(*) FROM frontier WHERE lease_run = 1 AND state = 'leased'",
    )[0][0]
    with psycopg.connect(database, autocommit=True) as connection:
        # what the dead one held is free when its leases are over: now
        connection.execute(
            "UPDATE frontier SET lease_until = now() WHERE lease_run = 1"
            " AND state = 'leased'"
        )
    assert second.wait(120) == 0

    lost = len(wanted(site) - stories(database))
    pages = {path: n for path, n in site.requests.items() if "/story/" in path}
    twice = sum(number - 1 for number in pages.values())
    tell(
        "shared",
        f"{lost} / {max(0, twice - held)} ({twice} twice, {held} leases held)",
    )
    assert (lost, rows(database, OPEN)) == (0, [(0,)])
    assert stories(database) == wanted(site)
    assert twice <= held
    again = (
        "SELECT count(*) FROM frontier WHERE leases > 1 AND url NOT LIKE '%/wj/index'"
    )
    assert rows(database, again)[0][0] <= held


def test_only_a_night_in_progress_can_be_joined(
    small: ReplicaServer, database: str
) -> None:
    run = crawl(small.url, database, "-a", "join=yes")
    assert run.returncode == 3
    assert "no run is in progress" in run.stdout
    assert small.requests.total() == 0


def test_processes_together_keep_the_delay_of_one(database: str) -> None:
    delay = 0.15
    with ReplicaServer(seed=5, stories=40, channels=2) as site:
        polite = (
            *("-s", f"DOWNLOAD_DELAY={delay}", "-s", "CONCURRENT_REQUESTS=1"),
            *("-s", "RANDOMIZE_DOWNLOAD_DELAY=False"),
        )
        first = start(site.url, database, *polite)
        until(database, "SELECT count(*) FROM job", 1)
        second = start(site.url, database, "-a", "join=yes", *polite)
        assert (first.wait(120), second.wait(120)) == (0, 0)
        gaps = [b - a for a, b in zip(site.times, site.times[1:], strict=False)]
    shared = rows(database, "SELECT DISTINCT ended_run FROM frontier")
    assert {run for (run,) in shared} == {1, 2}
    # a turn that a process is late for comes nearer to the next one, never before it
    assert sum(gaps) >= delay * len(gaps) * 0.98
    assert sorted(gaps)[len(gaps) // 20] >= delay * 0.5


def test_the_frontier_can_be_looked_at_and_reasons_fetched_again(
    small: ReplicaServer, database: str
) -> None:
    empty = scrapy("frontier", dsn=database)
    assert (empty.returncode, "no request" in empty.stdout) == (6, True)
    crawl(small.url, database)
    small.night = 2
    crawl(small.url, database)
    shown = scrapy("frontier", dsn=database)
    assert shown.returncode == 0, shown.stderr
    assert "http_404" in shown.stdout
    again = scrapy("frontier", "2", "--requeue", "http_404", dsn=database)
    number = rows(database, OPEN)[0][0]
    assert f"{number} requests wait again" in again.stdout
    assert number > 0
    crawl(small.url, database)
    assert rows(database, OPEN) == [(0,)]
    state = "SELECT count(*) FROM frontier WHERE reason = 'http_404' AND ended_run = 3"
    assert rows(database, state) == [(number,)]
