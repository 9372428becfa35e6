"""Waits before a request, which the end of the run cuts short."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest
from scrapy.utils.asyncio import sleep

from crawler.items import ENDING

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# Between two looks at whether the run is to end, seconds
LOOK = 0.25


class Stopping(IgnoreRequest):
    """The run ended while the request waited; nothing was asked for."""

    reason = "not_asked"


class Waits:
    """Of one component; the end of a run waits for all requests that are under way,
    and so for these."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.ending = False
        crawler.signals.connect(self.end, signal=ENDING)

    def end(self) -> None:
        self.ending = True

    async def sleep(self, seconds: float) -> None:
        """Returns after ``seconds``.

        Raises:
            Stopping: the run is about to end.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            # Scrapy's guard of the memory ends a run by itself, and counts that first
            over = self.crawler.stats.get_value("memusage/limit_reached")
            if self.ending or over or not self.crawler.crawling:
                raise Stopping(Stopping.reason)
            await sleep(min(left, LOOK))
