"""Stops a run whose items cannot be stored."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Self

from scrapy import signals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

# https://www.postgresql.org/docs/current/errcodes-appendix.html: class 53, disk_full
# and out_of_memory; StoreError tells the SQLSTATE before the server's message
NO_ROOM = re.compile(r": 53[12]00 ")


class StoreBreaker:
    """Counts items that a pipeline raised on (Scrapy itself only logs them, and exits
    0) and closes the spider at the first: fetching what cannot be kept serves nobody.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        breaker = cls(crawler)
        crawler.signals.connect(breaker.item_error, signal=signals.item_error)
        return breaker

    def item_error(self, failure: Failure) -> None:
        self.crawler.stats.inc_value("store/error")
        engine = self.crawler.engine
        reason = "disk_full" if NO_ROOM.search(str(failure.value)) else "store_errors"
        if reason == "disk_full":
            self.crawler.stats.set_value("verdict/detail", str(failure.value))
        if self.closing is None and engine is not None:
            # awaiting it here would wait for the very item that failed
            self.closing = asyncio.ensure_future(
                engine.close_spider_async(reason=reason)
            )
