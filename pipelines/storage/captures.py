"""Rows of ``capture``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from crawler.items import Capture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    import psycopg

# A replayed night brings the captures of the night it replays
INSERT = """
INSERT INTO capture (capture_id, run_id, url, method, status, failure, file,
    file_offset, file_length, payload_sha256, payload_length, content_type, etag,
    last_modified, fetched_at)
VALUES (%(capture_id)s, %(run)s, %(url)s, %(method)s, %(status)s, %(failure)s, %(file)s,
    %(file_offset)s, %(file_length)s, decode(%(payload_sha256)s, 'hex'),
    %(payload_length)s, %(content_type)s, %(etag)s, %(last_modified)s, %(fetched_at)s)
ON CONFLICT (capture_id) DO NOTHING
"""

# Rows of one round trip
BATCH = 2000
SELECT = """
SELECT capture_id, url, method, status, failure, file, file_offset, file_length,
    encode(payload_sha256, 'hex') AS payload_sha256, payload_length, content_type, etag,
    last_modified, fetched_at
FROM capture
WHERE (%(run)s::bigint IS NULL OR run_id = %(run)s)
    AND (%(file)s::text IS NULL OR file = %(file)s)
ORDER BY file, file_offset
"""
FILES = """
SELECT file, count(*) FROM capture
WHERE %(run)s::bigint IS NULL OR run_id = %(run)s
GROUP BY file ORDER BY file
"""


HELD = "SELECT run_id FROM capture WHERE capture_id = %s"


def run_of(connection: psycopg.Connection[Any], capture_id: UUID) -> int | None:
    """The run whose capture this is; None if it is not stored."""
    row = connection.execute(HELD, [capture_id]).fetchone()
    return int(row[0]) if row else None


async def store(
    connection: psycopg.AsyncConnection[Any],
    captures: Mapping[UUID, Capture],
    *,
    run: int,
) -> None:
    """Writes captures; one that is stored already stays as it is."""
    rows = [{**asdict(captures[key]), "run": run} for key in sorted(captures)]
    async with connection.cursor() as cursor:
        await cursor.executemany(INSERT, rows)


def stream(
    connection: psycopg.Connection[Any],
    *,
    run: int | None = None,
    file: str | None = None,
) -> Iterator[Capture]:
    """Rows by file and offset: all of them, those of a run, or those of a file.

    They come in batches through a cursor of the server, so that memory stays flat.

    Raises:
        psycopg.OperationalError: the connection is lost.
    """
    given = {"run": run, "file": file}
    with (
        connection.transaction(),
        connection.cursor("captures", row_factory=class_row(Capture)) as cursor,
    ):
        cursor.itersize = BATCH
        yield from cursor.execute(SELECT, given)


def files(
    connection: psycopg.Connection[Any], *, run: int | None = None
) -> dict[str, int]:
    """Files that rows (of a run, or all) point into -> how many do, by name."""
    found = connection.execute(FILES, {"run": run}).fetchall()
    return {str(name): int(number) for name, number in found}
