"""Scrapy's own limits end a run as ours do, also one that waits for the site."""

from __future__ import annotations

import time

import pytest

from crawler.ends.verdict import Exit
from tests.crawling import crawl
from tests.faults import answers, charsets, table
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, path_of, site_of

POLITE = ("-s", "CONCURRENT_REQUESTS=1", "-s", "SCRAPER_SLOT_MAX_ACTIVE_SIZE=1")
LIMITS = ("-s", "RUN_HOURS_MAX=0.01", "-s")
BUSY = table.retry_after(503, "60")
# It comes when the site has long asked for silence
SLOW = answers.drip(charsets.CASES[0].body(FIRST + 1), seconds=0.1, step=100)
# Pages of a site of faults: lists, two stories; one more answer is robots.txt
ITEMS = 33


@pytest.mark.parametrize(
    ("limit", "delay"),
    [("TIMEOUT=3", "0"), ("TIMEOUT=3", "0.05"), ("TIMEOUT_NO_ITEM=3", "0")],
)
def test_a_limit_of_time_ends_a_wait_for_the_site(
    database: str, limit: str, delay: str
) -> None:
    with FaultServer(site_of(BUSY, whole=2)) as site:
        began = time.monotonic()
        run = crawl(
            *(site.url, database, *POLITE, "-s", f"DOWNLOAD_DELAY={delay}"),
            *(*LIMITS, f"CLOSESPIDER_{limit}"),
        )
    assert time.monotonic() - began < 30
    assert run.returncode == Exit.DEADLINE, run.stderr
    assert f"closespider_{limit.partition('=')[0].lower()}" in run.stderr
    assert site.requests[path_of(FIRST)] == 1


@pytest.mark.parametrize("limit", [f"ITEMCOUNT={ITEMS}", f"PAGECOUNT={ITEMS + 1}"])
def test_a_limit_of_pages_ends_a_wait_for_the_site(database: str, limit: str) -> None:
    with FaultServer(site_of(BUSY, SLOW, whole=1)) as site:
        began = time.monotonic()
        run = crawl(
            *(site.url, database, *LIMITS, f"CLOSESPIDER_{limit}"), ERROR_RATIO_MAX="1"
        )
    assert time.monotonic() - began < 30
    assert run.returncode == Exit.GOOD, run.stderr
    assert f"closespider_{limit.partition('=')[0].lower()}" in run.stderr
    assert site.requests[path_of(FIRST)] == 1
