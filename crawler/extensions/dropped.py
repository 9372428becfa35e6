"""Counts requests that Scrapy drops without telling callback or errback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import signals

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class DroppedRequests:
    """A redirect to an address already requested, or off-site, ends in silence in
    Scrapy (scrapy issue 1225): here it becomes a failed page with its reason."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.dropped, signal=signals.request_dropped)
        return extension

    def dropped(self, request: Request) -> None:
        stats = self.crawler.stats
        if not request.meta.get("redirect_urls"):
            stats.inc_value("request/seen_before")
            return
        stats.inc_value("page/failed")
        stats.inc_value("page/failed/redirect_dropped")
