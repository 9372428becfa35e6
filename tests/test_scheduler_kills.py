"""After the process dies for any reason, running the same job again loses no data."""

from __future__ import annotations

import random
import time

import pytest

from tests.chain import STORIES, ChainServer
from tests.crawling import crawl
from tests.reliability import tell
from tests.replaying import another_database, rows
from tests.running import OPEN, start, stories, until

DEEP = ("-s", "RELATED_DEPTH=1000", "-a", "channels=china")
IN_FLIGHT = 8 + 4 * 8  # CONCURRENT_REQUESTS, and the leases at hand
LIST_READ = (
    "SELECT count(*) FROM frontier WHERE state = 'read' AND url LIKE '%breaking'"
)


def killed(site: ChainServer, dsn: str, after: float) -> None:
    """One run that dies so many seconds after the list was read; the list names the
    first story only once, so before that there is nothing to lose yet."""
    run = start(site.url, dsn, *DEEP)
    until(dsn, LIST_READ, 1)
    time.sleep(after)
    run.kill()
    run.wait()


def trial(server: str, template: str, moments: list[float]) -> tuple[int, int]:
    """Kills at these moments, then a run to the end: stories lost, fetched again."""
    with another_database(server, template) as dsn, ChainServer() as site:
        for moment in moments:
            killed(site, dsn, moment)
        last = crawl(site.url, dsn, *DEEP)
        assert last.returncode == 0, last.stderr
        assert rows(dsn, OPEN) == [(0,)]
        again = sum(
            number - 1 for path, number in site.requests.items() if "story" in path
        )
        return len(set(range(1, STORIES + 1)) - stories(dsn)), again


def seconds_of_a_night(server: str, template: str) -> float:
    """From the list's end to the run's, undisturbed."""
    with another_database(server, template) as dsn, ChainServer() as site:
        run = start(site.url, dsn, *DEEP)
        until(dsn, LIST_READ, 1)
        begun = time.monotonic()
        assert run.wait(120) == 0
        return time.monotonic() - begun


@pytest.mark.parametrize(
    ("singles", "doubles"), [(2, 1), pytest.param(20, 10, marks=pytest.mark.soak)]
)
def test_no_kill_at_any_moment_loses_a_story(
    postgres_server: str, template: str, singles: int, doubles: int
) -> None:
    whole = seconds_of_a_night(postgres_server, template)
    dice = random.Random(singles)
    lost, again, twice = [], [], []
    for _ in range(singles):
        moment = [dice.uniform(0, whole)]
        missing, more = trial(postgres_server, template, moment)
        lost.append(missing)
        again.append(more)
    for _ in range(doubles):
        moments = [dice.uniform(0, whole / 2), dice.uniform(0, whole / 2)]
        twice.append(trial(postgres_server, template, moments)[0])
    if singles == 20:
        tell("kills", f"{sum(lost)}/{STORIES * singles}, at most {max(again)} again")
        tell("kills_twice", f"{sum(twice)}/{STORIES * doubles}")
    assert (sum(lost), sum(twice)) == (0, 0)
    assert max(again) <= IN_FLIGHT
