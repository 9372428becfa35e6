"""What several runs of a night know is of one night: one was killed, or they helped."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler.items import PageItems
from crawler.told import Look, Signal
from pipelines.storage import jobs, known, migrate, runs, signals
from pipelines.storage.batch import store_batch
from tests.storing import NOON, article, link, rows, store

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


def ranks_seen(dsn: str, run: int, job: int, *ranks: int) -> None:
    at = NOON + timedelta(hours=run)
    shown = tuple(link(rank, seen_at=at) for rank in ranks)
    store(dsn, run, PageItems(links=shown), job=job)


INTERVALS = """
SELECT position, first_run, last_run FROM placement JOIN link USING (link_id)
ORDER BY position, first_run
"""
FRONT = """
SELECT rank, first_seen_at, last_seen_at
FROM front_of('121106', '2026-03-02 00:00Z', 'hot')
"""


def test_a_list_that_two_runs_of_a_night_read_in_parts_is_whole(
    database: str, db: psycopg.Connection[Any]
) -> None:
    """As a long list is, of which one run was killed and the next read the rest."""
    killed = another_run(db)
    after = another_run(db, job=killed)
    ranks_seen(database, killed, killed, 1, 2, 3)
    ranks_seen(database, after, killed, 3, 4, 5)
    assert [rank for rank, *_ in rows(db, FRONT)] == [1, 2, 3, 4, 5]

    night = another_run(db)
    ranks_seen(database, night, night, 1, 2, 3, 4)
    assert rows(db, INTERVALS) == [
        *((rank, killed, night) for rank in (1, 2, 3, 4)),
        (5, killed, killed),
    ]


def test_a_late_page_of_a_list_ends_no_interval(
    database: str, db: psycopg.Connection[Any]
) -> None:
    """As a spool can bring it that is drained where later runs have stored."""
    first, late, newest, next_ = (another_run(db) for _ in range(4))
    ranks_seen(database, first, first, 1, 2)
    ranks_seen(database, newest, newest, 1)
    ranks_seen(database, late, late, 1, 3)
    ranks_seen(database, next_, next_, 1)
    assert rows(db, INTERVALS) == [
        (1, first, next_),
        (2, first, first),
        (3, late, late),
    ]
    assert rows(db, "SELECT previous_run, run_id FROM list") == [(newest, next_)]


def test_a_late_page_sent_twice_is_one_interval(
    database: str, db: psycopg.Connection[Any]
) -> None:
    first, late, newest = (another_run(db) for _ in range(3))
    ranks_seen(database, first, first, 1)
    ranks_seen(database, newest, newest, 2)
    for _ in range(2):
        ranks_seen(database, late, late, 1, 2)
    assert rows(db, INTERVALS) == [
        *((1, first, first), (1, late, late)),
        *((2, late, late), (2, newest, newest)),
    ]


def test_what_was_stored_by_runs_goes_on_as_that_of_a_night(
    database: str, db: psycopg.Connection[Any]
) -> None:
    """A database in which lists and placements still name the single runs."""
    killed = another_run(db)
    after = another_run(db, job=killed)
    ranks_seen(database, killed, killed, 1, 2)
    ranks_seen(database, after, after, 2, 3)
    with db.transaction():
        db.execute(migrate.migrations()["0013_placement_nights"].encode())
    assert rows(db, "SELECT run_id FROM list_seen") == [killed]
    assert [rank for rank, *_ in rows(db, FRONT)] == [1, 2, 3]

    night = another_run(db)
    ranks_seen(database, night, night, 1, 2, 3)
    assert rows(db, INTERVALS) == [(rank, killed, night) for rank in (1, 2, 3)]


def test_a_late_sighting_of_a_link_says_only_what_no_newer_one_did(
    database: str, db: psycopg.Connection[Any]
) -> None:
    late, newest = another_run(db), another_run(db)
    told = {"summary": "新", "placement": None, "listed_at": NOON}
    old = {
        "summary": "舊",
        "placement": "wj_old",
        "listed_at": NOON - timedelta(days=1),
    }
    store(database, newest, PageItems(links=(link(1, **told),)), job=newest)
    store(database, late, PageItems(links=(link(1, **old),)), job=late)
    assert rows(db, "SELECT summary, placement, listed_at FROM link") == [
        ("新", "wj_old", NOON)
    ]
    assert rows(db, "SELECT first_seen_run, last_seen_run FROM link") == [
        (late, newest)
    ]


def looked_at(
    dsn: str, chosen_by: int, read_by: int, *, why: str, edited: bool
) -> list[str]:
    """A known story that one run chose to look at and another read; its incidents."""

    async def write() -> list[str]:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            look = Look(story_id=1, why=why)
            await store_batch(connection, [look], run=chosen_by, seen_at=NOON)
            later = NOON + timedelta(days=read_by)
            title = "新題" if edited else "新公車路線"
            page = article(1, title=title, seen_at=later)
            await store_batch(connection, [page], run=read_by, seen_at=later)
            kinds = await connection.execute("SELECT kind FROM incident")
            return [kind for (kind,) in await kinds.fetchall()]

    return asyncio.run(write())


def proof_of(dsn: str) -> tuple[int, int]:
    async def ask() -> tuple[int, int]:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            return await signals.proof(connection, run=99)

    return asyncio.run(ask())


@pytest.mark.parametrize("first_reads", [True, False])
@pytest.mark.parametrize(
    ("why", "edited", "proof"),
    [
        ("quiet", False, (0, 1)),
        ("signalled", True, (1, 0)),
        ("audit", True, (0, 0)),
    ],
)
def test_a_look_that_another_run_of_the_night_read_is_proof_of_that_night(
    database: str,
    db: psycopg.Connection[Any],
    why: str,
    edited: bool,
    proof: tuple[int, int],
    first_reads: bool,
) -> None:
    store(database, 1, PageItems(article=article(1, seen_at=NOON)))
    killed = another_run(db)
    after = another_run(db, job=killed)
    readers = (killed, killed) if first_reads else (killed, after)
    told = looked_at(database, *readers, why=why, edited=edited)
    assert proof_of(database) == proof
    assert told == (["signal_missed"] if why == "audit" else [])
