"""Ends a run for a reason, in good order, and within a bound."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.utils.misc import load_object

from crawler.items import ENDING

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from scrapy.crawler import Crawler

# All of these, the last words of a forced end (``last_words``) and what the interpreter
# takes to end are within DOWNLOAD_TIMEOUT and 5 seconds.
# On top of DOWNLOAD_TIMEOUT, for what was received last to be stored
SECONDS_MORE = 1.5
# For pipelines to write what they hold, when the end is forced
SECONDS_LAST = 1.2
# For Scrapy to take note, before the event loop stops
SECONDS_NOTED = 0.1


class Ending:
    """Closes the spider: no new requests, what is under way is finished and stored.

    A download ends after DOWNLOAD_TIMEOUT whatever the server does. What hangs for
    longer (a wait before a request, a database) is left where it is: its transaction
    is rolled back, its capture is in the archive.

    Args:
        crawler: of the run.
        seconds: after which it is forced to; by default DOWNLOAD_TIMEOUT and
            ``SECONDS_MORE``.
    """

    def __init__(self, crawler: Crawler, seconds: float | None = None) -> None:
        self.crawler = crawler
        timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self.seconds = timeout + SECONDS_MORE if seconds is None else seconds
        self.reason: str | None = None
        self.work: list[asyncio.Task[None]] = []
        self.timer: asyncio.TimerHandle | None = None
        crawler.signals.connect(self.ended, signal=signals.spider_closed)

    def end(self, reason: str) -> None:
        """Begins to end, in a task of its own: awaiting it would wait for the very
        request or page that is the reason. From the second call on nothing happens."""
        engine = self.crawler.engine
        if self.reason is not None or engine is None:
            return
        self.reason = reason
        self.crawler.signals.send_catch_log(ENDING)
        loop = asyncio.get_running_loop()
        closing = engine.close_spider_async(reason=reason)
        self.work.append(loop.create_task(closing))
        self.timer = loop.call_later(self.seconds, self.force)

    def force(self) -> None:
        """Ends it now: what pipelines hold is written if that takes no time, requests
        under way are not finished."""
        self.crawler.stats.set_value("finish_reason", self.reason or "shutdown")
        self.crawler.stats.inc_value("ending/forced")
        self.work.append(asyncio.get_running_loop().create_task(self._stop()))

    async def _stop(self) -> None:
        from twisted.internet import reactor  # installed only when a crawl begins

        loop = asyncio.get_running_loop()
        closing = [loop.create_task(one) for one in self._pipelines()]
        if closing:
            await asyncio.wait(closing, timeout=SECONDS_LAST)
        # else the reactor would wait for the very spider that does not close
        self.work += [*closing, loop.create_task(self.crawler.stop_async())]
        loop.call_later(SECONDS_NOTED, reactor.stop)  # type: ignore[misc]

    def _pipelines(self) -> Iterator[Coroutine[Any, Any, None]]:
        """The ``close_spider()`` of those that have one."""
        named = self.crawler.settings.getwithbase("ITEM_PIPELINES")
        for name in named:
            pipeline = self.crawler.get_item_pipeline(load_object(name))
            if pipeline is not None and hasattr(pipeline, "close_spider"):
                yield pipeline.close_spider()

    def ended(self) -> None:
        """The spider is closed: nothing is left to be forced."""
        if self.timer is not None:
            self.timer.cancel()
