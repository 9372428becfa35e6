"""Writers that want the same rows at once wait for each other and never deadlock."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

import pytest

from crawler.items import Incident, PageItems
from tests.storing import SITE, Connection, article, link, opened, rows, store
from tests.test_storage_units import end, request

if TYPE_CHECKING:
    from pipelines.postgres import PostgresPipeline

HOT, WRITERS, SECONDS = 200, 4, 4
DEADLOCKS = """
SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()
"""


def hot_page(chosen: random.Random, moment: float) -> PageItems:
    """A page of rows that all writers write, in any order. New links come up at every
    ``moment``: what one writer finds missing another has just stored."""
    numbers = chosen.sample(range(1, HOT + 1), 20)
    fresh = int(moment * 10) * HOT
    shown = [number + chosen.choice((0, fresh)) for number in numbers]
    title = chosen.choice(("新公車路線", "舊公車路線"))
    return PageItems(
        article=article(numbers[0], title=title),
        links=tuple(link(number) for number in shown),
        repeats=tuple(link(number) for number in reversed(shown)),
        incidents=tuple(Incident(kind="k", page_url=f"{SITE}/{n}") for n in numbers),
        requests=tuple(request(number) for number in numbers),
        end=end(numbers[-1]),
    )


async def write(pipeline: PostgresPipeline, seed: int, until: float) -> None:
    chosen = random.Random(seed)
    while time.monotonic() < until:
        pages = [hot_page(chosen, until - time.monotonic()) for _ in range(5)]
        await asyncio.gather(*map(pipeline.process_item, pages))


@pytest.mark.parametrize("seconds", [SECONDS, pytest.param(20, marks=pytest.mark.soak)])
def test_four_writers_on_two_hundred_hot_keys_never_deadlock(
    database: str, db: Connection, seconds: int
) -> None:
    commits: list[int] = []
    retries: list[int] = []
    # a story that two writers find new is looked at again, which is no deadlock
    store(database, 1, *(article(number) for number in range(1, HOT + 1)))

    async def whole() -> None:
        until = time.monotonic() + seconds
        pipelines = [opened(database, 1) for _ in range(WRITERS)]
        entered = [await each.__aenter__() for each in pipelines]
        await asyncio.gather(
            *(write(each, seed, until) for seed, each in enumerate(entered))
        )
        for pipeline, each in zip(pipelines, entered, strict=True):
            await pipeline.__aexit__(None, None, None)
            commits.append(each.stats.get_value("store/commit"))
            retries.append(each.stats.get_value("store/retry", 0))
            retries.append(each.stats.get_value("store/halved", 0))

    asyncio.run(whole())
    assert sum(retries) == 0
    assert rows(db, DEADLOCKS) == [0]
    assert rows(db, "SELECT count(*) FROM quarantine") == [0]
    print(f"{sum(commits) / seconds:.0f} batches/s of {WRITERS} writers, 0 deadlocks")
