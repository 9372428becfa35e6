"""Counts what a run asks the site for, by what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import signals

from crawler.frontier.requests import FOUND

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

# First of these that a path begins with
KINDS = (
    ("/robots.txt", "robots"),
    ("/sitemap/", "sitemap"),
    ("/api/", "api"),
    ("/wj/story/", "story"),
    ("/wj/index", "home"),
    ("/wj/cate/", "lists"),
)


class CostByKind:
    """Stats: ``cost/<kind>`` for every request that reaches the network; a story's kind
    is why it was chosen (new, signalled, audit, quiet, uncovered, absence,
    confirmation, presence, words)."""

    def __init__(self, stats: StatsCollector) -> None:
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler.stats)
        crawler.signals.connect(
            extension.asked, signal=signals.request_reached_downloader
        )
        return extension

    def asked(self, request: Request) -> None:
        self.stats.inc_value(f"cost/{kind(request)}")


def kind(request: Request) -> str:
    """What a request is for, in one word."""
    why = (request.meta.get(FOUND) or {}).get("why")
    if why:
        return str(why)
    path = urlsplit(request.url).path
    return next((name for start, name in KINDS if path.startswith(start)), "other")
