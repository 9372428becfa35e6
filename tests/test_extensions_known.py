"""What the archive knows: whatever happens to the connection, or to a run before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from crawler.extensions import known as known_stories
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
            await questions.connected(), [article(1), article(3)], run=1, seen_at=NOON
        )
        assert set(await known.known([1, 2])) == {1}
        db.execute(CUT)
        assert set(await known.known([1, 2, 3])) == {1, 3}
        assert await known.known([]) == {}
    finally:
        await questions.close()


class Asked(Questions):
    """Keeps what it was asked."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn, patience=5)
        self.asked: list[Any] = []

    async def ask(self, ask: Any, *given: object, **named: object) -> Any:
        self.asked += given
        return await super().ask(ask, *given, **named)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("most", "asked"), [(9, [[1, 2], [3]]), (2, [[1, 2], [3], [1, 2]])]
)
async def test_what_every_page_names_is_asked_for_once_and_not_kept_without_bound(
    database: str, most: int, asked: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_stories, "ANSWERS_MAX", most)
    questions = Asked(database)
    known = KnownStories(questions, 2)
    try:
        await store_batch(
            await questions.connected(), [article(1), article(3)], run=1, seen_at=NOON
        )
        answers = [await known.known(ids) for ids in ([2, 1, 1], [3, 2], [2, 1])]
    finally:
        await questions.close()
    assert [set(one) for one in answers] == [{1}, {3}, {1}]
    assert answers[0][1] == answers[2][1]
    assert questions.asked == asked


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
