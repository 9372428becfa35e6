"""Rows of ``incident``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    import psycopg

    from crawler.items import Incident

UPSERT = """
INSERT INTO incident AS old (incident_id, kind, page_url, story_id, section, detail,
    first_seen_at, first_seen_run, last_seen_at, last_seen_run)
VALUES (%(incident_id)s, %(kind)s, %(page_url)s, %(story_id)s, %(section)s, %(detail)s,
    %(seen_at)s, %(run)s, %(seen_at)s, %(run)s)
ON CONFLICT (incident_id) DO UPDATE
SET last_seen_at = greatest(old.last_seen_at, excluded.last_seen_at),
    last_seen_run = excluded.last_seen_run
"""


async def store(
    connection: psycopg.AsyncConnection[Any],
    incidents: Mapping[UUID, Incident],
    *,
    run: int,
    seen_at: datetime,
) -> None:
    """Writes incidents; one that is stored already has only ``last_seen_*`` touched."""
    rows = [
        {
            "incident_id": key,
            "kind": incidents[key].kind,
            "page_url": incidents[key].page_url,
            "story_id": incidents[key].story_id,
            "section": incidents[key].section,
            "detail": Jsonb(incidents[key].detail),
            "run": run,
            "seen_at": seen_at,
        }
        for key in sorted(incidents)
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(UPSERT, rows)
