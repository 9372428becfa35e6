"""One observation a story and run, and the one that says most."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler.items import Observation
from pipelines.storage.batch import store_batch
from tests.replaying import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

from datetime import UTC, datetime

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
