"""Keeps the delay between two requests for the site as a whole, however many processes
share the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import NotConfigured

from crawler.ends.waiting import Waits
from crawler.frontier.questions import Questions
from crawler.middlewares.robots import CRAWL_DELAY
from pipelines.storage import pace

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings


class PaceMiddleware:
    """Downloader middleware: books the site's next turn in the database, whose clock
    all processes share, and waits for it. Redirects, retries and robots.txt too. A turn
    is void where the site has asked for silence meanwhile, whichever process it told.

    Args:
        seconds: from one request to the next, unless some process knows of more.
    """

    def __init__(self, questions: Questions, waits: Waits, seconds: float) -> None:
        self.questions, self.waits = questions, waits
        self.seconds = seconds

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not shared(crawler.settings):
            raise NotConfigured
        seconds = crawler.settings.getfloat("DOWNLOAD_DELAY")
        return cls(Questions.of_run(crawler), Waits(crawler), seconds)

    async def process_request(self, request: Request) -> None:
        origin = "/".join(request.url.split("/")[:3])
        seconds = max(self.seconds, request.meta.get(CRAWL_DELAY, 0))
        while wait := await self.questions.ask(pace.book, origin, seconds=seconds):
            await self.waits.sleep(wait)
            if not await self.questions.ask(pace.held, origin):
                return


def shared(settings: BaseSettings) -> bool:
    """Is the pace kept in the database? Without a delay, a database or a network there
    is nothing to share."""
    return bool(
        settings.getfloat("DOWNLOAD_DELAY")
        and settings.getint("RUN_ID")
        and not settings["REPLAY"]
    )
