"""Ends a run at one of Scrapy's own limits (``CLOSESPIDER_…``) as any run is ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.extensions.closespider import CloseSpider

from crawler.ends.ending import Ending

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class ScrapyLimits(CloseSpider):
    """In the place of Scrapy's extension, which closes the spider without a bound and
    without a word: whoever waits for the site would wait to the end.

    It has no public way to be told how to close; ``tests/test_limits.py`` notices if
    this one is gone.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.ending = Ending(crawler)

    def _close_spider(self, reason: str) -> None:
        self.ending.end(reason)
