"""Items of a page and the real pipeline that stores them, outside a crawl."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import psycopg
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

from crawler.items import (
    Article,
    Capture,
    Contributor,
    Figure,
    Incident,
    Link,
    PageItems,
    Repeat,
    Scope,
    Section,
)
from pipelines.postgres import PostgresPipeline

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

SITE = "https://www.worldjournal.com"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Item = Article | Link | Repeat | Incident | PageItems
Connection = psycopg.Connection[Any]


def article(story: int, **other: Any) -> Article:
    url = f"{SITE}/wj/story/1/{story}"
    values: dict[str, Any] = {
        "title": "新公車路線",
        "channel": "紐約",
        "byline": "記者王小明／紐約報導",
        "contributors": (Contributor(role="reporter", name="王小明"),),
        "published_at": NOON,
        "date_witnesses": {"jsonld_published": "2026-03-01T07:00:00-05:00"},
        "paragraphs": ("公車下月開通。", "班次可上網查。"),
        "figures": (Figure(position=1, url=f"{url}.jpg", caption="車站"),),
        "keywords": ("公車", "交通"),
    }
    return Article(**{"story_id": story, "url": url, **values, **other})


def link(position: int, **other: Any) -> Link:
    values: dict[str, Any] = {
        "page_url": f"{SITE}/wj/story/1/1",
        "page_story_id": 1,
        "section": Section.HOT,
        "scope": Scope.CHANNEL,
        "scope_key": "121106",
        "position": position,
        "url": f"{SITE}/wj/story/1/{position}",
        "story_id": 7,
        "anchor_text": "公車開通",
    }
    return Link(**{**values, **other})


def capture(number: int, **other: Any) -> Capture:
    values: dict[str, Any] = {
        "capture_id": UUID(int=number),
        "url": f"{SITE}/wj/story/1/{number}",
        "method": "GET",
        "status": 200,
        "failure": None,
        "file": "2026/03/01/night.warc.gz",
        "file_offset": number,
        "file_length": 100,
        "payload_sha256": f"{number:064x}",
        "payload_length": 50,
        "content_type": "text/html",
        "etag": None,
        "last_modified": None,
        "fetched_at": NOON,
    }
    return Capture(**{**values, **other})


class Crawler:
    settings = Settings({"STATS_DUMP": False})


def writer(dsn: str, run: int, **options: Any) -> PostgresPipeline:
    return PostgresPipeline(dsn, run, MemoryStatsCollector(Crawler()), **options)  # type: ignore[arg-type]


@asynccontextmanager
async def opened(dsn: str, run: int, **options: Any) -> AsyncIterator[PostgresPipeline]:
    """A pipeline between its ``open_spider`` and its ``close_spider``."""
    pipeline = writer(dsn, run, **options)
    await pipeline.open_spider()
    try:
        yield pipeline
    finally:
        await pipeline.close_spider()


def store(dsn: str, run: int, *items: Item, **options: Any) -> Mapping[str, Any]:
    """Hands in all items at once, as the pages of a crawl do; the counters."""

    async def whole() -> Mapping[str, Any]:
        async with opened(dsn, run, **options) as pipeline:
            await asyncio.gather(*map(pipeline.process_item, items))
        return pipeline.stats.get_stats()

    return asyncio.run(whole())


def rows(db: Connection, query: LiteralString) -> list[Any]:
    found = db.execute(query).fetchall()
    return [row[0] if len(row) == 1 else row for row in found]


LEASE = """
UPDATE frontier
SET state = 'leased', lease_run = 1, lease_until = now() + interval '1 hour'
"""


def lease(db: Connection) -> None:
    """Run 1 takes everything that waits."""
    db.execute(LEASE)
