"""One story, one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scrapy import Request, Spider
from scrapy.utils.test import get_crawler

from crawler.fingerprint import StoryFingerprinter, story_fingerprint

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

REPLICA = "http://127.0.0.1:8000"


class Wanderer(Spider):
    name = "wanderer"
    origin = REPLICA


@pytest.fixture
def crawler() -> Crawler:
    return get_crawler(Wanderer)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.worldjournal.com/wj/story/121251/8241914?from=wj_msg",
        "http://worldjournal.com/wj/amp/story/121251/8241914/",
        "https://www.worldjournal.com/wj/story/1/8241914?zh-cn",
    ],
)
def test_a_story_is_one_request_however_it_is_written(
    crawler: Crawler, url: str
) -> None:
    fingerprint = StoryFingerprinter.from_crawler(crawler).fingerprint
    assert fingerprint(Request(url)) == story_fingerprint(8241914)


def test_the_origin_is_read_once_the_spider_is_there(crawler: Crawler) -> None:
    component = StoryFingerprinter.from_crawler(crawler)
    request = Request(f"{REPLICA}/wj/story/121251/8241914")
    assert component.fingerprint(request) != story_fingerprint(8241914)
    crawler.spider = Wanderer()
    assert component.fingerprint(request) == story_fingerprint(8241914)


def test_other_pages_keep_scrapys_own_fingerprint(crawler: Crawler) -> None:
    fingerprint = StoryFingerprinter.from_crawler(crawler).fingerprint
    site = "https://www.worldjournal.com"
    first = fingerprint(Request(f"{site}/api/more?type=breaknews&page=1"))
    assert first == fingerprint(Request(f"{site}/api/more?page=1&type=breaknews&zh-cn"))
    assert first != fingerprint(Request(f"{site}/api/more?type=breaknews&page=2"))
    assert fingerprint(Request("https://udn.com/a")) != fingerprint(
        Request("https://udn.com/b")
    )
