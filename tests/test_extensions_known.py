"""What the archive knows: whatever happens to the connection, or to a run before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from crawler.extensions.known import KnownStories
from crawler.frontier.questions import Questions
from crawler.policy.selection import Candidate, Selection
from pipelines.storage.batch import store_batch
from tests.storing import article

if TYPE_CHECKING:
    import psycopg

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_a_cut_connection_costs_no_answer(
    database: str, db: psycopg.Connection[Any]
) -> None:
    questions = Questions(database, patience=5)
    known = KnownStories(questions, 2)
    try:
        await store_batch(
            await questions.connected(), [article(1)], run=1, seen_at=NOON
        )
        assert set(await known.known([1, 2])) == {1}
        db.execute(CUT)
        assert set(await known.known([1, 2])) == {1}
        assert await known.known([]) == {}
    finally:
        await questions.close()


@pytest.mark.parametrize(("job", "new"), [(1, {1, 2}), (2, {2})])
async def test_what_a_dead_run_of_the_job_stored_lets_a_list_go_on(
    database: str, db: psycopg.Connection[Any], job: int, new: set[int]
) -> None:
    """Story 1 is stored by run 1; a run after it meets 1 and 2 in a list."""
    questions = Questions(database, patience=5)
    selection = Selection(
        MemoryStatsCollector(get_crawler()),
        since=None,
        related_depth=1,
        window=timedelta(hours=48),
    )
    selection.known = KnownStories(questions, job).known  # type: ignore[assignment]
    met = [Candidate(story_id=one, url=f"https://x/{one}", depth=0) for one in (1, 2)]
    try:
        connection = await questions.connected()
        await store_batch(connection, [article(1)], run=1, seen_at=NOON)
        _, found = await selection.choose(met, now=NOON)
    finally:
        await questions.close()
    assert found == new
