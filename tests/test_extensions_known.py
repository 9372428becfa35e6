"""What the archive knows is asked for again where the connection has been cut."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.extensions.known import KnownStories
from crawler.frontier.questions import Questions
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
