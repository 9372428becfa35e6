"""Refuses addresses that are never requested, also when a redirect leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import IgnoreRequest

from crawler import urls
from crawler.middlewares.robots import ROBOTS

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class NeverRequested(IgnoreRequest):
    """The address is a counter, a picture proxy, a converted rendering or off-site."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NeverRequestedMiddleware:
    """Downloader middleware; one look at ``urls.never_requested`` a request."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get(ROBOTS):
            return  # the rules of an origin may lie on another host (RFC 9309)
        origin = getattr(self.crawler.spider, "origin", urls.SITE)
        reason = urls.never_requested(request.url, origin=origin)
        if reason == "offsite" and request.meta.get("redirect_urls"):
            reason = "redirect_offsite"
        if reason:
            raise NeverRequested(reason)
