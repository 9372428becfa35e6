"""Ends a run in good order when a signal asks for it."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import CloseSpider, NotConfigured

from crawler.ends.ending import Ending
from crawler.ends.interruption import heeded

if TYPE_CHECKING:
    from types import FrameType

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class Interrupts:
    """The first SIGTERM, SIGINT or SIGHUP ends the run, the second one at once.

    In the place of Scrapy's own handlers, which know no bound and no SIGHUP.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.ending = Ending(crawler)
        self.received = 0
        self.open = False
        self.loop = asyncio.get_running_loop()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getint("RUN_ID"):
            raise NotConfigured
        extension = cls(crawler)
        for number in heeded():
            signal.signal(number, extension.signalled)
        crawler.signals.connect(extension.opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.closed, signal=signals.spider_closed)
        return extension

    def signalled(self, number: int, frame: FrameType | None) -> None:
        # no more than this in a signal handler: it interrupts anything
        self.loop.call_soon_threadsafe(self.stop, number)

    def stop(self, number: int) -> None:
        self.received += 1
        name = signal.Signals(number).name
        logger.info("%s: ending the run; a second signal ends it at once", name)
        if self.received > 1:
            self.ending.force()
        elif self.open:
            self.ending.end("shutdown")

    def opened(self) -> None:
        if self.received:
            raise CloseSpider("shutdown")
        self.open = True

    def closed(self) -> None:
        self.open = False
