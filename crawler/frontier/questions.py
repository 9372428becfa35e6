"""Questions to the database while a run is under way, asked again while it is away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self, TypeVar

from scrapy import signals
from scrapy.exceptions import CloseSpider
from scrapy.utils.asyncio import sleep

from crawler.items import ENDING, STORE_LOST
from pipelines.storage.database import (
    DatabaseUnreachable,
    OperationalError,
    connect_async,
)
from pipelines.storage.patience import DATABASE_LOST
from pipelines.storage.silence import answer_seconds, at_most

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import psycopg
    from scrapy.crawler import Crawler

T = TypeVar("T")
AGAIN = 0.5  # seconds between two questions to a database that is away


class Questions:
    """A connection of its own, made anew where it has been cut.

    Args:
        patience: seconds to wait for a database that is away.
    """

    def __init__(self, dsn: str, *, patience: float) -> None:
        self.dsn, self.patience = dsn, patience
        self.lost = False
        self.connection: psycopg.AsyncConnection[Any] | None = None

    @classmethod
    def of_run(cls, crawler: Crawler) -> Self:
        """Those of a run: they end with it, and with the writer's patience."""
        settings = crawler.settings
        patience = settings.getfloat("STORE_PATIENCE")
        questions = cls(settings["DATABASE_URL"], patience=patience)
        crawler.signals.connect(questions.store_lost, STORE_LOST)
        crawler.signals.connect(questions.store_lost, ENDING)
        crawler.signals.connect(questions.close, signals.spider_closed)
        return questions

    async def ask(
        self, ask: Callable[..., Awaitable[T]], *given: object, **named: object
    ) -> T:
        """``await ask(connection, *given, **named)``.

        Raises:
            CloseSpider: the database stays away; what asked is not done.
        """
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return await ask(await self.connected(), *given, **named)
            except (DatabaseUnreachable, OperationalError) as error:
                await self.close()
                if self.lost or time.monotonic() > deadline:
                    raise CloseSpider(DATABASE_LOST) from error
            await sleep(AGAIN)

    def store_lost(self) -> None:
        """The writer has given up, or the run ends: to wait would only delay it."""
        self.lost = True

    async def connected(self) -> psycopg.AsyncConnection[Any]:
        if self.connection is None or self.connection.closed:
            self.connection = await connect_async(self.dsn, self.silence)
        return self.connection

    def silence(self) -> float:
        """Seconds that an answer may take."""
        return answer_seconds() if self.lost else at_most(self.patience)

    async def close(self) -> None:
        """Disconnects; the next question connects again."""
        if self.connection is not None:
            connection, self.connection = self.connection, None
            await connection.close()
