"""Stops fetching for as long as nothing can be stored."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING, Self

from scrapy import signals

from crawler.ends.ending import Ending
from crawler.items import STORE_AWAY, STORE_BACK, STORE_LOST

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

# https://www.postgresql.org/docs/current/errcodes-appendix.html: class 53, disk_full
# and out_of_memory; StoreError tells the SQLSTATE before the server's message
NO_ROOM = re.compile(r": 53[12]00 ")

logger = logging.getLogger(__name__)


class StoreBreaker:
    """No request is sent while the database is away. Where it stays away the run ends
    (what has come is kept on disk), and also at the first item that a pipeline raised
    on, which Scrapy itself only logs: fetching what cannot be kept serves nobody.

    Stats: ``store/outages``, ``store/away_seconds``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.ending = Ending(crawler)
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
        # its engine stays paused if it is
        self.ending.end(finish_reason)

    def item_error(self, failure: Failure) -> None:
        self.crawler.stats.inc_value("store/error")
        full = NO_ROOM.search(str(failure.value)) is not None
        if full:
            self.crawler.stats.set_value("verdict/detail", str(failure.value))
        self.ending.end("disk_full" if full else "store_errors")
