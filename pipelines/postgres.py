"""Writes items to Postgres; an item counts as stored only after COMMIT."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Self

from scrapy.exceptions import CloseSpider

from crawler.items import (
    CAPTURED,
    ENDING,
    STORE_AWAY,
    STORE_BACK,
    STORE_LOST,
    TOLD,
    Article,
    Capture,
    Incident,
    Link,
    Observation,
    PageItems,
    Repeat,
)
from pipelines.storage.batch import PageCount
from pipelines.storage.database import DatabaseUnreachable
from pipelines.storage.keys import link_id
from pipelines.storage.patience import Watcher
from pipelines.storage.spool import folder_of
from pipelines.storage.text import Refused, clean
from pipelines.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

    from pipelines.storage.batch import Row
    from pipelines.storage.patience import StoreAway

Item = Article | Link | Repeat | Incident | Observation | PageItems


class PostgresPipeline:
    """Last of the pipelines. ``process_item`` returns after the item's COMMIT and
    raises ``StoreError`` if there is none.

    Args:
        job: id of the job whose frontier the run works on; 0: the run's own.
        patience: seconds to go on trying when the database is away in mid-run.
        spool_dir: where pages are kept when it stays away; None: they fail.
        watcher, lost: see ``Writer``.
    """

    def __init__(
        self,
        dsn: str,
        run_id: int,
        stats: StatsCollector,
        *,
        job: int = 0,
        batch_max: int = 500,
        patience: float = 120,
        extractor: str | None = None,
        spool_dir: Path | None = None,
        watcher: Watcher | None = None,
        lost: Callable[[StoreAway], object] = lambda away: None,
    ) -> None:
        self.stats = stats
        self.writer = Writer(
            dsn,
            run_id,
            job=job,
            batch_max=batch_max,
            count=stats.inc_value,
            patience=patience,
            extractor=extractor,
            spool_dir=spool_dir,
            watcher=watcher,
            lost=lost,
        )
        self.pages: dict[UUID, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        # not NotConfigured: Scrapy would crawl on and store nothing
        for name in ("DATABASE_URL", "RUN_ID"):
            if not crawler.settings[name]:
                raise ValueError(
                    f"{name} is not set: start a run with `scrapy crawl udn_world`"
                )
        tell = crawler.signals.send_catch_log
        stopping = asyncio.Event()
        crawler.signals.connect(stopping.set, signal=ENDING, weak=False)
        var_dir = crawler.settings["VAR_DIR"]
        pipeline = cls(
            crawler.settings["DATABASE_URL"],
            crawler.settings.getint("RUN_ID"),
            crawler.stats,
            job=crawler.settings.getint("JOB_ID"),
            batch_max=crawler.settings.getint("STORE_BATCH_MAX") or 500,
            patience=crawler.settings.getfloat("STORE_PATIENCE"),
            extractor=crawler.settings["EXTRACTOR_VERSION"],
            spool_dir=folder_of(var_dir) if var_dir else None,
            watcher=Watcher(
                away=partial(tell, STORE_AWAY),
                back=partial(tell, STORE_BACK),
                stopping=stopping.is_set,
            ),
            lost=lambda away: tell(
                STORE_LOST, finish_reason=away.finish_reason, detail=str(away)
            ),
        )
        crawler.signals.connect(pipeline.captured, signal=CAPTURED)
        crawler.signals.connect(pipeline.told, signal=TOLD)
        return pipeline

    async def open_spider(self) -> None:
        try:
            await self.writer.open()
        except DatabaseUnreachable as error:
            self.stats.set_value("verdict/detail", str(error))
            raise CloseSpider("database_unreachable") from error

    async def process_item(self, item: Item) -> Item:
        await self.writer.store(*self.rows(item))
        return item

    def captured(self, capture: Capture) -> None:
        """Hands the row of an archived exchange in, ahead of what is read from it."""
        self.writer.hand_in(capture)

    def told(self, item: Item) -> None:
        """Hands an item in that no page brought."""
        self.writer.hand_in(*self.rows(item))

    async def close_spider(self) -> None:
        await self.writer.close()

    def rows(self, item: Item) -> list[Row]:
        """The rows of an item: its own and those of its incidents; what a page leads
        to and its end come last."""
        match item:
            case Article() | Link() if item.incidents:
                return [replace(item, incidents=()), *item.incidents]
            case PageItems():
                parts: list[Item] = [
                    *([item.article] if item.article else []),
                    *item.links,
                    *item.incidents,
                    *item.observations,
                    *(Repeat(link=link) for link in item.repeats),
                ]
                rows = [row for part in parts for row in self.rows(part)]
                end = [item.end] if item.end else []
                rows += [*item.signals, *item.looks]
                return [*rows, *item.requests, *end]
            case Repeat():
                return self.counted(item.link)
            case _:
                return [item]

    def counted(self, link: Link) -> list[Row]:
        """One page more for a link, whose row has the key of its cleaned texts."""
        try:
            key = link_id(clean(link)[0])
        except Refused:
            return []  # its first sighting is in quarantine, where nothing is counted
        self.pages[key] = self.pages.get(key, 1) + 1
        return [PageCount(key, self.pages[key], link.seen_at)]
