"""Revisions that are not a story's newest, read again from their own captures.

A revision is cited by its number, so that none is added, removed or numbered anew,
also where two of them turn out to say the same: what a better reading changes is what
they say, and what differs between them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pipelines import revisions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    import psycopg

OF_CAPTURES = """
SELECT capture_id, run_id AS run, story_id, number, content FROM revision
WHERE capture_id = ANY(%s) AND number < (
    SELECT max(number) FROM revision AS newest
    WHERE newest.story_id = revision.story_id)
"""
CONTENT = """
UPDATE revision SET content = %(content)s, hashes = %(hashes)s
WHERE story_id = %(story_id)s AND number = %(number)s
"""
VERSION = """
UPDATE revision SET extractor_version = %s
FROM unnest(%s::bigint[], %s::integer[]) AS reread (story_id, number)
WHERE revision.story_id = reread.story_id AND revision.number = reread.number
    AND extractor_version IS DISTINCT FROM %s
"""
ALL = """
SELECT story_id, number, changed_sections, kinds, hashes, content FROM revision
WHERE story_id = ANY(%s) ORDER BY story_id, number
"""
DIFFERENCE = """
UPDATE revision SET changed_sections = %(changed_sections)s, kinds = %(kinds)s
WHERE story_id = %(story_id)s AND number = %(number)s
"""


def held(
    connection: psycopg.Connection[Any], captures: Collection[UUID]
) -> dict[UUID, dict[str, Any]]:
    """Capture -> the revision that was first read from it, if it is not the newest."""
    with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        rows = cursor.execute(OF_CAPTURES, [list(captures)])
        return {row["capture_id"]: row for row in rows}


def store(
    cursor: psycopg.Cursor[Any],
    rows: Sequence[Mapping[str, Any]],
    also: Collection[int],
) -> None:
    """Writes what revisions say now, and what then differs between those of a story.

    Args:
        rows: ``story_id``, ``number``, ``content`` and ``hashes`` of older revisions.
        also: stories whose newest revision says something else.
    """
    cursor.executemany(
        CONTENT,
        [
            {**row, "content": Jsonb(row["content"]), "hashes": Jsonb(row["hashes"])}
            for row in rows
        ],
    )
    stories = sorted({*also, *(row["story_id"] for row in rows)})
    if stories:
        cursor.executemany(DIFFERENCE, _differences(cursor, stories))


def stamp(
    cursor: psycopg.Cursor[Any], reread: Sequence[tuple[int, int]], extractor: str
) -> None:
    """Says which extractor revisions (story, number) were read by, whether it found
    anything else in them or not."""
    if reread:
        stories, numbers = (list(column) for column in zip(*reread, strict=True))
        cursor.execute(VERSION, [extractor, stories, numbers, extractor])


def _differences(
    cursor: psycopg.Cursor[Any], stories: Sequence[int]
) -> list[dict[str, Any]]:
    """Of neighbours that no longer differ the row stays as it is."""
    names = ("story_id", "number", "changed_sections", "kinds", "hashes", "content")
    found = cursor.execute(ALL, [stories]).fetchall()
    rows = [dict(zip(names, row, strict=True)) for row in found]
    changed = []
    for old, new in pairwise(rows):
        if old["story_id"] != new["story_id"]:
            continue
        sections, kinds = revisions.edits(old["content"], new["content"])
        told = (new["changed_sections"], new["kinds"])
        if sections and (sections, list(kinds)) != told:
            changed.append({**new, "changed_sections": sections, "kinds": list(kinds)})
    return [
        {k: one[k] for k in ("story_id", "number", "changed_sections", "kinds")}
        for one in changed
    ]
