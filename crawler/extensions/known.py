"""Tells the spider which stories the archive already holds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self, TypeVar

import psycopg
from scrapy import signals
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.utils.asyncio import sleep

from crawler.items import STORE_LOST
from crawler.revisit import FORGOTTEN
from pipelines.storage import known
from pipelines.storage.database import DatabaseUnreachable, connect_async
from pipelines.storage.patience import DATABASE_LOST

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from datetime import datetime, timedelta

    from scrapy import Spider
    from scrapy.crawler import Crawler

    from pipelines.storage.known import KnownStory

T = TypeVar("T")
AGAIN = 0.5  # seconds between two questions to a database that is away


class KnownStories:
    """Answers the spider which ids are held; asked a page at a time, kept nowhere.

    What runs before the ``job`` have left is known, not what is stored meanwhile.
    Without a database (``scrapy extract``, ``scrapy survey``) nothing is.

    Args:
        patience: seconds to wait for a database that is away.
    """

    def __init__(self, dsn: str, job: int, *, patience: float) -> None:
        self.dsn, self.job, self.patience = dsn, job, patience
        self.lost = False
        self.connection: psycopg.AsyncConnection | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getint("RUN_ID"):
            raise NotConfigured
        settings = crawler.settings
        job = settings.getint("JOB_ID") or settings.getint("RUN_ID")
        patience = settings.getfloat("STORE_PATIENCE")
        extension = cls(settings["DATABASE_URL"], job, patience=patience)
        crawler.signals.connect(extension.store_lost, STORE_LOST)
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
        """The answer, asked for again while the database is away.

        Raises:
            CloseSpider: it stays away; the page that asked is not done.
        """
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return await ask(await self.connected(), *given, run=self.job)
            except (DatabaseUnreachable, psycopg.OperationalError) as error:
                self.connection = None
                if self.lost or time.monotonic() > deadline:
                    raise CloseSpider(DATABASE_LOST) from error
            await sleep(AGAIN)

    def store_lost(self) -> None:
        """The writer has given up: waiting here would only delay the end."""
        self.lost = True

    async def connected(self) -> psycopg.AsyncConnection:
        if self.connection is None or self.connection.closed:
            self.connection = await connect_async(self.dsn)
        return self.connection

    async def spider_closed(self) -> None:
        if self.connection is not None:
            await self.connection.close()
