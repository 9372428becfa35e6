"""Counts requests that Scrapy drops without telling callback or errback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import signals

from crawler import urls
from crawler.ends import failures
from crawler.ends.outcomes import ended
from crawler.items import TOLD, PageItems
from crawler.pages.captured import SEEN_AT
from crawler.policy import visits

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
        crawler.signals.connect(extension.scheduled, signal=signals.request_scheduled)
        return extension

    def dropped(self, request: Request) -> None:
        """The scheduler has met the address before."""
        if request.meta.get("redirect_urls"):
            self.count(request)
        else:
            self.crawler.stats.inc_value("request/seen_before")

    def scheduled(self, request: Request) -> None:
        """Scrapy refuses an off-site address by a handler of this very signal, unless
        it must not be filtered (a retry), which our guard refuses later."""
        redirected = request.meta.get("redirect_urls") and not request.dont_filter
        if self.crawler.spider is None or not redirected:
            return
        if urls.never_requested(request.url, origin=self.origin) == "offsite":
            self.count(request)

    @property
    def origin(self) -> str:
        return getattr(self.crawler.spider, "origin", urls.SITE)

    def count(self, request: Request) -> None:
        """A story that leads elsewhere is one that is not there, unless that is a place
        to log in: the ledger is told."""
        reason = visits.led_away(request, self.origin)
        failures.count(self.crawler.stats, reason)
        wall = reason in failures.WALLS
        visit = visits.observed(
            request,
            reason,
            origin=self.origin,
            status=visits.redirected_by(request),
            seen_at=request.meta.get(SEEN_AT),
        )
        told = PageItems(
            observations=(visit,) if visit else (),
            end=ended(
                request, "not_a_story" if wall else failures.state_of(reason), reason
            ),
        )
        self.crawler.signals.send_catch_log(TOLD, item=told)
