"""Keeps the delay between two requests for the site as a whole, however many processes
share the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import NotConfigured

from crawler.ends.waiting import Waits
from crawler.frontier.hearing import HEARD, HEARS, shared
from crawler.frontier.questions import Questions
from crawler.middlewares.robots import CRAWL_DELAY
from pipelines.storage import pace

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class PaceMiddleware:
    """Downloader middleware: books the site's next turn in the database, whose clock
    all processes share, and waits for it. Redirects, retries and robots.txt too. A turn
    is void where the site has asked for silence meanwhile, whichever process it told.

    Where no process knows of a pause there are no turns, and nothing is asked of the
    database as long as ``Hearing`` hears; silence is then the business of
    ``RetryAfterMiddleware``.

    Args:
        seconds: from one request to the next, unless some process knows of more.
    """

    def __init__(self, questions: Questions, waits: Waits, seconds: float) -> None:
        self.questions, self.waits = questions, waits
        self.seconds = seconds
        self.hears = False
        # origin -> the pause that some process keeps; that this one has told of
        self.pauses: dict[str, float] = {}
        self.told: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not shared(crawler.settings):
            raise NotConfigured
        seconds = crawler.settings.getfloat("DOWNLOAD_DELAY")
        middleware = cls(Questions.of_run(crawler), Waits(crawler), seconds)
        crawler.signals.connect(middleware.heard, signal=HEARD)
        crawler.signals.connect(middleware.hearing, signal=HEARS)
        return middleware

    def heard(self, told: pace.Told) -> None:
        self.pauses[told.origin] = max(self.pauses.get(told.origin, 0), told.pause)

    def hearing(self, hears: bool) -> None:
        self.hears = hears

    async def process_request(self, request: Request) -> None:
        origin = "/".join(request.url.split("/")[:3])
        seconds = max(self.seconds, request.meta.get(CRAWL_DELAY, 0))
        if seconds or self.pauses.get(origin):
            await self.turn(origin, seconds)
        elif not self.hears:
            while wait := await self.questions.ask(pace.held, origin):
                await self.waits.sleep(wait)

    async def turn(self, origin: str, seconds: float) -> None:
        """Books one, and waits for it."""
        wait = await self.questions.ask(pace.book, origin, seconds=seconds)
        if seconds > self.told.get(origin, 0):
            await self.questions.ask(pace.tell, origin, seconds=seconds)
            self.told[origin] = seconds
        while wait:
            await self.waits.sleep(wait)
            if not await self.questions.ask(pace.held, origin):
                return
            wait = await self.questions.ask(pace.book, origin, seconds=seconds)
