"""The frontier as Scrapy's scheduler: requests wait in Postgres, a few at hand."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.core.scheduler import BaseScheduler

from crawler.ends import failures
from crawler.ends.ending import Ending
from crawler.frontier.leases import Leases
from crawler.frontier.requests import OWN, kept, revived, row_of
from crawler.items import ENDING, TOLD, FrontierEnd, PageItems
from pipelines.storage.database import DatabaseUnreachable, OperationalError

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler

    from crawler.items import FrontierRequest

logger = logging.getLogger(__name__)

# How long a killed run's requests wait before another may take them
LEASE_SECONDS = 60.0
# How often a run looks whether another has left it something to do
LOOK_SECONDS = 1.0


class FrontierScheduler(BaseScheduler):
    """Leases requests of the job from the frontier, and sends retries and redirects of
    what it holds. What a page leads to does not come here: storage adds it to the
    frontier together with the page (``whole_page``).

    Args:
        at_hand: leased requests that may wait here; 1: the next request is chosen only
            when the page before it is stored, which a replay can do again.
        patience: seconds to wait for a database that is away before the run ends.
    """

    def __init__(
        self, crawler: Crawler, leases: Leases, *, at_hand: int, patience: float
    ) -> None:
        self.crawler = crawler
        self.leases = leases
        self.at_hand = at_hand
        self.patience = patience
        self.queue: deque[Request] = deque()
        self.begun: list[FrontierRequest] = []
        self.held: set[bytes] = set()
        self.met: set[bytes] = set()
        self.silent: set[bytes] = set()
        # nothing waits just now; nothing is left at all. Both are found out by asking
        # the database, and hold only if nothing has ``happened`` meanwhile.
        self.drained = self.dry = False
        self.happened = 0
        self.wake = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.ending = Ending(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        leases = Leases(
            settings["DATABASE_URL"],
            job=settings.getint("JOB_ID") or settings.getint("RUN_ID"),
            run=settings.getint("RUN_ID"),
            seconds=LEASE_SECONDS,
            patience=settings.getfloat("STORE_PATIENCE"),
        )
        parallel = settings.getint("CONCURRENT_REQUESTS")
        scheduler = cls(
            crawler,
            leases,
            at_hand=1 if parallel == 1 else 4 * parallel,
            patience=settings.getfloat("STORE_PATIENCE"),
        )
        crawler.signals.connect(scheduler.scraped, signal=signals.item_scraped)
        crawler.signals.connect(scheduler.scraped, signal=TOLD)
        crawler.signals.connect(leases.end, signal=ENDING)
        crawler.signals.connect(scheduler.closed, signal=signals.spider_closed)
        return scheduler

    def open(self, spider: Spider) -> None:
        if self.leases.job != self.leases.run:
            self.crawler.stats.set_value("job/shared", self.leases.job)
        self.task = asyncio.create_task(self.work())
        self.task.add_done_callback(self.worked)

    def has_pending_requests(self) -> bool:
        return bool(self.queue or self.begun) or not self.dry

    def enqueue_request(self, request: Request) -> bool:
        """A request of ``Spider.start`` goes to the frontier; a leased one, a retry or
        a redirect waits here. False: a redirect to what the run has met already."""
        row = row_of(request)
        spider: Any = self.crawler.spider
        here = spider.fingerprint(request)
        if row is None and request.meta.get(OWN):
            self.queue.append(request)
            return True
        if row is None:
            self.begun.append(kept(request, here, origin=spider.origin))
            self.happen(more=True)
            return True
        again = request.dont_filter or here == row
        if not again and here in self.met:
            return False
        self.met.add(here)
        self.queue.append(request)
        self.crawler.stats.inc_value("scheduler/enqueued")
        return True

    def next_request(self) -> Request | None:
        self.wake.set()
        if not self.queue:
            return None
        self.crawler.stats.inc_value("scheduler/dequeued")
        return self.queue.popleft()

    def scraped(self, item: Any) -> None:
        """A page is committed, or its row's end is on its way there."""
        if isinstance(item, PageItems):
            if item.end is not None:
                self.held.discard(item.end.fingerprint)
            self.happen(more=bool(item.requests))

    def happen(self, *, more: bool) -> None:
        """What was found out may be over; ``more``: requests have been added."""
        self.happened += 1
        self.dry = False
        self.drained = self.drained and not more
        self.wake.set()

    async def work(self) -> None:
        """Fetches requests whenever there is room for them; waits for a database that
        is away, and ends the run if it stays away."""
        away_since = None
        while True:
            self.wake.clear()
            asked = time.monotonic()
            try:
                await self.turn()
                away_since = None
                await self.woken()
            except (DatabaseUnreachable, OperationalError, OSError) as error:
                away_since = away_since or asked
                if time.monotonic() - away_since > self.patience:
                    logger.error("The frontier stays out of reach: %s", error)
                    self.ending.end("database_lost")
                    return
                await asyncio.sleep(LOOK_SECONDS / 2)

    def worked(self, task: asyncio.Task[None]) -> None:
        """Nothing would ever be fetched again: the run ends and says why."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            logger.error("The frontier failed", exc_info=error)
            self.ending.end("frontier_failed")

    async def woken(self) -> None:
        """Returns when something happened, or a look at what others do is due."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self.wake.wait()
        except TimeoutError:
            self.drained = self.drained and bool(self.held)
            self.conserve()

    def conserve(self) -> None:
        """Ends what the engine has dropped without a word (scrapy issue 1225), seen at
        two looks: every request ends in one state."""
        engine = self.crawler.engine
        busy = engine is None or engine.downloader.active or self.queue
        slot = engine.scraper.slot if engine is not None else None
        if busy or slot is None or not slot.is_idle():
            self.silent = set()
            return
        for fingerprint in self.silent & self.held:
            self.refuse(fingerprint, "failed", "dropped_in_silence")
        self.silent = set(self.held)

    async def turn(self) -> None:
        """Adds what start() gave, leases what there is room for, and finds out
        whether anything is left."""
        if self.begun:
            begun = list(self.begun)
            await self.leases.begin(begun)  # may fail, and is asked again
            del self.begun[: len(begun)]
        waiting = await self.leases.keep(self.held)
        if waiting is not None:
            self.crawler.stats.set_value("frontier/waiting", waiting)
        room = self.room()
        if room and not self.drained:
            before = self.happened
            taken = await self.leases.take(room)
            self.drained = len(taken) < room and before == self.happened
            for one in taken:
                self.held.add(one.fingerprint)
                self.crawl(one)
        if self.drained and not (self.dry or self.held or self.begun):
            before = self.happened
            nothing = not await self.leases.elsewhere(self.held)
            self.dry = self.drained = nothing and before == self.happened
            if self.dry:
                self.nudge()

    def room(self) -> int:
        """How many requests are wanted now; none while half of them are there."""
        if self.at_hand == 1:
            return int(not self.held and not self.queue)
        few = len(self.queue) * 2 < self.at_hand
        return self.at_hand - len(self.queue) if few else 0

    def crawl(self, one: FrontierRequest) -> None:
        """Hands a leased request to the engine, which asks who may refuse it."""
        engine, spider = self.crawler.engine, self.crawler.spider
        if engine is None or spider is None:
            return
        before = len(self.queue)
        engine.crawl(revived(one, spider))
        if len(self.queue) == before:
            self.refuse(one.fingerprint, "offsite", "offsite")

    def refuse(self, fingerprint: bytes, state: str, reason: str) -> None:
        """Ends a request that was never sent, or of which nothing was heard again."""
        end = FrontierEnd(fingerprint=fingerprint, state=state, reason=reason)
        failures.count(self.crawler.stats, reason)
        self.crawler.signals.send_catch_log(TOLD, item=PageItems(end=end))

    def nudge(self) -> None:
        """Lets the engine see now that nothing is left: by itself it looks every five
        seconds, and all that is public to ask it sooner (2.19: ``crawl``,
        ``download_async``) takes a request."""
        slot = self.crawler.engine and self.crawler.engine._slot
        if slot:
            slot.nextcall.schedule()

    async def closed(self) -> None:
        """Gives back what was leased and not fetched."""
        if self.task is not None:
            self.task.cancel()
        await self.leases.close()
