"""Ends a run that takes longer than it may."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.ends.ending import Ending

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class RunDeadline:
    """RUN_HOURS_MAX after its start a run ends with reason ``deadline``, also while a
    request or the database hangs: the next night must find its place free."""

    def __init__(self, crawler: Crawler, hours: float) -> None:
        self.crawler = crawler
        self.seconds = hours * 3600
        self.ending = Ending(crawler)
        self.timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        hours = crawler.settings.getfloat("RUN_HOURS_MAX")
        if not crawler.settings.getint("RUN_ID") or not hours:
            raise NotConfigured
        extension = cls(crawler, hours)
        crawler.signals.connect(extension.opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.closed, signal=signals.spider_closed)
        return extension

    def opened(self) -> None:
        loop = asyncio.get_running_loop()
        self.timer = loop.call_later(self.seconds, self.ending.end, "deadline")

    def closed(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
