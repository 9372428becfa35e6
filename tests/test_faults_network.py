"""Damaged bodies, wrong charsets, bombs and Retry-After, against the fault server."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import HtmlResponse

from crawler.middlewares.charset import decoded
from crawler.middlewares.limits import LIMITS
from crawler.middlewares.retry_after import seconds_asked
from crawler.pages.tag_scan import excess
from tests.crawling import crawl
from tests.faults import answers, bombs, table
from tests.faults.charsets import CASES, Case
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, path_of, site_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_no_damaged_body_is_stored(database: str) -> None:
    with FaultServer(site_of(*table.DAMAGED.values(), whole=2)) as site:
        run = crawl(site.url, database, ERROR_RATIO_MAX="1")
    with psycopg.connect(database) as connection:
        stored = connection.execute("SELECT story_id FROM article ORDER BY 1")
        assert [row[0] for row in stored] == [
            FIRST + len(table.DAMAGED) + number for number in range(2)
        ], run.stderr
    assert all(
        site.requests[path_of(FIRST + number)] == 3
        for number in range(len(table.DAMAGED))
    )


def test_no_sound_body_is_asked_for_again(database: str) -> None:
    with FaultServer(site_of(*table.SOUND.values())) as site:
        run = crawl(site.url, database)
    assert run.returncode == 0, run.stderr
    asked = [site.requests[path_of(FIRST + n)] for n in range(len(table.SOUND))]
    assert asked == [1] * len(table.SOUND)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_page_reads_right_or_says_what_it_lacks(case: Case) -> None:
    kind = f"text/html; charset={case.header}" if case.header else "text/html"
    page = HtmlResponse("https://x/", body=case.body(), headers={"Content-Type": kind})
    found = decoded(page)
    assert "\ufffd" not in found.response.text
    assert found.response.text.count(case.text) == 14 - case.cut
    assert found.dropped == case.cut


@pytest.mark.parametrize("levels", [2_000, 2_047, 50_000, 1_000_000])
def test_a_depth_bomb_is_refused(levels: int) -> None:
    assert "nested" in (excess(bombs.depth(levels), LIMITS) or "")


@pytest.mark.parametrize("count", [20_000, 100_000])
def test_an_attribute_bomb_is_refused(count: int) -> None:
    assert "attributes" in (excess(bombs.attributes(count), LIMITS) or "")


@given(st.binary(max_size=300))
def test_the_scan_ends_for_any_bytes(body: bytes) -> None:
    excess(body, LIMITS)


@given(st.text(max_size=40))
def test_any_retry_after_is_a_time_to_come_or_nothing(value: str) -> None:
    asked = seconds_asked(value, now=NOON)
    assert asked is None or asked > 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("4", 4), ("0", None), ("-5", None), ("soon", None), ("4.5", None)),
        *(("Sun, 01 Mar 2026 12:00:09 GMT", 9), ("Sun Mar  1 12:00:09 2026", 9)),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert seconds_asked(value, now=NOON) == seconds


def test_nothing_goes_to_the_host_before_the_time_it_asked_for(database: str) -> None:
    busy = answers.then(table.retry_after(429, "3"), answers.page(CASES[0].body()))
    with FaultServer(site_of(busy, whole=4)) as site:
        run = crawl(site.url, database, "-s", "CONCURRENT_REQUESTS=1")
    times = [one.at for one in site.asked]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert run.returncode == 0, run.stderr
    assert max(gaps) >= 3
    assert site.requests[path_of(FIRST)] == 2
