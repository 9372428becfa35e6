"""Tells the spider which stories the archive already holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.frontier.questions import Questions
from crawler.policy.revisit import FORGOTTEN
from pipelines.storage import known
from pipelines.storage import signals as told

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime, timedelta

    from scrapy import Spider
    from scrapy.crawler import Crawler

    from pipelines.storage.known import KnownStory


class KnownStories:
    """Answers the spider which ids are held; asked a page at a time, kept nowhere.

    What runs before the ``job`` have left is known, not what is stored meanwhile.
    Without a database (``scrapy extract``, ``scrapy survey``) nothing is.
    """

    def __init__(self, questions: Questions, job: int) -> None:
        self.questions, self.job = questions, job

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        if not settings.getint("RUN_ID"):
            raise NotConfigured
        job = settings.getint("JOB_ID") or settings.getint("RUN_ID")
        extension = cls(Questions.of_run(crawler), job)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        selection = spider.selection  # type: ignore[attr-defined]
        selection.known, selection.held = self.known, self.held
        spider.walk.proof = self.proof  # type: ignore[attr-defined]

    async def known(self, story_ids: Collection[int]) -> dict[int, KnownStory]:
        """Those of ``story_ids`` that are in the archive."""
        if not story_ids:
            return {}
        return await self.questions.ask(known.of, sorted(story_ids), run=self.job)

    async def held(
        self, *, now: datetime, window: timedelta
    ) -> list[tuple[str, KnownStory]]:
        """(address, story) of those that are young, or vanished of late."""
        since = now - max(window, FORGOTTEN)
        return await self.questions.ask(known.young, now - window, since, run=self.job)

    async def proof(self) -> tuple[int, int]:
        """How often signals told of an edit, and silence was right, since one lied."""
        return await self.questions.ask(told.proof, run=self.job)
