"""Pages that reach storage after newer ones: the ledger goes by the site's clock."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.items import Article, Observation
from pipelines.storage import runs, spool
from pipelines.storage.batch import store_batch
from pipelines.storage.drain import drain
from tests.storing import NOON, Connection, article, rows

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.storage.batch import Row

STATES = "SELECT number, content->>'title' FROM revision ORDER BY number"
CURRENT = "SELECT title FROM article"
LATE = "SELECT detail->>'capture' FROM incident WHERE kind = 'late_text'"


def at(hour: int) -> datetime:
    return NOON + timedelta(hours=hour)


def page(text: str, hour: int, story: int = 1) -> Article:
    capture = uuid.UUID(int=hour + 1)
    return article(story, title=text, seen_at=at(hour), capture_id=capture)


def arrive(dsn: str, run: int, row: Row, hour: int) -> None:
    async def write() -> None:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            await store_batch(connection, [row], run=run, seen_at=at(hour))

    asyncio.run(write())


@pytest.fixture
def nights(db: Connection) -> Connection:
    """Run ``n`` is that of hour ``n``."""
    for _ in range(5):
        runs.start_run(db, spider="test", arguments={})
    return db


def spooled(db: Connection, folder: Path, run: int, row: Row, hour: int) -> Path:
    path = spool.file_of(folder, run, dict(runs.started(db))[run])
    record = spool.unit_record([row], job=run, seen_at=at(hour), extractor=None)
    spool.append(path, [record])
    return path


@pytest.mark.parametrize("text", ["A", "B"])
def test_a_late_page_of_a_text_that_stands_beside_it_makes_no_revision(
    database: str, nights: Connection, tmp_path: Path, text: str
) -> None:
    arrive(database, 1, page("A", 1), 1)
    arrive(database, 3, page("B", 3), 3)
    path = spooled(nights, tmp_path, 2, page(text, 2), 2)
    drain(nights, database, tmp_path)
    assert not path.exists()
    assert rows(nights, STATES) == [(1, "A"), (2, "B")]
    assert rows(nights, CURRENT) == ["B"]
    assert rows(nights, LATE) == []
    assert (2, "alive", at(2)) in rows(
        nights, "SELECT run_id, outcome, seen_at FROM observation"
    )


def test_a_late_text_of_its_own_is_told_with_its_capture_and_is_no_new_truth(
    database: str, nights: Connection, tmp_path: Path
) -> None:
    arrive(database, 1, page("A", 1), 1)
    arrive(database, 3, page("B", 3), 3)
    before = rows(nights, "SELECT signature, run_id FROM text_signature")
    for _ in range(2):  # a drain that was interrupted begins again
        spooled(nights, tmp_path, 2, page("C", 2), 2)
        drain(nights, database, tmp_path)
    arrive(database, 4, page("B", 4), 4)
    assert rows(nights, STATES) == [(1, "A"), (2, "B")]
    assert rows(nights, CURRENT) == ["B"]
    assert rows(nights, LATE) == [str(uuid.UUID(int=3))]
    assert rows(nights, "SELECT signature, run_id FROM text_signature") == before


def test_a_late_text_without_a_capture_is_kept_in_its_incident(
    database: str, nights: Connection
) -> None:
    arrive(database, 3, page("B", 3), 3)
    arrive(database, 2, replace(page("C", 2), capture_id=None), 2)
    kept = rows(
        nights, "SELECT detail->>'content' FROM incident WHERE kind = 'late_text'"
    )
    assert len(kept) == 1
    assert '"title": "C"' in kept[0]


def test_a_page_older_than_the_first_widens_when_the_story_was_first_seen(
    database: str, nights: Connection
) -> None:
    arrive(database, 3, page("A", 3), 3)
    arrive(database, 2, page("A", 2), 2)
    seen = "SELECT first_seen_at, first_seen_run, last_seen_at, last_seen_run FROM "
    assert rows(nights, seen + "article") == [(at(2), 2, at(3), 3)]
    assert rows(nights, STATES) == [(1, "A")]


def test_a_page_seen_alive_before_it_was_gone_brings_nothing_back(
    database: str, nights: Connection
) -> None:
    arrive(database, 1, page("A", 1), 1)
    arrive(database, 3, Observation(story_id=1, outcome="gone", seen_at=at(3)), 3)
    arrive(database, 2, page("C", 2), 2)
    gone = "SELECT last_seen_alive_at, first_seen_absent_at, reappeared_at FROM "
    assert rows(nights, gone + "withdrawn") == [(at(2), at(3), None)]
    assert rows(nights, STATES) == [(1, "A"), (2, "C")]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.permutations(range(1, 6)), st.lists(st.sampled_from("ABC"), min_size=5))
def test_in_any_order_of_arrival_the_newest_page_is_what_the_story_says(
    database: str, nights: Connection, order: list[int], texts: list[str]
) -> None:
    nights.execute("TRUNCATE article, observation, incident CASCADE")
    for hour in order:
        arrive(database, hour, page(texts[hour - 1], hour), hour)
    found: list[Any] = rows(nights, STATES)
    assert found[-1][1] == texts[4]
    assert rows(nights, CURRENT) == [texts[4]]
    seen = "SELECT first_seen_at, first_seen_run, last_seen_at, last_seen_run FROM "
    assert rows(nights, seen + "article") == [(at(1), 1, at(5), 5)]
    assert rows(nights, "SELECT run_id, seen_at FROM observation ORDER BY 1") == [
        (hour, at(hour).astimezone(UTC)) for hour in range(1, 6)
    ]


def test_a_clock_of_the_site_that_was_wrong_for_a_moment_makes_no_page_late(
    database: str, nights: Connection
) -> None:
    arrive(database, 1, page("A", 900), 900)
    arrive(database, 2, page("B", 2), 2)
    assert rows(nights, CURRENT) == ["B"]
    assert rows(nights, STATES) == [(1, "A"), (2, "B")]
    assert rows(nights, LATE) == []
