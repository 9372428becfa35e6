"""What a list calls a story calls for a look until a look has answered it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler.items import Article, Observation
from crawler.told import Signal
from pipelines.storage import known, runs
from pipelines.storage.batch import store_batch
from tests.storing import NOON, Connection, article, link

if TYPE_CHECKING:
    from crawler.items import Link
    from pipelines.storage.known import KnownStory

OLD, NEW, STALE = "舊題", "新題", "老題"


def at(night: int) -> Any:
    return NOON + night * timedelta(days=1)


def page(night: int, title: str) -> Article:
    return article(7, title=title, published_at=None, seen_at=at(night))


def called(night: int, words: str, rank: int = 1) -> Link:
    return link(rank, anchor_text=words, seen_at=at(night))


def failed(night: int) -> Observation:
    return Observation(story_id=7, outcome="server_error", seen_at=at(night))


@pytest.fixture
def nights(db: Connection) -> Connection:
    """Run ``n`` is that of night ``n``."""
    for _ in range(5):
        runs.start_run(db, spider="test", arguments={})
    return db


def known_in(dsn: str, night: int, *told: Article | Link | Observation) -> KnownStory:
    """What a night knows of story 7 before anything of it is stored."""

    async def ask() -> KnownStory:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            for row in told:
                seen_at: Any = row.seen_at
                run = (seen_at - NOON).days
                await store_batch(connection, [row], run=run, seen_at=seen_at)
            return (await known.of(connection, [7], run=night))[7]

    return asyncio.run(ask())


@pytest.mark.usefixtures("nights")
def test_words_are_answered_by_the_first_whole_reading_after_them(
    database: str,
) -> None:
    read = page(1, OLD), called(1, OLD), called(2, NEW), failed(2)
    assert known_in(database, 3, *read).words == [OLD]
    assert known_in(database, 4, called(3, NEW), failed(3)).words == [OLD]
    answered = known_in(database, 5, called(4, NEW), page(4, OLD)).words
    assert sorted(answered) == sorted([OLD, NEW])


@pytest.mark.usefixtures("nights")
def test_words_of_before_the_newest_revision_are_news_when_they_come_back(
    database: str,
) -> None:
    first = page(1, OLD), called(1, OLD), called(1, STALE, rank=2)
    then = page(2, NEW), called(2, NEW), called(2, STALE, rank=2)
    story = known_in(database, 4, *first, *then)
    assert story.title == NEW
    assert sorted(story.words) == sorted([NEW, STALE])


@pytest.mark.usefixtures("nights")
def test_what_the_night_itself_heard_answers_nothing_in_it(database: str) -> None:
    told = page(1, OLD), called(1, OLD), called(2, NEW), page(2, OLD)
    assert known_in(database, 2, *told).words == [OLD]
    assert sorted(known_in(database, 3).words) == sorted([OLD, NEW])


@pytest.mark.usefixtures("nights")
def test_a_story_without_a_date_is_as_old_as_its_first_reading(database: str) -> None:
    story = known_in(database, 4, page(1, OLD), page(3, OLD))
    assert story.published_at == at(1)


@pytest.mark.usefixtures("nights")
@pytest.mark.parametrize(("then", "answered"), [("1", True), ("2", False)])
def test_a_list_that_tells_of_no_change_answers_for_the_story(
    database: str, then: str, answered: bool
) -> None:
    def told(night: int, value: str) -> tuple[Signal, int]:
        return Signal(story_id=7, value=value), night

    asyncio.run(hear(database, told(1, "1"), told(2, then)))
    story = known_in(database, 3, page(1, OLD), called(1, OLD), called(2, NEW))
    assert (NEW in story.words) is answered


async def hear(dsn: str, *heard: tuple[Signal, int]) -> None:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        for signal, night in heard:
            await store_batch(connection, [signal], run=night, seen_at=at(night))
