"""What several runs of a night know is of one night: one was killed, or they helped."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler.told import Signal
from pipelines.storage import jobs, known, runs, signals
from pipelines.storage.batch import store_batch
from tests.storing import NOON, article

if TYPE_CHECKING:
    from pipelines.storage.known import KnownStory


def another_run(db: psycopg.Connection[Any], job: int | None = None) -> int:
    run = runs.start_run(db, spider="test", arguments={})
    if job is None:
        jobs.begin(db, run, origin="http://x", arguments={"night": str(run)}, anew=True)
    else:
        jobs.work_on(db, run, job)
    return run


def heard_and_read(dsn: str, heard_by: int, read_by: int) -> KnownStory:
    """A story that one run's list told of, and another (or the same) read."""

    async def write() -> KnownStory:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            told = Signal(story_id=1, witness="api_modified", value="1")
            await signals.store(connection, [told], run=heard_by)
            page = article(1, published_at=NOON, seen_at=NOON)
            await store_batch(connection, [page], run=read_by, seen_at=NOON)
            return (await known.of(connection, [1], run=99))[1]

    return asyncio.run(write())


@pytest.mark.parametrize("first_hears", [True, False])
def test_a_list_and_its_stories_of_two_runs_are_of_one_night(
    database: str, db: psycopg.Connection[Any], first_hears: bool
) -> None:
    first = another_run(db)
    second = another_run(db, job=first)
    pair = (first, second) if first_hears else (second, first)
    story = heard_and_read(database, *pair)
    assert (story.read_night, story.told_since, story.told_seen) == (first,) * 3


def test_another_night_is_another_night(
    database: str, db: psycopg.Connection[Any]
) -> None:
    first, second = another_run(db), another_run(db)
    story = heard_and_read(database, first, second)
    assert (story.read_night, story.told_seen) == (second, first)
