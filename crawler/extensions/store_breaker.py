"""Stops fetching for as long as nothing can be stored."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Self

from scrapy import signals

from crawler.items import STORE_AWAY, STORE_BACK, STORE_LOST

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class StoreBreaker:
    """No request is sent while the database is away. Where it stays away the run ends
    (what has come is kept on disk), and also at the first item that a pipeline raised
    on, which Scrapy itself only logs: fetching what cannot be kept serves nobody.

    Stats: ``store/outages``, ``store/away_seconds``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.closing: asyncio.Task[None] | None = None
        self.since: float | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        breaker = cls(crawler)
        crawler.signals.connect(breaker.item_error, signal=signals.item_error)
        crawler.signals.connect(breaker.away, signal=STORE_AWAY)
        crawler.signals.connect(breaker.back, signal=STORE_BACK)
        crawler.signals.connect(breaker.lost, signal=STORE_LOST)
        return breaker

    def away(self) -> None:
        """The database takes nothing: wait for it."""
        if self.since is not None:
            return
        self.since = time.monotonic()
        self.crawler.stats.inc_value("store/outages")
        logger.warning("The database is away: nothing is fetched until it is back")
        if self.crawler.engine is not None:
            self.crawler.engine.pause()

    def back(self) -> None:
        """It takes rows again: go on."""
        if self.since is None:
            return
        seconds, self.since = time.monotonic() - self.since, None
        self.crawler.stats.inc_value("store/away_seconds", round(seconds))
        logger.warning("The database is back after %.1f seconds", seconds)
        if self.crawler.engine is not None:
            self.crawler.engine.unpause()

    def lost(self, finish_reason: str, detail: str) -> None:
        """It stays away."""
        logger.error("What comes is kept on disk from now on: %s", detail)
        self.crawler.stats.set_value("verdict/detail", detail)
        self.close(finish_reason)

    def item_error(self) -> None:
        self.crawler.stats.inc_value("store/error")
        self.close("store_errors")

    def close(self, reason: str) -> None:
        """Ends the run, once; its engine stays paused if it is."""
        engine = self.crawler.engine
        if self.closing is None and engine is not None:
            # awaiting it here would wait for the very item that failed
            self.closing = asyncio.ensure_future(
                engine.close_spider_async(reason=reason)
            )
