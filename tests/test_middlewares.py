"""What is never requested, and how many stories a run may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from crawler import settings, urls
from crawler.middlewares.budget import BudgetSpent, StoryBudgetMiddleware
from crawler.middlewares.guard import NeverRequested, NeverRequestedMiddleware
from crawler.spiders.udn_world import UdnWorldSpider

if TYPE_CHECKING:
    from collections.abc import Iterable

SITE = urls.SITE
REPLICA = "http://127.0.0.1:8000"


def crawler_of(limit: int = 3000, /, **arguments: str) -> Crawler:
    """A real crawler with the real spider, not started."""
    crawler = Crawler(UdnWorldSpider)
    crawler.settings.setmodule(settings)
    crawler.settings.set("MAX_STORIES", limit)
    crawler.spider = UdnWorldSpider(settings=crawler.settings, **arguments)
    return crawler


async def guarded(url: str, **arguments: str) -> str | None:
    """Reason of the guard's refusal; None when it lets the address pass."""
    guard = NeverRequestedMiddleware.from_crawler(crawler_of(3000, **arguments))
    try:
        await guard.process_request(Request(url))
    except NeverRequested as refused:
        return refused.reason
    return None


REFUSED = [
    ("https://pgw.worldjournal.com/gw/photo.php?u=https://p.example/1.jpg", "photo"),
    (f"{SITE}/gw/photo.php?u=http://169.254.169.254/latest", "photo"),
    (f"{SITE}/record/pageview/8877/121106/121251/8241914", "counter"),
    (f"{SITE}/x/../record/pageview/1", "counter"),
    (f"{SITE}/wj/story/1/2?zh-cn=1", "simplified"),
    (f"{SITE}/wj/story/1/2?from=x&ZH-CN", "simplified"),
    ("https://udn.com/news/story/1/2", "offsite"),
    ("https://uc.udn.com.tw/photo/wj/1.jpg", "offsite"),
    ("https://worldjournal.com.evil.example/wj/story/1/2", "offsite"),
    ("https://evil.example/www.worldjournal.com/wj/story/1/2", "offsite"),
    ("https://www.worldjournal.com@evil.example/wj/story/1/2", "offsite"),
    ("https://evil.example\\@www.worldjournal.com/wj/story/1/2", "offsite"),
    ("https://www.worldjournal.com:8443/wj/story/1/2", "offsite"),
    ("http://127.0.0.1/wj/story/1/2", "offsite"),
    ("http://2130706433/wj/story/1/2", "offsite"),
    ("http://[::ffff:127.0.0.1]/wj/story/1/2", "offsite"),
    ("http://169.254.169.254/latest/meta-data", "offsite"),
    ("ftp://www.worldjournal.com/wj/story/1/2", "offsite"),
    ("file:///etc/hostname", "offsite"),
    ("data:text/html,x", "offsite"),
]
ALLOWED = (
    "/",
    "/robots.txt",
    "/wj/index",
    "/wj/cate/china/121339",
    "/wj/cate/breaking",
    "/api/more?type=breaknews&page=2",
    "/sitemap/gnews",
    "/sitemap/gnews/1",
    "/wj/story/121339/9300001?from=wj_msg",
)


@pytest.mark.parametrize(("url", "reason"), REFUSED)
async def test_what_is_never_requested_is_refused_with_its_reason(
    url: str, reason: str
) -> None:
    told = await guarded(url)
    assert told is not None
    assert told.startswith(reason)


@pytest.mark.parametrize("path", ALLOWED)
async def test_every_page_of_the_site_may_be_requested(path: str) -> None:
    assert await guarded(SITE + path) is None
    assert await guarded("http://worldjournal.com" + path) is None
    assert await guarded(REPLICA + path, site=REPLICA) is None


@pytest.mark.parametrize(
    "url",
    [
        f"{SITE}/wj/story/1/2",
        "http://127.0.0.1:8001/wj/story/1/2",
        SITE,
        "http://[::1]/",
    ],
)
async def test_a_crawl_of_a_replica_asks_nobody_else(url: str) -> None:
    assert await guarded(url, site=REPLICA) == "offsite"


@pytest.mark.parametrize("refusal", [NeverRequested("counter"), BudgetSpent("x")])
def test_a_refusal_is_no_error_of_the_site(refusal: IgnoreRequest) -> None:
    """Scrapy retries nothing that is an IgnoreRequest."""
    assert isinstance(refusal, IgnoreRequest)


HOSTS = ("evil.example", "127.0.0.1", "[::1]", "www.worldjournal.com.", "a@b", "x:9")


@given(
    st.sampled_from(["http", "https", "ftp", "HTTPS", "//", "gopher"]),
    st.sampled_from(HOSTS),
    st.text(alphabet="/.@\\?#&=%:wjstory12www.worldjournal.com", max_size=40),
)
def test_no_spelling_leads_off_the_site(scheme: str, host: str, rest: str) -> None:
    url = f"{scheme}://{host}/{rest}"
    assert urls.never_requested(url) in ("offsite", "photo_proxy")


async def passed(crawler: Crawler, paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that the budget lets through, in order."""
    budget = StoryBudgetMiddleware.from_crawler(crawler)
    through = []
    for path in paths:
        try:
            await budget.process_request(Request(SITE + path))
        except BudgetSpent as spent:
            assert spent.reason == "max_stories"  # noqa: PT017
        else:
            through.append(path)
    return through


STORIES = [f"/wj/story/1/{number}" for number in range(9, 4, -1)]


async def test_no_more_stories_than_the_setting_says() -> None:
    assert await passed(crawler_of(2), STORIES) == STORIES[:2]


async def test_the_argument_goes_before_the_setting() -> None:
    assert await passed(crawler_of(2, max_stories="3"), STORIES) == STORIES[:3]
    assert await passed(crawler_of(9, max_stories="1"), STORIES) == STORIES[:1]


async def test_a_limit_of_none_lets_no_story_through() -> None:
    assert await passed(crawler_of(0), STORIES) == []


@pytest.mark.parametrize(
    "again",
    [
        "/wj/story/1/9",
        "/wj/story/22/9",
        "/wj/amp/story/1/9",
        "/wj/story/1/9?from=wj_msg",
    ],
)
async def test_the_same_story_again_costs_nothing(again: str) -> None:
    """A retry, or a redirect to the story's other address."""
    paths = ["/wj/story/1/9", again, "/wj/story/1/8", again]
    assert await passed(crawler_of(2), paths) == paths


async def test_lists_are_read_whatever_the_budget() -> None:
    paths = [path for path in ALLOWED if "/story/" not in path]
    assert await passed(crawler_of(0), paths) == paths


async def test_stories_of_a_replica_count_too() -> None:
    budget = StoryBudgetMiddleware.from_crawler(crawler_of(1, site=REPLICA))
    await budget.process_request(Request(f"{REPLICA}/wj/story/1/9"))
    with pytest.raises(BudgetSpent):
        await budget.process_request(Request(f"{REPLICA}/wj/story/1/8"))


def test_both_stand_before_scrapy_s_own() -> None:
    """A redirect or retry passes them again, and no refused address meets robots."""
    placed = settings.DOWNLOADER_MIDDLEWARES
    order = {one: place for one, place in placed.items() if place is not None}
    assert 0 < order[NeverRequestedMiddleware] < order[StoryBudgetMiddleware] < 100
