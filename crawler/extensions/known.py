"""Tells the spider which stories the archive already holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

import psycopg
from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.revisit import FORGOTTEN
from pipelines.storage import known

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from datetime import datetime, timedelta

    from scrapy import Spider
    from scrapy.crawler import Crawler

    from pipelines.storage.known import KnownStory

T = TypeVar("T")


class KnownStories:
    """Answers the spider which ids are held; asked a page at a time, kept nowhere.

    Without a database (``scrapy extract``, ``scrapy survey``) nothing is known.
    """

    def __init__(self, dsn: str, run: int) -> None:
        self.dsn, self.run = dsn, run
        self.connection: psycopg.AsyncConnection | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getint("RUN_ID"):
            raise NotConfigured
        settings = crawler.settings
        extension = cls(settings["DATABASE_URL"], settings.getint("RUN_ID"))
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        selection = spider.selection  # type: ignore[attr-defined]
        selection.known, selection.held = self.known, self.held

    async def known(self, story_ids: Collection[int]) -> dict[int, KnownStory]:
        """Those of ``story_ids`` that are in the archive."""
        if not story_ids:
            return {}
        return await self.asked(known.of, sorted(story_ids))

    async def held(
        self, *, now: datetime, window: timedelta
    ) -> list[tuple[str, KnownStory]]:
        """(address, story) of those that are young, or vanished of late."""
        since = now - max(window, FORGOTTEN)
        return await self.asked(known.young, now - window, since)

    async def asked(self, ask: Callable[..., Awaitable[T]], *given: object) -> T:
        """The answer, asked for once more where the connection has been cut."""
        try:
            return await ask(await self.connected(), *given, run=self.run)
        except psycopg.OperationalError:
            self.connection = None
            return await ask(await self.connected(), *given, run=self.run)

    async def connected(self) -> psycopg.AsyncConnection:
        if self.connection is None or self.connection.closed:
            self.connection = await psycopg.AsyncConnection.connect(
                self.dsn, autocommit=True
            )
        return self.connection

    async def spider_closed(self) -> None:
        if self.connection is not None:
            await self.connection.close()
