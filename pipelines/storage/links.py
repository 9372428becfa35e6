"""Rows of ``link``."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from crawler.items import Link
from pipelines.storage import placements
from pipelines.storage.recordset import recordset

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    import psycopg

FIELDS = tuple(n for n in Link.__slots__ if n not in ("incidents", "seen_at"))
VALUES = attrgetter(*FIELDS)

# Of two sightings of one link
MAY_DIFFER = (
    *("story_id", "listed_at", "image_url", "image_caption", "summary", "placement"),
)
LATE = "old.last_seen_run > excluded.last_seen_run"


def follows(name: str) -> str:
    """SQL that gives a column what the newer sighting says, if that says anything."""
    late, new = (
        f"coalesce(old.{name}, excluded.{name})",
        f"coalesce(excluded.{name}, old.{name})",
    )
    return f"{name} = CASE WHEN {LATE} THEN {late} ELSE {new} END"


# What may differ between two sightings of the same link follows the newer one, also
# where the older comes late, but one that says less takes nothing away. One statement
# for a whole batch: half the time of one for each row. It returns the links that were
# there already. Links that are only counted go through it too and are locked, not
# written: a statement of its own that locks them, before or after, goes over the table
# twice, and two writers deadlock on a link that one of them has inserted in between.
UPSERT = """
WITH stored AS (
    INSERT INTO link AS old (link_id, section, scope, scope_key, position, url,
        story_id, anchor_text, listed_at, date_witnesses, image_url, image_caption,
        summary, placement, page_url, page_story_id, first_seen_at, first_seen_run,
        last_seen_at, last_seen_run, last_seen_pages, page_count, first_seen_capture)
    SELECT link_id, section, scope, scope_key, position, url,
        story_id, anchor_text, listed_at, date_witnesses, image_url, image_caption,
        summary, placement, page_url, page_story_id, %(seen_at)s, %(run)s,
        %(seen_at)s, %(run)s, 1, 1, capture_id
    FROM json_to_recordset(%(rows)s) AS row (link_id uuid, section text, scope text,
        scope_key text, position bigint, url text, story_id bigint, anchor_text text,
        listed_at timestamptz, date_witnesses jsonb, image_url text,
        image_caption text, summary text, placement text, page_url text,
        page_story_id bigint, capture_id uuid)
    UNION ALL
    SELECT link_id, section, scope, scope_key, position, url, story_id, anchor_text,
        listed_at, date_witnesses, image_url, image_caption, summary, placement,
        page_url, page_story_id, first_seen_at, first_seen_run, last_seen_at,
        last_seen_run, 1, 1, first_seen_capture
    FROM link WHERE link_id = ANY(%(counted)s)
    ORDER BY link_id
    ON CONFLICT (link_id) DO UPDATE
    SET FOLLOWING,
        date_witnesses = CASE WHEN excluded.date_witnesses = '{}' OR (
                old.last_seen_run > excluded.last_seen_run
                AND old.date_witnesses <> '{}')
            THEN old.date_witnesses ELSE excluded.date_witnesses END,
        first_seen_at = least(old.first_seen_at, excluded.first_seen_at),
        first_seen_run = least(old.first_seen_run, excluded.first_seen_run),
        last_seen_at = greatest(old.last_seen_at, excluded.last_seen_at),
        last_seen_pages = CASE WHEN old.last_seen_run >= excluded.last_seen_run
            THEN old.last_seen_pages ELSE 1 END,
        last_seen_run = greatest(old.last_seen_run, excluded.last_seen_run)
    WHERE NOT old.link_id = ANY(%(counted)s)
    RETURNING link_id, xmax = 0 AS is_new
)
SELECT link_id FROM stored WHERE NOT is_new
""".replace("FOLLOWING", ",\n        ".join(map(follows, MAY_DIFFER)))

# The number is the run's own count, not "one more": a batch that is sent again after a
# lost connection must not count twice
REPEAT = """
WITH counted AS (
    SELECT link_id, pages
    FROM json_to_recordset(%(rows)s) AS row (link_id uuid, pages bigint)
), locked AS (
    SELECT link_id, pages FROM link JOIN counted USING (link_id)
    WHERE last_seen_run = %(run)s
    ORDER BY link_id
    FOR UPDATE OF link
)
UPDATE link
SET last_seen_at = greatest(last_seen_at, %(seen_at)s),
    last_seen_pages = greatest(last_seen_pages, locked.pages),
    page_count = greatest(page_count, locked.pages)
FROM locked
WHERE link.link_id = locked.link_id
"""


async def store(
    connection: psycopg.AsyncConnection[Any],
    links: Mapping[UUID, Link],
    *,
    run: int,
    night: int,
    seen_at: datetime,
    counted: Collection[UUID] = (),
    draining: bool = False,
) -> psycopg.AsyncCursor[Any]:
    """Writes first sightings of a run; the caller holds a transaction.

    Args:
        night: first run of the night that ``run`` is part of.
        counted: links that ``repeat`` writes next in this transaction; they are locked
            in one order with those written here.
        draining: they are of a spool: newer nights may be stored already.

    Returns:
        What :func:`outcomes` reads; until then the server may be at work.
    """
    rows = recordset(_row(key, link) for key, link in links.items())
    locked = [key for key in counted if key not in links]
    values = {"rows": rows, "run": run, "seen_at": seen_at, "counted": locked}
    cursor = await connection.execute(UPSERT.encode(), values)
    await placements.store(
        connection, links, night=night, seen_at=seen_at, draining=draining
    )
    return cursor


async def outcomes(
    links: Collection[UUID], sent: psycopg.AsyncCursor[Any] | None
) -> dict[UUID, str]:
    """link_id -> ``inserted`` or ``seen`` (stored by an earlier run), of ``links`` that
    were ``sent``."""
    seen = {key for (key,) in await sent.fetchall()} if sent else ()
    return {key: "seen" if key in seen else "inserted" for key in links}


async def repeat(
    connection: psycopg.AsyncConnection[Any],
    pages: Mapping[UUID, tuple[int, datetime]],
    *,
    run: int,
    night: int,
    seen_at: datetime,
) -> None:
    """Writes on how many pages of this run a link was, and when on the last of them on
    the site's clock; after its first sighting."""
    counted = [{"link_id": key.hex, "pages": pages[key][0]} for key in pages]
    values = {"rows": recordset(counted), "run": run, "seen_at": seen_at}
    await connection.execute(REPEAT, values)
    await placements.count_pages(connection, pages, night=night)


def _row(key: UUID, link: Link) -> dict[str, Any]:
    """What the link says; a column that is not named is NULL."""
    found = zip(FIELDS, VALUES(link), strict=True)
    row = {name: value for name, value in found if value is not None}
    row["link_id"] = key.hex
    return row
