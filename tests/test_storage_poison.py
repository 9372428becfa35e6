"""A bad row among a hundred is found in few steps; a bad moment blames no row."""

from __future__ import annotations

import asyncio
import json
import math
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, LiteralString

import pytest

from crawler.items import Figure
from tests.storing import Connection, Item, article, link, opened, rows, store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = 99
POISON: dict[str, Callable[[], Item]] = {
    "key too long for a btree": lambda: link(
        50, scope_key="".join(map(chr, range(20_000, 21_500)))
    ),
    "integer overflow": lambda: link(2**31),
    "bigint overflow": lambda: link(50, story_id=2**63),
    "year 10000": lambda: link(
        50, listed_at=datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=5)))
    ),
    "duplicate key": lambda: article(999, figures=(Figure(position=1, url="x"),) * 2),
}


@pytest.mark.parametrize("kind", POISON)
@pytest.mark.parametrize("at", [0, 37, 99])
def test_one_bad_row_of_a_hundred_is_found_by_bisection(
    database: str, db: Connection, kind: str, at: int
) -> None:
    good: list[Item] = [link(n, scope_key="good") for n in range(1, GOOD + 1)]
    counted = store(database, 1, *good[:at], POISON[kind](), *good[at:])
    assert rows(db, "SELECT count(*) FROM link WHERE scope_key = 'good'") == [GOOD]
    assert rows(db, "SELECT count(*) FROM quarantine") == [1]
    assert counted.get("store/halved", 0) <= math.ceil(math.log2(GOOD + 1))
    assert "store/retry" not in counted


@pytest.mark.parametrize("text", ["公\x00車", "公\ud83d車"])
def test_what_is_only_dirty_needs_no_bisection(
    database: str, db: Connection, text: str
) -> None:
    good: list[Item] = [link(n) for n in range(1, GOOD + 1)]
    counted = store(database, 1, *good[:50], link(100, anchor_text=text), *good[50:])
    assert rows(db, "SELECT count(*) FROM link") == [GOOD + 1]
    assert counted["store/cleaned"] == 1
    assert "store/halved" not in counted


FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON article EXECUTE FUNCTION no_room()
"""
SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF {} THEN PERFORM pg_sleep(5); END IF; RETURN new; END $$;
CREATE TRIGGER slow BEFORE INSERT ON link FOR EACH ROW EXECUTE FUNCTION slow()
"""


def slowly(dsn: str, db: Connection, when: LiteralString) -> dict[str, Any]:
    """Eight links, where a statement takes too long ``when``."""
    db.execute(SLOW.format(when))
    reasons: list[str] = []

    async def whole() -> dict[str, Any]:
        async with opened(
            dsn, 1, lost=lambda away: reasons.append(away.finish_reason)
        ) as pipeline:
            connection = await pipeline.writer.committer.connected()
            await connection.execute("SET statement_timeout = 200")
            done = await asyncio.gather(
                *(pipeline.process_item(link(n)) for n in range(1, 9)),
                return_exceptions=True,
            )
        failed = sum(isinstance(each, Exception) for each in done)
        return {**pipeline.stats.get_stats(), "failed": failed, "lost": reasons}

    return asyncio.run(whole())


def test_a_row_that_is_slow_alone_is_poison(database: str, db: Connection) -> None:
    counted = slowly(database, db, "new.position = 3")
    assert rows(db, "SELECT count(*) FROM link") == [7]
    (reason,) = rows(db, "SELECT reason FROM quarantine")
    assert reason.startswith("57014 ")
    assert counted["failed"] == 0
    assert counted["store/halved"] == 3


def test_a_batch_that_is_slow_only_as_a_whole_is_halved(
    database: str, db: Connection
) -> None:
    db.execute("CREATE SEQUENCE tried")
    counted = slowly(database, db, "nextval('tried') = 8")
    assert rows(db, "SELECT count(*) FROM link") == [8]
    assert rows(db, "SELECT count(*) FROM quarantine") == [0]
    assert counted["store/halved"] == 1


def test_a_database_without_room_ends_the_run_and_keeps_the_page(
    database: str, db: Connection, tmp_path: Path
) -> None:
    db.execute(FULL)
    reasons: list[str] = []

    async def whole() -> None:
        async with opened(
            database,
            1,
            patience=600,
            spool_dir=tmp_path,
            lost=lambda away: reasons.append(away.finish_reason),
        ) as pipeline:
            await pipeline.process_item(article(1))
            await pipeline.process_item(article(2))
        assert pipeline.stats.get_value("store/spooled") == 2

    asyncio.run(whole())
    assert reasons == ["disk_full"]
    (kept,) = tmp_path.glob("*")
    said = [
        json.loads(line)["record"]["rows"] for line in kept.read_text().splitlines()
    ]
    assert [each[0]["$Article"]["story_id"] for each in said] == [1, 2]
