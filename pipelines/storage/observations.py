"""Rows of ``observation``: what became of a visit to a story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.storage.recordset import recordset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import psycopg

    from crawler.items import Observation

# A story that was there at any moment of a run was alive in it, and an answer that
# says nothing takes nothing away
UPSERT = """
INSERT INTO observation AS old (story_id, run_id, seen_at, outcome, status, detail,
    capture_id, hashes)
SELECT story_id, %(run)s, seen_at, outcome, status, detail, capture_id, hashes
FROM json_to_recordset(%(rows)s) AS row (story_id bigint, seen_at timestamptz,
    outcome text, status integer, detail text, capture_id uuid, hashes jsonb)
ORDER BY story_id
ON CONFLICT (story_id, run_id) DO UPDATE
SET seen_at = excluded.seen_at, outcome = excluded.outcome, status = excluded.status,
    detail = excluded.detail, capture_id = excluded.capture_id, hashes = excluded.hashes
WHERE old.outcome <> 'alive'
    AND excluded.outcome NOT IN ('refused', 'server_error', 'unreachable')
    AND (old.outcome <> 'half_loaded' OR excluded.outcome = 'alive')
"""

# What two nights saw, without a whole page between them: the rule of view withdrawn
HALF_LOADED = """
SELECT story_id, hashes FROM observation AS half
WHERE story_id = ANY(%(stories)s) AND outcome = 'half_loaded' AND run_id <> %(run)s
    AND seen_at <= %(seen_at)s - interval '12 hours'
    AND NOT EXISTS (
        SELECT FROM observation AS whole
        WHERE whole.story_id = half.story_id AND whole.outcome = 'alive'
            AND whole.seen_at > half.seen_at)
"""

# Such a night cannot tell a story that is gone from one that is kept from us
DISCREDIT = """
UPDATE observation SET outcome = 'refused'
WHERE run_id IN (SELECT run_id FROM run WHERE job_id = %s)
    AND outcome IN ('not_found', 'gone', 'redirected', 'no_headline')
"""


async def store(
    connection: psycopg.AsyncConnection[Any],
    observations: Mapping[int, Observation],
    *,
    run: int,
    seen_at: datetime,
    hashes: Mapping[int, Mapping[str, str]] | None = None,
) -> None:
    """Writes observations by story id, one a story.

    Args:
        seen_at: for those that do not say when.
        hashes: of the half-loaded ones, what they showed.
    """
    shown = hashes or {}
    rows = [
        {
            "story_id": key,
            "seen_at": observations[key].seen_at or seen_at,
            "outcome": observations[key].outcome,
            "status": observations[key].status,
            "detail": observations[key].detail,
            "capture_id": observations[key].capture_id,
            "hashes": shown.get(key),
        }
        for key in observations
    ]
    await connection.execute(UPSERT, {"rows": recordset(rows), "run": run})


async def half_loaded(
    connection: psycopg.AsyncConnection[Any],
    story_ids: list[int],
    *,
    run: int,
    seen_at: datetime,
) -> set[tuple[int, tuple[tuple[str, str], ...]]]:
    """(story, its hashes as sorted pairs) of what an earlier night took for half
    loaded, at least 12 hours before ``seen_at``, if nobody saw it whole since."""
    asked = {"stories": story_ids, "run": run, "seen_at": seen_at}
    cursor = await connection.execute(HALF_LOADED, asked)
    return {
        (story_id, tuple(sorted(shown.items())))
        for story_id, shown in await cursor.fetchall()
        if shown
    }


def discredit(connection: psycopg.Connection[Any], job: int) -> None:
    """Has no absence count that the runs of a walled night found; ``status`` and
    ``detail`` go on telling what they saw."""
    connection.execute(DISCREDIT, [job])
