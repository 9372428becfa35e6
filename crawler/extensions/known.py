"""Tells the spider which stories the archive already holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import psycopg
from scrapy import signals
from scrapy.exceptions import NotConfigured

from pipelines.storage import articles

if TYPE_CHECKING:
    from collections.abc import Collection

    from scrapy import Spider
    from scrapy.crawler import Crawler

    from pipelines.storage.articles import KnownStory


class KnownStories:
    """Answers the spider which ids are held; asked a page at a time, kept nowhere.

    Without a database (``scrapy extract``, ``scrapy survey``) nothing is known.
    """

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.connection: psycopg.AsyncConnection | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getint("RUN_ID"):
            raise NotConfigured
        extension = cls(crawler.settings["DATABASE_URL"])
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        spider.selection.known = self.known  # type: ignore[attr-defined]

    async def known(self, story_ids: Collection[int]) -> dict[int, KnownStory]:
        """Those of ``story_ids`` that are in the archive."""
        if not story_ids:
            return {}
        if self.connection is None or self.connection.closed:
            self.connection = await psycopg.AsyncConnection.connect(
                self.dsn, autocommit=True
            )
        return await articles.known(self.connection, sorted(story_ids))

    async def spider_closed(self) -> None:
        if self.connection is not None:
            await self.connection.close()
