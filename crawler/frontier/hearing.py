"""Hears what other processes are told by the site, where no turn is booked for it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from pipelines.storage import pace
from pipelines.storage.database import (
    DatabaseUnreachable,
    OperationalError,
    connect_async,
)
from pipelines.storage.silence import forever

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

# A Scrapy signal, ``told``: a ``pace.Told`` of some process on this database
HEARD = object()
# A Scrapy signal, ``hears``: whether all that is told is heard from now on
HEARS = object()
AGAIN = 0.5  # seconds between two tries to listen


class Hearing:
    """Extension: listens on a connection of its own (NOTIFY), so that a request costs
    no question to the database. Who books its turns there is told so by that."""

    def __init__(self, crawler: Crawler, dsn: str) -> None:
        self.crawler, self.dsn = crawler, dsn
        self.task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        if not shared(settings) or settings.getfloat("DOWNLOAD_DELAY"):
            raise NotConfigured
        hearing = cls(crawler, settings["DATABASE_URL"])
        crawler.signals.connect(hearing.opened, signal=signals.spider_opened)
        crawler.signals.connect(hearing.closed, signal=signals.spider_closed)
        return hearing

    def opened(self) -> None:
        self.task = asyncio.get_running_loop().create_task(self.work())

    async def work(self) -> None:
        """Listens for ever, on a new connection where the old one is gone."""
        while True:
            # a database that is away, others wait for and complain of
            with suppress(DatabaseUnreachable, OperationalError):
                await self.listen()
            self.hears(False)
            await asyncio.sleep(AGAIN)

    async def listen(self) -> None:
        async with await connect_async(self.dsn, forever) as connection:
            for told in await pace.listen(connection):
                self.tell(told)
            self.hears(True)
            async for told in pace.heard(connection):
                self.tell(told)

    def tell(self, told: pace.Told) -> None:
        self.crawler.signals.send_catch_log(HEARD, told=told)

    def hears(self, hears: bool) -> None:
        self.crawler.signals.send_catch_log(HEARS, hears=hears)

    def closed(self) -> None:
        if self.task is not None:
            self.task.cancel()


def shared(settings: BaseSettings) -> bool:
    """Is the pace kept in the database? Without a database or a network there is
    nothing to share."""
    return bool(settings.getint("RUN_ID") and not settings["REPLAY"])
