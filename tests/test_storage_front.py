"""A list at a moment is what its last sighting showed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler.items import Scope, Section
from pipelines.storage import runs
from pipelines.storage.batch import store_batch
from tests.storing import NOON, link

if TYPE_CHECKING:
    from collections.abc import Sequence

NIGHT = timedelta(days=1)
# Night -> targets by rank; seen at noon of the night, a second apart
FRONTS = ([5, 6, 7], [5, 6, 7], [8, 5], [8, 5], [8, 5, 6])


def show(dsn: str, run: int, targets: Sequence[int], begin: datetime) -> None:
    async def write() -> None:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            for rank, target in enumerate(targets, 1):
                when = begin + timedelta(seconds=rank)
                row = link(
                    rank,
                    section=Section.CHANNEL_LIST,
                    scope=Scope.CHANNEL,
                    scope_key="us",
                    url=f"https://www.worldjournal.com/wj/story/1/{target}",
                    story_id=target,
                    seen_at=when,
                )
                await store_batch(connection, [row], run=run, seen_at=when)

    asyncio.run(write())


@pytest.fixture
def nights(database: str, db: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    for number, targets in enumerate(FRONTS):
        run = runs.start_run(db, spider="test", arguments={}) if number else 1
        show(database, run, targets, NOON + number * NIGHT)
    return db


@pytest.mark.parametrize("night", range(len(FRONTS)))
@pytest.mark.parametrize("later", [timedelta(seconds=4), timedelta(hours=23)])
def test_a_front_stands_until_the_list_is_seen_again(
    nights: psycopg.Connection[Any], night: int, later: timedelta
) -> None:
    moment = NOON + night * NIGHT + later
    front = nights.execute(
        "SELECT story_id, list_seen_at FROM front_of('us', %s) ORDER BY rank", [moment]
    ).fetchall()
    seen_at = NOON + night * NIGHT + timedelta(seconds=1)
    assert front == [(target, seen_at) for target in FRONTS[night]]


@pytest.mark.parametrize(
    ("channel", "section"), [("china", "channel_list"), ("us", "hot"), ("x", "x")]
)
def test_a_list_that_was_never_seen_has_no_front(
    nights: psycopg.Connection[Any], channel: str, section: str
) -> None:
    asked = [channel, NOON + 3 * NIGHT, section]
    assert not nights.execute("SELECT * FROM front_of(%s, %s, %s)", asked).fetchall()


@pytest.mark.parametrize(
    ("minutes", "front"), [(15, [5, 6]), (35, [6, 5]), (24 * 60 - 1, [6, 5])]
)
def test_a_list_that_changes_in_mid_night_has_one_story_a_rank(
    database: str, db: psycopg.Connection[Any], minutes: int, front: list[int]
) -> None:
    for later, targets in ((10, [5, 6]), (30, [6, 5])):
        show(database, 1, targets, NOON + timedelta(minutes=later))
    asked = [NOON + timedelta(minutes=minutes)]
    found = db.execute("SELECT rank, story_id FROM front_of('us', %s)", asked)
    assert found.fetchall() == list(enumerate(front, 1))


def test_there_is_no_front_before_the_first_sighting(
    nights: psycopg.Connection[Any],
) -> None:
    assert not nights.execute("SELECT * FROM front_of('us', %s)", [NOON]).fetchall()
