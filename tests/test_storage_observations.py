"""One observation a story and run, and the one that says most."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler.items import Observation
from pipelines.storage import runs
from pipelines.storage.batch import store_batch
from tests.replaying import rows
from tests.storing import article

if TYPE_CHECKING:
    from collections.abc import Sequence

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)


def observe(dsn: str, outcomes: Sequence[str]) -> list[tuple[Any, ...]]:
    """Visits of one run to one story, each in a batch of its own."""

    async def write() -> None:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            for outcome in outcomes:
                visit = Observation(story_id=1, outcome=outcome, seen_at=NOON)
                await store_batch(connection, [visit], run=1, seen_at=NOON)

    asyncio.run(write())
    return rows(dsn, "SELECT outcome FROM observation")


@pytest.mark.parametrize(
    ("outcomes", "kept"),
    [
        (["alive", "server_error"], "alive"),
        (["server_error", "alive"], "alive"),
        (["not_found", "server_error"], "not_found"),
        (["unreachable", "not_found"], "not_found"),
        (["half_loaded", "refused"], "half_loaded"),
        (["half_loaded", "not_found"], "half_loaded"),
        (["half_loaded", "alive"], "alive"),
        (["redirected", "alive"], "alive"),
    ],
)
def test_the_observation_that_says_most_is_kept(
    database: str,
    db: psycopg.Connection[Any],
    outcomes: list[str],
    kept: str,
) -> None:
    assert observe(database, outcomes) == [(kept,)]


FULL = tuple(f"第{n}段說明河岸步道工程的進度與經費。" * 4 for n in range(8))
HALF = FULL[:2]


@pytest.mark.parametrize(
    ("visits", "stored"),
    [
        ([(0, FULL), (12, HALF)], 8),
        ([(0, FULL), (12, HALF), (24, HALF)], 2),
        ([(0, FULL), (12, HALF), (18, HALF)], 8),
        ([(0, FULL), (12, HALF), (18, HALF), (24, HALF)], 2),
        ([(0, FULL), (12, HALF), (20, FULL), (28, HALF)], 8),
        ([(0, FULL), (12, HALF), (20, FULL), (28, HALF), (40, HALF)], 2),
    ],
)
def test_a_half_loaded_page_is_the_truth_only_if_two_nights_running_see_it(
    database: str,
    db: psycopg.Connection[Any],
    visits: Sequence[tuple[int, tuple[str, ...]]],
    stored: int,
) -> None:
    async def write() -> None:
        async with await psycopg.AsyncConnection.connect(database) as connection:
            for hours, paragraphs in visits:
                seen = NOON + timedelta(hours=hours)
                run = 1 if not hours else runs.start_run(db, spider="x", arguments={})
                page = article(1, paragraphs=paragraphs, seen_at=seen)
                await store_batch(connection, [page], run=run, seen_at=seen)

    asyncio.run(write())
    kept = "SELECT cardinality(paragraphs) FROM article"
    told = "SELECT count(*) FROM incident WHERE kind = 'half_loaded'"
    revisions = "SELECT count(*) FROM revision"
    assert rows(database, kept) == [(stored,)]
    assert rows(database, revisions) == [(1 if stored == 8 else 2,)]
    assert rows(database, told) == [(1,)]
