"""Tells the spider which stories the archive already holds."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.frontier.questions import Questions
from crawler.policy.revisit import FORGOTTEN
from pipelines.storage import known
from pipelines.storage import signals as told

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime, timedelta

    from scrapy import Spider
    from scrapy.crawler import Crawler

    from pipelines.storage.known import KnownStory


# Stories of which the answer is remembered; a night meets a few thousand
ANSWERS_MAX = 20_000


ANOTHER_READER = (
    "%d stories that this run may look at again were last read by another extractor: "
    "what this one reads otherwise gets a revision (incident other_extractor). After "
    "an upgrade see what scrapy replay --diff %s says, and --write it"
)
logger = logging.getLogger(__name__)


class KnownStories:
    """Answers the spider which ids are held; the database is asked a page at a time.

    A story is asked for once, though the lists of every page name it: what this run
    itself stores of it meanwhile decides nothing, since the story is chosen or left
    when it is first met, and its request waits once in the frontier. Without a
    database (``scrapy extract``, ``scrapy survey``) nothing is known.
    """

    def __init__(self, questions: Questions, job: int, extractor: str = "") -> None:
        self.questions, self.job, self.extractor = questions, job, extractor
        self.answers: dict[int, KnownStory | None] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        if not settings.getint("RUN_ID"):
            raise NotConfigured
        job = settings.getint("JOB_ID") or settings.getint("RUN_ID")
        extractor = settings["EXTRACTOR_VERSION"]
        extension = cls(Questions.of_run(crawler), job, extractor)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        selection = spider.selection  # type: ignore[attr-defined]
        selection.known, selection.held = self.known, self.held
        spider.walk.proof = self.proof  # type: ignore[attr-defined]

    async def known(self, story_ids: Collection[int]) -> dict[int, KnownStory]:
        """Those of ``story_ids`` that are in the archive."""
        told = {one: self.answers[one] for one in story_ids if one in self.answers}
        fresh = sorted(set(story_ids) - told.keys())
        if fresh:
            found = await self.questions.ask(known.of, fresh, run=self.job)
            told |= dict.fromkeys(fresh) | found
            if len(self.answers) + len(fresh) > ANSWERS_MAX:
                self.answers.clear()
            self.answers |= {one: told[one] for one in fresh}
        return {one: held for one, held in told.items() if held is not None}

    async def held(
        self, *, now: datetime, window: timedelta
    ) -> list[tuple[str, KnownStory]]:
        """(address, story) of those that are young, or vanished of late."""
        since = now - max(window, FORGOTTEN)
        held = await self.questions.ask(known.young, now - window, since, run=self.job)
        self.warn(one for _, one in held)
        return held

    def warn(self, stories: Iterable[KnownStory]) -> None:
        """Says once what to do where another extractor has read what is read again.
        What is gone has no page that could be read otherwise."""
        others = [
            one
            for one in stories
            if one.extractor_version not in (None, "", self.extractor)
            and one.read_night
            and one.absent_since is None
        ]
        if self.extractor and others:
            nights = sorted({str(one.read_night) for one in others}, key=int)
            logger.warning(ANOTHER_READER, len(others), " ".join(nights))

    async def proof(self) -> tuple[int, int]:
        """How often signals told of an edit, and silence was right, since one lied."""
        return await self.questions.ask(told.proof, run=self.job)
