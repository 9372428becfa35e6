"""Keeps the delay between two requests for the site as a whole, however many processes
share the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import sleep

from crawler.middlewares.robots import CRAWL_DELAY
from pipelines.storage import frontier
from pipelines.storage.database import connect_async

if TYPE_CHECKING:
    import psycopg
    from scrapy import Request
    from scrapy.crawler import Crawler


class PaceMiddleware:
    """Downloader middleware: books the site's next turn in the database, whose clock
    all processes share, and waits for it. Redirects, retries and robots.txt too.

    Args:
        seconds: from one request to the next.
    """

    def __init__(self, dsn: str, seconds: float) -> None:
        self.dsn = dsn
        self.seconds = seconds
        self.origin = ""
        self.connection: psycopg.AsyncConnection[Any] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        seconds = settings.getfloat("DOWNLOAD_DELAY")
        # without a delay, a database or a network there is nothing to share
        if not seconds or not settings.getint("RUN_ID") or settings["REPLAY"]:
            raise NotConfigured
        middleware = cls(settings["DATABASE_URL"], seconds)
        crawler.signals.connect(middleware.closed, signal=signals.spider_closed)
        return middleware

    async def process_request(self, request: Request) -> None:
        origin = "/".join(request.url.split("/")[:3])
        seconds = max(self.seconds, request.meta.get(CRAWL_DELAY, 0))
        wait = await frontier.pace(await self.connected(), origin, seconds=seconds)
        if wait > 0:
            await sleep(wait)

    async def connected(self) -> psycopg.AsyncConnection[Any]:
        if self.connection is None or self.connection.closed:
            self.connection = await connect_async(self.dsn)
        return self.connection

    async def closed(self) -> None:
        if self.connection is not None:
            await self.connection.close()
