"""Shows how far a run is: a live line on a terminal, plain lines otherwise."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.status import Status
from scrapy import signals
from scrapy.utils.asyncio import create_looping_call

from crawler.ends.verdict import failed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from scrapy.crawler import Crawler
    from scrapy.utils.asyncio import AsyncioLoopingCall
    from twisted.internet.task import LoopingCall

logger = logging.getLogger(__name__)

SECONDS_LIVE = 0.5
SECONDS_PLAIN = 30.0


def sentence(stats: Mapping[str, Any]) -> str:
    """The counters of a run under way, in words."""
    waiting = stats.get("frontier/waiting", 0)
    return (
        f"{stats.get('page/story/ok', 0)} stories, {stats.get('page/ok', 0)} pages, "
        f"{failed(stats)} failed, {waiting} waiting"
    )


class Progress:
    """``live``: a rich status on standard error; None where that is no terminal."""

    def __init__(self, crawler: Crawler, live: Status | None) -> None:
        self.crawler = crawler
        self.live = live
        self.ticks: AsyncioLoopingCall | LoopingCall | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        live = None
        if sys.stderr.isatty():
            live = Status("starting", console=Console(stderr=True))
        extension = cls(crawler, live)
        crawler.signals.connect(extension.opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.closed, signal=signals.spider_closed)
        return extension

    def opened(self) -> None:
        if self.live:
            self.live.start()
        self.ticks = create_looping_call(self.tick)
        self.ticks.start(SECONDS_LIVE if self.live else SECONDS_PLAIN, now=False)

    def tick(self) -> None:
        words = sentence(self.crawler.stats.get_stats())
        if self.live:
            self.live.update(words)
        else:
            logger.info("%s", words)

    def closed(self) -> None:
        if self.ticks and self.ticks.running:
            self.ticks.stop()
        if self.live:
            self.live.stop()
