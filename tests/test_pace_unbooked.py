"""Without a delay nothing is booked, and all processes keep what one is told."""

from __future__ import annotations

import asyncio
import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import psycopg
import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from crawler import settings
from crawler.ends.waiting import Waits
from crawler.frontier.hearing import HEARD, HEARS, Hearing
from crawler.frontier.questions import Questions
from crawler.middlewares.pace import PaceMiddleware
from crawler.spiders.udn_world import UdnWorldSpider
from pipelines.storage import pace
from pipelines.storage.database import connect_async
from tests.crawling import crawl
from tests.faults import answers, charsets
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, path_of, site_of
from tests.replaying import rows
from tests.running import start, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.faults.server import Asked, Resource

SITE = "http://127.0.0.1:8000"
STORY = f"{SITE}{path_of(FIRST)}"
ONE = ("-s", "CONCURRENT_REQUESTS=1")
SECOND_WORKS = "SELECT count(*) FROM frontier WHERE ended_run = 2"
HOLD = """
INSERT INTO pace (origin, next_at, hold_until)
VALUES ('{}', now(), now() + interval '4 seconds') RETURNING 1
"""
LISTENERS = """
SELECT pid FROM pg_stat_activity
WHERE query LIKE '%hold_until%AS silence%' AND pid <> pg_backend_pid()
"""
END = "SELECT pg_terminate_backend(%s)"


def slow(story: int, seconds: float = 0.1) -> Resource:
    """A story's page, after a while."""
    body = charsets.CASES[0].body(story)
    return answers.raw(
        b"", answers.head(content_length=len(body)) + body, pause=seconds
    )


@pytest.mark.parametrize("parallel", [pytest.param("1", marks=pytest.mark.soak), "8"])
def test_silence_that_one_process_is_asked_for_is_kept_by_all(
    database: str, parallel: str
) -> None:
    number, seconds = 100 * int(parallel), 3.0
    now = threading.Event()
    busy_at: list[float] = []

    def busy(story: int) -> Resource:
        async def resource(asked: Asked) -> AsyncIterator[bytes]:
            if now.is_set() and not busy_at:
                busy_at.append(asked.at)
                yield answers.head(503, retry_after=f"{seconds:g}", content_length=0)
                return
            async for part in slow(story)(asked):
                yield part

        return resource

    given = ("-s", f"CONCURRENT_REQUESTS={parallel}")
    with FaultServer(site_of(*(busy(FIRST + n) for n in range(number)))) as site:
        first = start(site.url, database, *given)
        until(database, "SELECT count(*) FROM article", 3)
        second = start(site.url, database, "-a", "join=yes", *given)
        until(database, SECOND_WORKS, 5)
        now.set()
        assert (first.wait(120), second.wait(120)) == (0, 0)
    # what is on its way when the answer comes arrives with it
    later = [a.at - busy_at[0] for a in site.asked if a.at - busy_at[0] > 0.2]
    assert len(later) > 10
    assert min(later) >= seconds


def test_silence_outlives_the_process_that_was_asked_for_it(database: str) -> None:
    with FaultServer(site_of(slow(FIRST))) as site:
        began = time.monotonic()
        rows(database, HOLD.format(site.url))
        assert start(site.url, database).wait(60) == 0
    assert site.asked[0].at - began >= 3.9


@pytest.mark.parametrize(
    ("first", "second", "rules"),
    [
        ("0", "0", b"User-agent: *\nCrawl-delay: 0.4"),
        pytest.param("0.4", "0", b"", marks=pytest.mark.soak),
        pytest.param("0", "0.4", b"", marks=pytest.mark.soak),
    ],
)
def test_a_pause_that_one_process_knows_is_kept_by_all(
    database: str, first: str, second: str, rules: bytes
) -> None:
    table = site_of(*(slow(FIRST + n, 0.02) for n in range(400)))
    table["/robots.txt"] = answers.page(rules, kind="text/plain")
    with FaultServer(table) as site:
        given = [(*ONE, "-s", f"DOWNLOAD_DELAY={delay}") for delay in (first, second)]
        runs = [start(site.url, database, *given[0])]
        until(database, "SELECT count(*) FROM frontier", 20)
        runs.append(start(site.url, database, "-a", "join=yes", *given[1]))
        until(database, SECOND_WORKS, 3)
        joined = time.monotonic()
        until(database, SECOND_WORKS, 10)
        for run in runs:
            run.terminate()
        left = time.monotonic()
        assert [run.wait(60) for run in runs] == [8, 8]
    at = [one.at for one in site.asked if joined <= one.at <= left]
    assert len(at) >= 10
    assert min(b - a for a, b in pairwise(at)) >= 0.4 - 0.1  # on the server's clock


def test_a_night_without_a_delay_books_nothing(database: str) -> None:
    with FaultServer(site_of(*(slow(FIRST + n, 0) for n in range(5)))) as site:
        assert crawl(site.url, database, ERROR_RATIO_MAX="1").returncode == 0
    assert rows(database, "SELECT count(*) FROM pace") == [(0,)]


async def test_a_request_asks_the_database_nothing_while_others_are_heard() -> None:
    crawler = Crawler(UdnWorldSpider)
    crawler.settings.setmodule(settings)
    nobody = Questions("host=127.0.0.1 port=9", patience=0)
    middleware = PaceMiddleware(nobody, Waits(crawler), 0)
    with pytest.raises(CloseSpider):
        await middleware.process_request(Request(STORY))
    middleware.hearing(True)
    await middleware.process_request(Request(STORY))
    middleware.heard(pace.Told(origin=SITE, silence=0, pause=2))
    with pytest.raises(CloseSpider):
        await middleware.process_request(Request(STORY))


async def test_what_is_told_is_heard_also_after_a_cut(database: str) -> None:
    crawler = Crawler(UdnWorldSpider)
    came: asyncio.Queue[pace.Told | bool] = asyncio.Queue()

    def heard(told: pace.Told) -> None:
        came.put_nowait(told)

    def hears(hears: bool) -> None:
        came.put_nowait(hears)

    crawler.signals.connect(heard, signal=HEARD)
    crawler.signals.connect(hears, signal=HEARS)
    hearing = Hearing(crawler, database)
    hearing.opened()
    async with asyncio.timeout(30), await connect_async(database) as connection:
        assert await came.get() is True
        await pace.hold(connection, [SITE], seconds=9)
        assert await came.get() == pace.Told(origin=SITE, silence=9, pause=0)
        await pace.book(connection, SITE, seconds=2)
        await pace.tell(connection, SITE, seconds=2)
        assert await came.get() == pace.Told(origin=SITE, silence=0, pause=2)
        with psycopg.connect(database, autocommit=True) as other:
            for (pid,) in other.execute(LISTENERS).fetchall():
                other.execute(END, [pid])
        assert await came.get() is False
        again = await came.get()
        assert isinstance(again, pace.Told)
        assert 5 < again.silence <= 9
        assert again.pause == 2
        assert await came.get() is True
        hearing.closed()
        with pytest.raises(asyncio.CancelledError):
            await hearing.task  # type: ignore[misc]
