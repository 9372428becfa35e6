"""Rows stored per second: our pipeline against one execute + commit per row.

``python -m bench.storage`` prints their ratio and the lag of the event loop while our
pipeline writes. The rows are the same, the server is the same, the two
take turns in one run.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

from bench import figure, peer
from crawler import items
from crawler.items import Article, Link, PageItems, Section
from pipelines.postgres import PostgresPipeline
from pipelines.storage import migrate, runs, server

if TYPE_CHECKING:
    from collections.abc import Sequence

SITE = "https://www.worldjournal.com"
PAGES, LINKS_PER_PAGE, AT_ONCE, ROUNDS = 200, 40, 16, 5
TICK = 0.001  # seconds between two looks at the loop's clock
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENTENCE = "市政府昨天宣布，新的公車路線將於下個月開通，沿線居民可以先上網查詢班次。"


@dataclass(frozen=True, slots=True)
class Figures:
    """Rows per second of both, ours ÷ the peer's of each round, and the loop's p50
    lag in ms under ours."""

    ratios: list[float]
    lag: float


def page(number: int) -> list[Article | Link]:
    """What one story page brings: the story and its links."""
    url = f"{SITE}/wj/story/121000/{9_000_000 + number}"
    article = Article(
        story_id=9_000_000 + number,
        url=url,
        title=f"新公車路線下月開通 {number}",
        channel="紐約",
        channel_id=121093,
        byline="記者王小明／紐約報導",
        contributors=(items.Contributor(role="reporter", name=f"王小明{number % 50}"),),
        place="紐約",
        report_type="報導",
        published_at=NOON,
        date_witnesses={"jsonld_published": "2026-03-01T07:00:00-05:00"},
        paragraphs=tuple(f"{n}。{SENTENCE * 4}" for n in range(10)),
        figures=(items.Figure(position=1, url=f"{url}.jpg", caption="公車站"),),
        keywords=("公車", "交通", f"路線{number % 90}"),
    )
    return [article, *(_link(url, number, rank) for rank in range(1, LINKS_PER_PAGE))]


def _link(url: str, number: int, rank: int) -> Link:
    return Link(
        page_url=url,
        page_story_id=9_000_000 + number,
        section=Section.RELATED,
        scope=items.Scope.PAGE,
        scope_key=str(9_000_000 + number),
        position=rank,
        url=f"{SITE}/wj/story/121000/{8_000_000 + number * 100 + rank}",
        story_id=8_000_000 + number * 100 + rank,
        anchor_text=f"居民關心公車班次 {rank}",
        listed_at=NOON,
        date_witnesses={"list_et": "2026-03-01 07:00"},
    )


def row_count(pages: Sequence[Sequence[Article | Link]]) -> int:
    """Rows of all tables that ``pages`` make."""
    return sum(
        1 + len(i.contributors) + len(i.figures) + len(i.keywords)
        if isinstance(i, Article)
        else 1
        for each in pages
        for i in each
    )


def ledger_rows(pages: Sequence[Sequence[Article | Link]]) -> int:
    """Rows that only ours writes: a placement each link; revision, observation, text
    signature and the list of links each story."""
    items = [item for each in pages for item in each]
    stories = sum(isinstance(item, Article) for item in items)
    return len(items) - stories + 4 * stories


async def ours(
    dsn: str, run: int, pages: Sequence[Sequence[Article | Link]]
) -> tuple[float, list[float]]:
    """Seconds our pipeline takes, and how late the loop was at each look (seconds)."""
    pipeline = PostgresPipeline(dsn, run, MemoryStatsCollector(_Crawler()))  # type: ignore[arg-type]
    await pipeline.open_spider()
    lags: list[float] = []
    watch = asyncio.create_task(_watch(lags))
    slots = asyncio.Semaphore(AT_ONCE)

    async def handle(items: Sequence[Article | Link]) -> None:
        story, *found = items
        bundle = PageItems(
            article=story if isinstance(story, Article) else None,
            links=tuple(one for one in found if isinstance(one, Link)),
        )
        async with slots:
            await pipeline.process_item(bundle)

    start = time.perf_counter()
    await asyncio.gather(*map(handle, pages))
    seconds = time.perf_counter() - start
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch
    await pipeline.close_spider()
    return seconds, lags


class _Crawler:
    settings = Settings({"STATS_DUMP": False})


async def _watch(lags: list[float]) -> None:
    while True:
        start = time.perf_counter()
        await asyncio.sleep(TICK)
        lags.append(time.perf_counter() - start - TICK)


def empty(connection: psycopg.Connection[Any]) -> None:
    """Back to no rows, with nothing left for the background writers."""
    connection.execute("TRUNCATE article, link, list, observation CASCADE")
    connection.execute("CHECKPOINT")


def measure(dsn: str, rounds: int = ROUNDS) -> Figures:
    """Medians over ``rounds`` in which the two take turns on an empty database."""
    pages = [page(number) for number in range(PAGES)]
    fewer = pages[: PAGES // 8]  # the peer's rate needs no more
    rates: dict[str, list[float]] = {"ours": [], "peer": []}
    lags: list[float] = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        migrate.migrate(connection)
        run = runs.start_run(connection, spider="bench", arguments={})
        for _ in range(rounds):
            empty(connection)
            rates["peer"].append(row_count(fewer) / peer.store(dsn, run, fewer))
            empty(connection)
            seconds, late = asyncio.run(ours(dsn, run, pages))
            rates["ours"].append((row_count(pages) + ledger_rows(pages)) / seconds)
            lags += late
    pairs = zip(rates["ours"], rates["peer"], strict=True)
    return Figures(
        ratios=[our / their for our, their in pairs],
        lag=statistics.median(lags) * 1000,
    )


def main() -> list[figure.Figure]:
    """Rows a second, ours ÷ one execute + commit per row; lag of the event loop."""
    with tempfile.TemporaryDirectory() as folder, server.database("", folder) as dsn:
        measured = measure(dsn)
    return [
        figure.Figure("storage: rows/s ÷ commit per row", measured.ratios, at_least=20),
        figure.Figure("storage: loop lag p50, ms", [measured.lag], at_most=2),
    ]


if __name__ == "__main__":
    for one in main():
        print(one)
