"""Rows of ``signal`` and ``look``: what lists told, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.items import Incident

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from crawler.told import Look, Signal

# Evidence older than so many nights counts no more
NIGHTS = 60
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
SELECT DISTINCT look.story_id, article.url
FROM look JOIN article USING (story_id) JOIN run USING (run_id)
WHERE coalesce(job_id, run_id)
        = (SELECT coalesce(job_id, run_id) FROM run WHERE run_id = %s)
    AND why = 'audit' AND look.story_id = ANY(%s)
"""
# An edit made between the list and the look is told by the next list; a story that
# vanished between them is not named by it. A look of a run that was killed is answered
# by the next run of its night
PROOF = """
WITH its_run AS (
    SELECT run_id, coalesce(job_id, run_id) AS night FROM run
), newest AS (
    SELECT DISTINCT night FROM its_run WHERE run_id < %(run)s
    ORDER BY night DESC LIMIT %(nights)s
), lately AS (
    SELECT run_id, night FROM its_run JOIN newest USING (night)
), chosen AS (
    SELECT DISTINCT ON (night, story_id) night, story_id, why
    FROM look JOIN lately USING (run_id)
    ORDER BY night, story_id, run_id
), looked AS (
    SELECT chosen.night, chosen.why, visit.outcome,
        EXISTS (SELECT FROM revision JOIN lately AS its USING (run_id)
            WHERE revision.story_id = chosen.story_id AND number > 1
                AND its.night = chosen.night) AS edited,
        told.night > chosen.night AS told_later,
        named.night > chosen.night AS named_later
    FROM chosen
    JOIN LATERAL (
        SELECT outcome FROM observation JOIN lately AS its USING (run_id)
        WHERE observation.story_id = chosen.story_id AND its.night = chosen.night
        ORDER BY outcome = 'alive' DESC, run_id DESC LIMIT 1
    ) AS visit ON true
    LEFT JOIN signal ON signal.story_id = chosen.story_id
    LEFT JOIN its_run AS told ON told.run_id = signal.since_run
    LEFT JOIN its_run AS named ON named.run_id = signal.seen_run
), miss AS (
    SELECT coalesce(max(night), 0) AS night FROM looked
    WHERE why <> 'signalled' AND (edited AND told_later IS NOT TRUE
        OR outcome IN ('not_found', 'gone', 'redirected', 'no_headline')
            AND named_later)
)
SELECT count(*) FILTER (WHERE why = 'signalled' AND edited),
    count(*) FILTER (WHERE why <> 'signalled' AND NOT edited AND outcome = 'alive')
FROM looked, miss WHERE looked.night > miss.night
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
    """Since the last edit that no signal told of, within ``NIGHTS`` nights before that
    of run ``run``, its first: how many edits signals did tell of, and how many looks
    at stories of which they said nothing found nothing."""
    cursor = await connection.execute(PROOF, {"run": run, "nights": NIGHTS})
    told, clean = (await cursor.fetchone()) or (0, 0)
    return told, clean
