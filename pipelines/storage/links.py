"""Rows of ``link``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    import psycopg

    from crawler.items import Link

EXISTING = "SELECT link_id FROM link WHERE link_id = ANY(%s)"

# What may differ between two sightings of the same link follows the newer one, but a
# sighting that says less takes nothing away
UPSERT = """
INSERT INTO link AS old (link_id, section, scope, scope_key, position, url, story_id,
    anchor_text, listed_at, date_witnesses, image_url, image_caption, summary,
    placement, page_url, page_story_id, first_seen_at, first_seen_run, last_seen_at,
    last_seen_run, last_seen_pages, page_count)
VALUES (%(link_id)s, %(section)s, %(scope)s, %(scope_key)s, %(position)s, %(url)s,
    %(story_id)s, %(anchor_text)s, %(listed_at)s, %(date_witnesses)s, %(image_url)s,
    %(image_caption)s, %(summary)s, %(placement)s, %(page_url)s, %(page_story_id)s,
    %(seen_at)s, %(run)s, %(seen_at)s, %(run)s, 1, 1)
ON CONFLICT (link_id) DO UPDATE
SET story_id = coalesce(excluded.story_id, old.story_id),
    listed_at = coalesce(excluded.listed_at, old.listed_at),
    date_witnesses = CASE WHEN excluded.date_witnesses = '{}' THEN old.date_witnesses
        ELSE excluded.date_witnesses END,
    image_url = coalesce(excluded.image_url, old.image_url),
    image_caption = coalesce(excluded.image_caption, old.image_caption),
    summary = coalesce(excluded.summary, old.summary),
    placement = coalesce(excluded.placement, old.placement),
    last_seen_at = greatest(old.last_seen_at, excluded.last_seen_at),
    last_seen_pages = CASE WHEN old.last_seen_run = excluded.last_seen_run
        THEN old.last_seen_pages ELSE 1 END,
    last_seen_run = excluded.last_seen_run
"""

# The number is the run's own count, not "one more": a batch that is sent again after a
# lost connection must not count twice
REPEAT = """
UPDATE link
SET last_seen_at = greatest(last_seen_at, %(seen_at)s),
    last_seen_pages = greatest(last_seen_pages, %(pages)s),
    page_count = greatest(page_count, %(pages)s)
WHERE link_id = %(link_id)s AND last_seen_run = %(run)s
"""


async def store(
    connection: psycopg.AsyncConnection[Any],
    links: Mapping[UUID, Link],
    *,
    run: int,
    seen_at: datetime,
) -> dict[UUID, str]:
    """Writes first sightings of a run; the caller holds a transaction.

    Returns:
        link_id -> ``inserted`` or ``seen`` (stored by an earlier run).
    """
    keys = sorted(links)
    async with connection.cursor() as cursor:
        await cursor.execute(EXISTING, [keys])
        existing = {key for (key,) in await cursor.fetchall()}
        stamp = {"run": run, "seen_at": seen_at}
        rows = [{"link_id": key, **_row(links[key]), **stamp} for key in keys]
        await cursor.executemany(UPSERT, rows)
    return {key: "seen" if key in existing else "inserted" for key in keys}


async def repeat(
    connection: psycopg.AsyncConnection[Any],
    pages: Mapping[UUID, int],
    *,
    run: int,
    seen_at: datetime,
) -> None:
    """Writes on how many pages of this run a link was; after its first sighting."""
    stamp = {"run": run, "seen_at": seen_at}
    rows = [{"link_id": key, "pages": pages[key], **stamp} for key in sorted(pages)]
    async with connection.cursor() as cursor:
        await cursor.executemany(REPEAT, rows)


def _row(link: Link) -> dict[str, Any]:
    return {
        "section": str(link.section),
        "scope": str(link.scope),
        "scope_key": link.scope_key,
        "position": link.position,
        "url": link.url,
        "story_id": link.story_id,
        "anchor_text": link.anchor_text,
        "listed_at": link.listed_at,
        "date_witnesses": Jsonb(link.date_witnesses),
        "image_url": link.image_url,
        "image_caption": link.image_caption,
        "summary": link.summary,
        "placement": link.placement,
        "page_url": link.page_url,
        "page_story_id": link.page_story_id,
    }
