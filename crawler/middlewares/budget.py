"""Lets at most ``max_stories`` stories through a run; the rest is counted as left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import IgnoreRequest

from crawler import urls

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class BudgetSpent(IgnoreRequest):
    """The run's number of stories is reached."""

    reason = "max_stories"


class StoryBudgetMiddleware:
    """Downloader middleware. Requests leave the scheduler newest story first, so what
    is refused here is the oldest. A retry or redirect is no second story."""

    def __init__(self, crawler: Crawler, limit: int) -> None:
        self.crawler = crawler
        self.limit = limit
        self.started: set[int] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, crawler.settings.getint("MAX_STORIES"))

    async def process_request(self, request: Request) -> None:
        spider = self.crawler.spider
        story = urls.story_id(request.url, origin=getattr(spider, "origin", urls.SITE))
        if story is None or story in self.started:
            return
        if len(self.started) >= (getattr(spider, "max_stories", None) or self.limit):
            raise BudgetSpent(BudgetSpent.reason)
        self.started.add(story)
