"""Removes links that are read as others now, which get all of their sightings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from pipelines.storage.rewrite import LOCK_LINKS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import psycopg

PAIRS = """
WITH pair AS (
    SELECT * FROM unnest(%(old)s::uuid[], %(new)s::uuid[]) AS pair (old_id, new_id)
    JOIN link ON link.link_id = new_id
)
"""
# Intervals of both, those that overlap made one
TOGETHER = """
PAIRS, piece AS (
    SELECT new_id AS link_id, first_seen_at, first_run, last_seen_at, last_run, pages,
        list_key
    FROM (SELECT DISTINCT old_id AS held_by, new_id FROM pair
        UNION SELECT new_id, new_id FROM pair) AS holder
    JOIN placement ON placement.link_id = held_by
), marked AS (
    SELECT *, coalesce(first_run > max(last_run) OVER before, true) AS begins
    FROM piece WINDOW before AS (PARTITION BY link_id ORDER BY first_run, last_run
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY link_id
        ORDER BY first_run, last_run ROWS UNBOUNDED PRECEDING) AS number
    FROM marked
)
SELECT link_id, number, min(first_seen_at), min(first_run), max(last_seen_at),
    max(last_run), max(pages), max(list_key)
FROM numbered GROUP BY link_id, number ORDER BY link_id, number
"""
DELETE_LINKS = "DELETE FROM link WHERE link_id = ANY(%s)"
FORGET = "DELETE FROM placement WHERE link_id = ANY(%s)"
PLACE = """
INSERT INTO placement (link_id, number, first_seen_at, first_run, last_seen_at,
    last_run, pages, list_key)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
# Whatever else the links say is what was read now; when, where and how often they were
# seen is what was seen then
SEEN = """
PAIRS, told AS (
    SELECT new_id, min(old.first_seen_at) AS first_seen_at,
        min(old.first_seen_run) AS first_seen_run,
        max(old.last_seen_at) AS last_seen_at, max(old.last_seen_run) AS last_seen_run,
        max(old.page_count) AS page_count,
        (array_agg(old.last_seen_pages ORDER BY old.last_seen_run DESC))[1] AS pages,
        (array_agg(old.first_seen_capture ORDER BY old.first_seen_run))[1] AS capture,
        (array_agg(old.page_url ORDER BY old.first_seen_run))[1] AS page_url,
        (array_agg(old.page_story_id ORDER BY old.first_seen_run))[1] AS page_story_id
    FROM pair JOIN link AS old ON old.link_id = old_id
    GROUP BY new_id
)
UPDATE link
SET (first_seen_capture, page_url, page_story_id, first_seen_at, first_seen_run)
    = (SELECT which.* FROM (
        SELECT capture, told.page_url, told.page_story_id, told.first_seen_at,
            told.first_seen_run
        WHERE told.first_seen_run <= link.first_seen_run
        UNION ALL
        SELECT link.first_seen_capture, link.page_url, link.page_story_id,
            link.first_seen_at, link.first_seen_run
        WHERE told.first_seen_run > link.first_seen_run) AS which),
    (last_seen_at, last_seen_run, last_seen_pages) = (SELECT which.* FROM (
        SELECT told.last_seen_at, told.last_seen_run,
            greatest(pages, link.last_seen_pages)
        WHERE told.last_seen_run >= link.last_seen_run
        UNION ALL
        SELECT link.last_seen_at, link.last_seen_run, link.last_seen_pages
        WHERE told.last_seen_run < link.last_seen_run) AS which),
    page_count = greatest(link.page_count, told.page_count)
FROM told WHERE link.link_id = new_id
"""


def delete(
    connection: psycopg.Connection[Any],
    keys: Collection[bytes],
    *,
    renamed: Mapping[bytes, bytes],
) -> None:
    """Removes links, in one transaction and in key order.

    Args:
        renamed: those of them in whose place another link is read now, which gets
            their sightings if it is stored.
    """
    pairs = {UUID(bytes=k): UUID(bytes=new) for k, new in sorted(renamed.items())}
    ids = [UUID(bytes=key) for key in sorted(keys)]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(LOCK_LINKS, [sorted({*ids, *pairs.values()})])
        if pairs:
            _pass_on(cursor, pairs)
        cursor.execute(DELETE_LINKS, [ids])


def _pass_on(cursor: psycopg.Cursor[Any], renamed: Mapping[UUID, UUID]) -> None:
    pairs = {"old": list(renamed), "new": list(renamed.values())}
    rows = cursor.execute(TOGETHER.replace("PAIRS", PAIRS).encode(), pairs).fetchall()
    cursor.execute(SEEN.replace("PAIRS", PAIRS).encode(), pairs)
    cursor.execute(FORGET, [[row[0] for row in rows]])
    cursor.executemany(PLACE, rows)
