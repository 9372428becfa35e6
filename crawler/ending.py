"""Ends a run for a reason, in good order, and within a bound."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# On top of DOWNLOAD_TIMEOUT, for what was received last to be stored
SECONDS_MORE = 4.0
# For Scrapy to take note, before the event loop stops
SECONDS_NOTED = 0.1


class Ending:
    """Closes the spider: no new requests, what is under way is finished and stored.

    A download ends after DOWNLOAD_TIMEOUT whatever the server does. What hangs for
    longer (a wait before a request, a database) is left where it is: its transaction
    is rolled back, its capture is in the archive.

    Args:
        crawler: of the run.
        seconds: after which it ends in any case; by default DOWNLOAD_TIMEOUT and 4.
    """

    def __init__(self, crawler: Crawler, seconds: float | None = None) -> None:
        self.crawler = crawler
        timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self.seconds = timeout + SECONDS_MORE if seconds is None else seconds
        self.reason: str | None = None
        self.work: list[asyncio.Task[None]] = []
        self.timer: asyncio.TimerHandle | None = None

    def end(self, reason: str) -> None:
        """Begins to end; from the second call on nothing happens."""
        if self.reason is not None:
            return
        self.reason = reason
        loop = asyncio.get_running_loop()
        closing = self.crawler.engine.close_spider_async(reason=reason)
        self.work.append(loop.create_task(closing))
        self.timer = loop.call_later(self.seconds, self.force)

    def force(self) -> None:
        """Stops the event loop; what is under way is not finished."""
        from twisted.internet import reactor  # installed only when a crawl begins

        self.crawler.stats.set_value("finish_reason", self.reason or "shutdown")
        self.crawler.stats.inc_value("ending/forced")
        loop = asyncio.get_running_loop()
        # else the reactor would wait for the very spider that does not close
        self.work.append(loop.create_task(self.crawler.stop_async()))
        loop.call_later(SECONDS_NOTED, reactor.stop)  # type: ignore[misc]

    def ended(self) -> None:
        """The spider is closed: nothing is left to be forced."""
        if self.timer is not None:
            self.timer.cancel()
