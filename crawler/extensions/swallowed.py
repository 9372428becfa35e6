"""Counts the errors that Scrapy catches, logs, and then forgets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self

from scrapy import signals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# Where a pipeline's close_spider, a scheduler's close, an extension's signal handler
# end up when they raise: the crawl "finished" all the same
LOGGERS = ("scrapy.core.engine", "scrapy.utils.signal")


class SwallowedErrors(logging.Handler):
    """Stat ``internal/error``; a run with any is no good night."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(logging.ERROR)
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        handler = cls(crawler)
        for name in LOGGERS:
            logging.getLogger(name).addHandler(handler)
        crawler.signals.connect(handler.stopped, signal=signals.engine_stopped)
        return handler

    def emit(self, record: logging.LogRecord) -> None:
        self.crawler.stats.inc_value("internal/error")

    def stopped(self) -> None:
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(self)
