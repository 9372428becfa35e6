"""Lists that reach storage after those of newer nights, as those of a spool can."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.storage import runs
from pipelines.storage.batch import store_batch
from tests.storing import NOON, SITE, Connection, article, link, rows, store

if TYPE_CHECKING:
    from crawler.items import Link

NIGHTS, TARGETS = 5, 4
INTERVALS = """
SELECT story_id, first_run, last_run FROM placement JOIN link USING (link_id)
ORDER BY story_id, first_run
"""
TIMES = """
SELECT first_run, last_run, placement.first_seen_at, placement.last_seen_at
FROM placement JOIN link USING (link_id) WHERE story_id = 1 ORDER BY first_run
"""
FRONT = "SELECT story_id FROM front_of('121106', %s, 'hot') ORDER BY story_id"


class Page(NamedTuple):
    """What a page of a night shows of the one list: stories, each at its own rank."""

    night: int
    stories: frozenset[int]


def at(page: Page, story: int) -> Any:
    return NOON + timedelta(days=page.night, minutes=story)


def shown(page: Page) -> list[Link]:
    return [
        link(one, story_id=one, url=f"{SITE}/wj/story/1/{one}", seen_at=at(page, one))
        for one in sorted(page.stories)
    ]


def arrive(dsn: str, page: Page, *, late: bool) -> None:
    async def write() -> None:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            when = at(page, 1)
            links = shown(page)
            await store_batch(
                connection, links, run=page.night, seen_at=when, draining=late
            )

    asyncio.run(write())


@pytest.fixture
def nights(db: Connection) -> Connection:
    for _ in range(NIGHTS):
        runs.start_run(db, spider="test", arguments={})
    return db


def told(pages: list[Page]) -> dict[int, frozenset[int]]:
    """Night -> what all of its pages show, in the order of the nights."""
    seen = {page.night: frozenset[int]() for page in sorted(pages)}
    for page in pages:
        seen[page.night] |= page.stories
    return seen


def truth(pages: list[Page]) -> list[tuple[int, int, int]]:
    """Story, first and last night, cut where a night saw the list without it."""
    found: list[tuple[int, int, int]] = []
    seen = list(told(pages).items())
    for story in range(1, TARGETS + 1):
        since: int | None = None
        for place, (night, stories) in enumerate(seen):
            if story in stories:
                since = since or night
                following = seen[place + 1][1] if place + 1 < len(seen) else ()
                if story not in following:
                    found.append((story, since, night))
                    since = None
    return found


pages = st.builds(
    Page,
    st.integers(1, NIGHTS),
    st.frozensets(st.integers(1, TARGETS), min_size=1, max_size=TARGETS),
)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(pages, min_size=2, max_size=8))
def test_in_any_order_of_arrival_placements_are_those_of_the_nights_in_order(
    database: str, nights: Connection, arriving: list[Page]
) -> None:
    nights.execute("TRUNCATE link, list CASCADE")
    newest = 0
    for page in arriving:
        arrive(database, page, late=page.night < newest)
        newest = max(newest, page.night)
    assert rows(nights, INTERVALS) == truth(arriving)
    for night, stories in told(arriving).items():
        moment = at(Page(night, frozenset()), TARGETS + 1)
        front = nights.execute(FRONT, [moment]).fetchall()
        assert [story for (story,) in front] == sorted(stories)


def test_a_night_that_comes_late_cuts_what_it_does_not_show(
    database: str, nights: Connection
) -> None:
    first, without, last = (Page(1, frozenset({1, 2})), Page(2, frozenset({2})), 3)
    arrive(database, first, late=False)
    arrive(database, Page(last, frozenset({1, 2})), late=False)
    for _ in range(2):  # a drain that was interrupted begins again
        arrive(database, without, late=True)
    assert rows(nights, INTERVALS) == [(1, 1, 1), (1, 3, 3), (2, 1, 3)]
    (_, _, *left), (_, _, *right) = rows(nights, TIMES)
    # the list was seen then, until its second link
    assert left == [at(first, 1), at(first, 2)]
    end = at(Page(last, frozenset()), 1)
    assert right == [end, end]


def test_a_night_that_comes_late_joins_what_it_shows(
    database: str, nights: Connection
) -> None:
    for night in (1, 2, 4, 5):
        one = {1} if night != 2 else {2}
        arrive(database, Page(night, frozenset(one)), late=False)
    late = Page(2, frozenset({1}))
    for _ in range(2):
        arrive(database, late, late=True)
    assert rows(nights, TIMES) == [
        (1, 5, at(Page(1, frozenset()), 1), at(Page(5, frozenset()), 1))
    ]


def test_words_that_a_late_night_showed_first_were_first_seen_in_it(
    database: str, nights: Connection
) -> None:
    for night in (2, 3, 1):
        page = Page(night, frozenset({1}))
        arrive(database, page, late=night == 1)
    arrive(database, Page(4, frozenset({2})), late=False)
    store(database, 4, article(1, title="another headline"))
    found = rows(
        nights, "SELECT first_run, first_seen_at, last_seen_at FROM headline_variants"
    )
    seen = [at(Page(night, frozenset()), 1) for night in (1, 3)]
    assert found == [(1, *seen)]
