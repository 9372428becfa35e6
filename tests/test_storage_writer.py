"""Several writers, and connections that break, lose nothing and wait for nobody."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from crawler.items import Incident, Link, Repeat
from pipelines.storage.writer import StoreError
from tests.storing import SITE, Connection, Item, article, link, opened, rows, store

BREAK = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE application_name = 'udn-world writer' AND datname = current_database()
"""


def at_once(dsn: str, rounds: int, one: list[Item], other: list[Item]) -> list[Any]:
    """Two writers store at once, each all of its items in one batch; their retries."""

    async def whole() -> list[Any]:
        async with opened(dsn, 1) as first, opened(dsn, 1) as second:
            for _ in range(rounds):
                await asyncio.gather(
                    *map(first.process_item, one), *map(second.process_item, other)
                )
            return [each.stats.get_value("store/retry", 0) for each in (first, second)]

    return asyncio.run(whole())


def test_two_writers_in_opposite_order_do_not_deadlock(
    database: str, db: Connection
) -> None:
    lost = [Incident(kind="k", page_url=f"{SITE}/{n}") for n in range(60)]
    one: list[Item] = [article(n) for n in range(1, 61)]
    other: list[Item] = [article(n, title="舊公車路線") for n in range(60, 0, -1)]
    store(database, 1, *one)
    one += [*(link(n) for n in range(1, 61)), *lost]
    other += [*(link(n) for n in range(60, 0, -1)), *reversed(lost)]
    assert at_once(database, 8, one, other) == [0, 0]
    tables = ("article", "link", "incident")
    for table in tables:
        assert rows(db, f"SELECT count(*) FROM {table}") == [60]  # noqa: S608


def test_two_writers_may_meet_the_same_new_stories(
    database: str, db: Connection
) -> None:
    one: list[Item] = [article(n) for n in range(1, 101)]
    other = random.Random(1).sample(one, len(one))
    at_once(database, 1, one, other)
    assert rows(db, "SELECT count(*), count(changed_run) FROM article") == [(100, 0)]
    assert rows(db, "SELECT count(*) FROM quarantine") == [0]


def test_two_writers_may_each_repeat_the_links_of_the_other(
    database: str, db: Connection
) -> None:
    low: list[Link] = [link(n) for n in range(1, 41)]
    high: list[Link] = [link(n) for n in range(41, 81)]
    store(database, 1, *low, *high)
    one: list[Item] = [*low, *(Repeat(link=each) for each in high)]
    other: list[Item] = [*high, *(Repeat(link=each) for each in low)]
    assert at_once(database, 2, one, other) == [0, 0]
    assert rows(db, "SELECT DISTINCT page_count FROM link") == [3]


def test_a_broken_connection_is_replaced(database: str, db: Connection) -> None:
    async def whole() -> None:
        async with opened(database, 1) as pipeline:
            await pipeline.process_item(article(1))
            db.execute(BREAK)
            await pipeline.process_item(article(2))
            assert pipeline.stats.get_value("store/retry") >= 1

    asyncio.run(whole())
    assert rows(db, "SELECT story_id FROM article ORDER BY 1") == [1, 2]


def test_a_page_sent_again_after_a_break_does_not_count_twice(
    database: str, db: Connection
) -> None:
    async def whole() -> None:
        async with opened(database, 1) as pipeline:
            for item in (link(1), Repeat(link=link(1)), Repeat(link=link(1))):
                db.execute(BREAK)
                await pipeline.process_item(item)

    asyncio.run(whole())
    assert rows(db, "SELECT page_count, last_seen_pages FROM link") == [(3, 3)]


def test_what_no_row_is_to_blame_for_is_an_error_and_no_quarantine(
    database: str, db: Connection
) -> None:
    db.execute("ALTER TABLE link RENAME TO elsewhere")

    async def whole() -> None:
        async with opened(database, 1) as pipeline:
            with pytest.raises(StoreError):
                await pipeline.process_item(link(1))
            await pipeline.process_item(article(1))

    asyncio.run(whole())
    assert rows(db, "SELECT count(*) FROM quarantine") == [0]
    assert rows(db, "SELECT story_id FROM article") == [1]
