"""Sees to it that a run holds its lock for as long as it runs."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.ends.ending import Ending
from pipelines.storage import run_lock
from pipelines.storage.database import DatabaseUnreachable, OperationalError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

SECONDS = 5.0


class RunLock:
    """The locks belong to the session of the process that waits for the crawl to end,
    and are gone when the database drops that session (an administrator, a restart):
    others would take this run for dead. They are taken again on a session of their
    own; where another run was faster, this one ends with reason ``another_run``.

    Args:
        crawler: of the run.
        dsn: of its database.
        lock: what the run holds.
    """

    def __init__(self, crawler: Crawler, lock: run_lock.Held) -> None:
        self.crawler = crawler
        self.lock = lock
        self.ending = Ending(crawler)
        self.looks: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pid = crawler.settings.getint("RUN_LOCK_PID")
        if not pid:
            raise NotConfigured
        run, dsn = crawler.settings.getint("RUN_ID"), crawler.settings["DATABASE_URL"]
        extension = cls(crawler, run_lock.Held(dsn, pid=pid, run=run))
        crawler.signals.connect(extension.opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.closed, signal=signals.spider_closed)
        return extension

    def opened(self) -> None:
        self.looks = asyncio.get_running_loop().create_task(self.watch())

    async def watch(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(SECONDS)

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
        if self.looks is not None:
            self.looks.cancel()
            await asyncio.wait([self.looks])
        await self.lock.close()
