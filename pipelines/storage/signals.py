"""Rows of ``signal`` and ``look``: what lists told, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.items import Incident

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from crawler.told import Look, Signal

# Evidence older than so many runs counts no more
RUNS = 60
TELL = """
INSERT INTO signal AS old (story_id, witness, value, since_run, seen_run)
VALUES (%(story_id)s, %(witness)s, %(value)s, %(run)s, %(run)s)
ON CONFLICT (story_id, witness) DO UPDATE
SET value = excluded.value, seen_run = excluded.seen_run,
    since_run = CASE WHEN old.value = excluded.value THEN old.since_run
        ELSE excluded.since_run END
"""
LOOK = """
INSERT INTO look (story_id, run_id, why) VALUES (%(story_id)s, %(run)s, %(why)s)
ON CONFLICT (run_id, story_id) DO NOTHING
"""
MISSED = """
SELECT look.story_id, article.url FROM look JOIN article USING (story_id)
WHERE run_id = %s AND why = 'audit' AND look.story_id = ANY(%s)
"""
# An edit made between the list and the look is told by the next list; a story that
# vanished between them is not named by it
PROOF = """
WITH looked AS (
    SELECT look.run_id, look.why, revision.story_id IS NOT NULL AS edited,
        signal.since_run > look.run_id AS told_later,
        signal.seen_run > look.run_id AS named_later,
        observation.outcome
    FROM look
    JOIN observation USING (story_id, run_id)
    LEFT JOIN revision ON revision.story_id = look.story_id
        AND revision.run_id = look.run_id AND revision.number > 1
    LEFT JOIN signal ON signal.story_id = look.story_id
    WHERE look.run_id BETWEEN %(run)s - %(runs)s AND %(run)s - 1
), miss AS (
    SELECT coalesce(max(run_id), 0) AS run_id FROM looked
    WHERE why <> 'signalled' AND (edited AND told_later IS NOT TRUE
        OR outcome IN ('not_found', 'gone', 'redirected', 'no_headline')
            AND named_later)
)
SELECT count(*) FILTER (WHERE why = 'signalled' AND edited),
    count(*) FILTER (WHERE why <> 'signalled' AND NOT edited AND outcome = 'alive')
FROM looked, miss WHERE looked.run_id > miss.run_id
"""


async def store(
    connection: psycopg.AsyncConnection[Any], signals: Iterable[Signal], *, run: int
) -> None:
    """Writes what lists told, by story id, one a story and witness."""
    told = {(one.story_id, one.witness): one.value for one in signals}
    rows = [
        {"story_id": story, "witness": witness, "value": told[story, witness]}
        for story, witness in sorted(told)
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(TELL, [{**row, "run": run} for row in rows])


async def look(
    connection: psycopg.AsyncConnection[Any], looks: Iterable[Look], *, run: int
) -> None:
    """Writes which stories a run chose and why; the first reason stands."""
    why = {one.story_id: one.why for one in looks}
    rows = [{"story_id": key, "why": why[key], "run": run} for key in sorted(why)]
    async with connection.cursor() as cursor:
        await cursor.executemany(LOOK, rows)


async def missed(
    connection: psycopg.AsyncConnection[Any], story_ids: list[int], *, run: int
) -> list[Incident]:
    """Of changed stories those that an audit found: no signal had told."""
    cursor = await connection.execute(MISSED, [run, story_ids])
    return [
        Incident(
            kind="signal_missed",
            page_url=url,
            story_id=story_id,
            detail={"reason": "changed, and the list API's modify_time had not moved"},
        )
        for story_id, url in await cursor.fetchall()
    ]


async def proof(
    connection: psycopg.AsyncConnection[Any], *, run: int
) -> tuple[int, int]:
    """Since the last edit that no signal told of, within the last ``RUNS`` runs before
    ``run``: how many edits signals did tell of, and how many looks at stories of which
    they said nothing found nothing."""
    cursor = await connection.execute(PROOF, {"run": run, "runs": RUNS})
    told, clean = (await cursor.fetchone()) or (0, 0)
    return told, clean
