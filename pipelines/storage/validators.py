"""What a conditional request is made of: the last whole answer of an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

if TYPE_CHECKING:
    from uuid import UUID

    import psycopg

# Only what earlier runs left: a replay brings the captures of its night at its start
STORY = """
SELECT capture_id, file, file_offset, etag, last_modified FROM capture
WHERE url = %(url)s AND status = 200 AND method = 'GET' AND run_id < %(run)s
    AND capture_id = (SELECT last_seen_capture FROM article WHERE story_id = %(story)s)
"""
LIST = """
SELECT capture_id, file, file_offset, etag, last_modified FROM capture
WHERE url = %(url)s AND status = 200 AND method = 'GET' AND run_id < %(run)s
ORDER BY fetched_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A capture of an address: where it lies in the archive, and its validators as
    received; None where the answer had none."""

    capture_id: UUID
    file: str
    file_offset: int
    etag: str | None
    last_modified: str | None


async def of(
    connection: psycopg.AsyncConnection[Any],
    url: str,
    *,
    story_id: int | None,
    run: int,
) -> Held | None:
    """The capture that a story was last read from, never a half-loaded page, or the
    last one of a list (``story_id`` None); as runs before ``run`` left it, and None
    where it is of another address."""
    async with connection.cursor(row_factory=class_row(Held)) as cursor:
        given = {"url": url, "story": story_id, "run": run}
        await cursor.execute(LIST if story_id is None else STORY, given)
        return await cursor.fetchone()
