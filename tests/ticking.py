"""An extension that measures how long the event loop stands still."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self

from scrapy import signals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

SECONDS = 0.01


class Ticks:
    """For tests only. Stats, between two ticks 10 ms apart: ``ticks/longest``, seconds
    of the loop's thread at work, whatever else the machine does, and
    ``ticks/longest_wall``, seconds on the clock, less the 10 ms; ``ticks/count``."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        ticks = cls(crawler)
        crawler.signals.connect(ticks.opened, signal=signals.spider_opened)
        crawler.signals.connect(ticks.closed, signal=signals.spider_closed)
        return ticks

    def opened(self) -> None:
        self.task = asyncio.ensure_future(self.tick())

    async def tick(self) -> None:
        before, busy_before = time.monotonic(), time.thread_time()
        while True:
            await asyncio.sleep(SECONDS)
            now, busy = time.monotonic(), time.thread_time()
            self.crawler.stats.max_value("ticks/longest", busy - busy_before)
            self.crawler.stats.max_value("ticks/longest_wall", now - before - SECONDS)
            self.crawler.stats.inc_value("ticks/count")
            before, busy_before = now, busy

    def closed(self) -> None:
        if self.task is not None:
            self.task.cancel()
