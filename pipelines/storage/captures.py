"""Rows of ``capture``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import psycopg

    from crawler.items import Capture

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
