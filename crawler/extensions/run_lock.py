"""Sees to it that a run holds its lock for as long as it runs."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.ending import Ending
from pipelines.storage import run_lock
from pipelines.storage.database import DatabaseUnreachable, OperationalError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

SECONDS = 5.0


class RunLock:
    """The lock belongs to the session of the process that waits for the crawl to end,
    and is gone when the database drops that session (an administrator, a restart).
    It is taken again on a session of its own; where another run was faster, this one
    ends with reason ``another_run``: two at once would bury each other.

    Args:
        crawler: of the run.
        dsn: of its database.
        pid: of the server's process that holds the lock.
    """

    def __init__(self, crawler: Crawler, dsn: str, pid: int) -> None:
        self.crawler = crawler
        self.lock = run_lock.Held(dsn, pid)
        self.ending = Ending(crawler)
        self.looks: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pid = crawler.settings.getint("RUN_LOCK_PID")
        if not pid:
            raise NotConfigured
        extension = cls(crawler, crawler.settings["DATABASE_URL"], pid)
        crawler.signals.connect(extension.opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.closed, signal=signals.spider_closed)
        return extension

    def opened(self) -> None:
        self.looks = asyncio.get_running_loop().create_task(self.watch())

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            await self.look()

    async def look(self) -> None:
        try:
            state = await self.lock.look()
        except (DatabaseUnreachable, OperationalError):
            return  # nobody can take it either; whoever stores meets this, and says so
        if state is run_lock.State.TAKEN_AGAIN:
            self.crawler.stats.inc_value("run_lock/taken_again")
            logger.warning("The database dropped the run's lock; it is taken again")
        elif state is run_lock.State.LOST and self.ending.reason is None:
            self.crawler.stats.set_value("verdict/detail", run_lock.LOST)
            self.ending.end("another_run")

    async def closed(self) -> None:
        self.ending.ended()
        if self.looks is not None:
            self.looks.cancel()
            await asyncio.wait([self.looks])
        await self.lock.close()
