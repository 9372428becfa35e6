"""Rows of ``contributor``, ``figure`` and ``keyword``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

from pipelines.storage.recordset import recordset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

FORGET: tuple[LiteralString, ...] = (
    "DELETE FROM contributor WHERE story_id = ANY(%s)",
    "DELETE FROM figure WHERE story_id = ANY(%s)",
    "DELETE FROM keyword WHERE story_id = ANY(%s)",
)
PARTS: dict[str, LiteralString] = {
    "contributors": """
        INSERT INTO contributor (story_id, position, role, name)
        SELECT story_id, position, role, name
        FROM json_to_recordset(%s) AS row (
            story_id bigint, position integer, role text, name text)
    """,
    "figures": """
        INSERT INTO figure (story_id, position, url, caption, credit, after_paragraph)
        SELECT story_id, position, url, caption, credit, after_paragraph
        FROM json_to_recordset(%s) AS row (
            story_id bigint, position bigint, url text, caption text, credit text,
            after_paragraph bigint)
    """,
    "keywords": """
        INSERT INTO keyword (story_id, position, keyword)
        SELECT story_id, position, keyword
        FROM json_to_recordset(%s) AS row (
            story_id bigint, position integer, keyword text)
    """,
}


async def forget(cursor: psycopg.AsyncCursor[Any], story_ids: Sequence[int]) -> None:
    """Deletes all parts of stories, which are about to be written anew."""
    for statement in FORGET:
        await cursor.execute(statement, [list(story_ids)])


async def store(
    cursor: psycopg.AsyncCursor[Any], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Writes the lists named in PARTS of stories that have none yet."""
    for part, statement in PARTS.items():
        values = [
            {"story_id": row["story_id"], **each} for row in rows for each in row[part]
        ]
        if values:
            await cursor.execute(statement, [recordset(values)])
