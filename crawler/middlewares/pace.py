"""Keeps the delay between two requests for the site as a whole, however many processes
share the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import sleep

from crawler.frontier.questions import Questions
from crawler.middlewares.robots import CRAWL_DELAY
from pipelines.storage import frontier

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class PaceMiddleware:
    """Downloader middleware: books the site's next turn in the database, whose clock
    all processes share, and waits for it. Redirects, retries and robots.txt too.

    Args:
        seconds: from one request to the next.
    """

    def __init__(self, questions: Questions, seconds: float) -> None:
        self.questions = questions
        self.seconds = seconds

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        seconds = settings.getfloat("DOWNLOAD_DELAY")
        # without a delay, a database or a network there is nothing to share
        if not seconds or not settings.getint("RUN_ID") or settings["REPLAY"]:
            raise NotConfigured
        return cls(Questions.of_run(crawler), seconds)

    async def process_request(self, request: Request) -> None:
        origin = "/".join(request.url.split("/")[:3])
        seconds = max(self.seconds, request.meta.get(CRAWL_DELAY, 0))
        wait = await self.questions.ask(frontier.pace, origin, seconds=seconds)
        if wait > 0:
            await sleep(wait)
