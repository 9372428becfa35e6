"""The settings of a run in which one thing of ours is broken: BREAK names it.

Used as SCRAPY_SETTINGS_MODULE by tests/test_exit_truth.py; nothing of the project
knows it.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import CloseSpider

from crawler.settings import *  # noqa: F403 - all of them, but for what is broken
from crawler.settings import EXTENSIONS as ALL_EXTENSIONS
from crawler.settings import ITEM_PIPELINES as ALL_PIPELINES

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

WHAT = os.environ.get("BREAK", "")


class BrokenPipeline:
    """Raises in the method that BREAK names."""

    dsn = ""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if WHAT == "from_crawler":
            raise RuntimeError("broken from_crawler")
        pipeline = cls()
        pipeline.dsn = crawler.settings["DATABASE_URL"]
        return pipeline

    async def open_spider(self) -> None:
        if WHAT == "open_spider":
            raise RuntimeError("broken open_spider")

    async def process_item(self, item: Any) -> Any:
        if WHAT == "process_item":
            raise RuntimeError("broken process_item")
        return item

    async def close_spider(self) -> None:
        if WHAT == "tell_secrets":
            raise RuntimeError(f"broken and talkative: {self.dsn}")
        if WHAT == "close_spider":
            raise RuntimeError("commit failed")
        if WHAT == "hanging_close":
            await asyncio.sleep(3600)


class BrokenExtension:
    """Grows, raises or closes the spider once it is open."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.held: list[bytes] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.closed, signal=signals.spider_closed)
        return extension

    def opened(self) -> None:
        if WHAT == "db_down":
            raise CloseSpider("db_down")
        if WHAT == "memory":
            asyncio.get_running_loop().call_later(1, self.grow)

    def grow(self) -> None:
        self.held.append(b"x" * (400 * 2**20))

    def closed(self) -> None:
        if WHAT == "spider_closed":
            raise RuntimeError("broken spider_closed")


SPIDER_MODULES = ["tests.broken_spider"]
ITEM_PIPELINES = {**ALL_PIPELINES, BrokenPipeline: 250}
EXTENSIONS = {**ALL_EXTENSIONS, BrokenExtension: 900}
