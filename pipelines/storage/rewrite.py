"""Stores another reading of archived pages as the same revision.

What a page says is written anew; when it was seen and by which run it was changed
stays. Every statement gives the same rows when it is run again, so that whoever was
killed can start from the beginning.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.types.json import Jsonb

from pipelines.storage import article_parts, older_revisions, same_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

LOCK_STORIES = """
SELECT FROM article WHERE story_id = ANY(%s) ORDER BY story_id FOR UPDATE
"""
STORY = """
UPDATE article
SET url = %(url)s, title = %(title)s, channel = %(channel)s,
    channel_id = %(channel_id)s, subcategory = %(subcategory)s,
    subcategory_id = %(subcategory_id)s, byline = %(byline)s,
    organization = %(organization)s, wire = %(wire)s, place = %(place)s,
    dateline_day = %(dateline_day)s, report_type = %(report_type)s,
    published_at = %(published_at)s, modified_at = %(modified_at)s,
    date_witnesses = %(date_witnesses)s, paragraphs = %(paragraphs)s,
    content_level = %(content_level)s, language = %(language)s
WHERE story_id = %(story_id)s
"""
VERSION = """
UPDATE article SET extractor_version = %s
WHERE story_id = ANY(%s) AND extractor_version IS DISTINCT FROM %s
"""
# The newest revision is the state that the article row is in
REVISION_VERSION = """
UPDATE revision SET extractor_version = %s
WHERE story_id = ANY(%s)
    AND number = (SELECT max(number) FROM revision AS newest
        WHERE newest.story_id = revision.story_id)
    AND extractor_version IS DISTINCT FROM %s
"""
REVISION = """
UPDATE revision SET content = %(content)s, hashes = %(hashes)s
WHERE story_id = %(story_id)s
    AND number = (SELECT max(number) FROM revision WHERE story_id = %(story_id)s)
"""
LOCK_LINKS = """
SELECT FROM link WHERE link_id = ANY(%s) ORDER BY link_id FOR UPDATE
"""
UPDATE_LINKS = """
UPDATE link
SET story_id = row.story_id, listed_at = row.listed_at,
    date_witnesses = row.date_witnesses, image_url = row.image_url,
    image_caption = row.image_caption, summary = row.summary,
    placement = row.placement, page_url = row.page_url,
    page_story_id = row.page_story_id
FROM json_to_recordset(%s) AS row (link_id uuid, story_id bigint, listed_at timestamptz,
    date_witnesses jsonb, image_url text, image_caption text, summary text,
    placement text, page_url text, page_story_id bigint)
WHERE link.link_id = row.link_id
"""
INSERT_LINKS = """
INSERT INTO link (link_id, section, scope, scope_key, position, url, story_id,
    anchor_text, listed_at, date_witnesses, image_url, image_caption, summary,
    placement, page_url, page_story_id, first_seen_at, first_seen_run, last_seen_at,
    last_seen_run, last_seen_pages, page_count, first_seen_capture)
SELECT link_id, section, scope, scope_key, position, url, story_id, anchor_text,
    listed_at, date_witnesses, image_url, image_caption, summary, placement, page_url,
    page_story_id, fetched_at, run, fetched_at, run, 1, 1, capture_id
FROM json_to_recordset(%s) AS row (link_id uuid, section text, scope text,
    scope_key text, position bigint, url text, story_id bigint, anchor_text text,
    listed_at timestamptz, date_witnesses jsonb, image_url text, image_caption text,
    summary text, placement text, page_url text, page_story_id bigint,
    fetched_at timestamptz, run bigint, capture_id uuid)
ORDER BY link_id
ON CONFLICT (link_id) DO NOTHING
"""
PLACE_LINKS = """
INSERT INTO placement (link_id, number, first_seen_at, first_run, last_seen_at,
    last_run, pages, list_key)
SELECT link_id, 1, coalesce(seen_at, fetched_at), run, coalesce(seen_at, fetched_at),
    run, 1, CASE WHEN scope <> 'page' THEN scope_key END
FROM json_to_recordset(%s) AS row (link_id uuid, seen_at timestamptz,
    fetched_at timestamptz, run bigint, scope text, scope_key text)
ORDER BY link_id
ON CONFLICT DO NOTHING
"""
# What a later run saw again has that run's fields
MOVE_LINKS = """
UPDATE link
SET first_seen_capture = row.capture_id, page_url = row.page_url,
    page_story_id = row.page_story_id,
    (story_id, listed_at, date_witnesses, image_url, image_caption, summary, placement)
    = (SELECT which.* FROM (
        SELECT row.story_id, row.listed_at, row.date_witnesses, row.image_url,
            row.image_caption, row.summary, row.placement
        WHERE link.last_seen_run = link.first_seen_run
        UNION ALL
        SELECT link.story_id, link.listed_at, link.date_witnesses, link.image_url,
            link.image_caption, link.summary, link.placement
        WHERE link.last_seen_run <> link.first_seen_run) AS which)
FROM json_to_recordset(%s) AS row (link_id uuid, story_id bigint, listed_at timestamptz,
    date_witnesses jsonb, image_url text, image_caption text, summary text,
    placement text, page_url text, page_story_id bigint, capture_id uuid)
WHERE link.link_id = row.link_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """What a page says now.

    ``story_id`` is the article row that names the capture (None: there is none), and
    ``story`` its new fields (None: they are the same), ``revision`` the content and
    hashes that go with them; ``older`` the same of an older revision that the capture
    was read as, with its story and number, and ``reread`` (story, number) that it was
    read again as one, with or without change. Links by key: ``updated`` holds the
    fields that are no part of it, ``added`` all; ``removed`` are not shown, and
    ``renamed`` are those of them in whose place another stands. ``run`` and
    ``fetched_at`` (aware) of the capture are what added links get.
    """

    capture_id: UUID
    story_id: int | None
    run: int | None
    fetched_at: datetime
    story: dict[str, Any] | None = None
    revision: dict[str, Any] | None = None
    older: dict[str, Any] | None = None
    reread: tuple[int, int] | None = None
    updated: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    added: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    removed: tuple[bytes, ...] = ()
    renamed: dict[bytes, bytes] = field(default_factory=dict)


def store(
    connection: psycopg.Connection[Any], pages: Sequence[Rewrite], *, extractor: str
) -> None:
    """Writes stories, and links updated or added, in one transaction, in key order.
    Nothing is removed: see :func:`move` and ``sightings.delete``."""
    older = [page.older for page in pages if page.older]
    ids = sorted(page.story_id for page in pages if page.story_id is not None)
    reread = sorted(page.reread for page in pages if page.reread)
    locked = sorted({*ids, *(story for story, _ in reread)})
    changed = sorted(
        (page for page in pages if page.story), key=lambda page: page.story_id or 0
    )
    with connection.transaction(), connection.cursor() as cursor:
        if locked:
            cursor.execute(LOCK_STORIES, [locked])
        if changed:
            _stories(cursor, changed)
        newest = [page.story_id for page in changed if page.story_id]
        older_revisions.store(cursor, older, newest)
        same_text.renew(cursor, ids, newest)
        cursor.execute(VERSION, [extractor, ids, extractor])
        cursor.execute(REVISION_VERSION, [extractor, ids, extractor])
        older_revisions.stamp(cursor, reread, extractor)
        updated = {key: row for page in pages for key, row in page.updated.items()}
        added = _added(pages)
        if updated:
            keys = [UUID(bytes=key) for key in sorted(updated)]
            cursor.execute(LOCK_LINKS, [keys])
            cursor.execute(UPDATE_LINKS, [_json(updated)])
        if added:
            cursor.execute(INSERT_LINKS, [_json(added)])
            cursor.execute(PLACE_LINKS, [_json(added)])


def move(connection: psycopg.Connection[Any], pages: Sequence[Rewrite]) -> None:
    """Links that their own page no longer shows become those of another page that
    does (``added``): one transaction. When they were seen stays."""
    added = _added(pages)
    ids = [UUID(bytes=key) for key in sorted(added)]
    with connection.transaction():
        connection.execute(LOCK_LINKS, [ids])
        connection.execute(MOVE_LINKS, [_json(added)])


def _stories(cursor: psycopg.Cursor[Any], pages: Sequence[Rewrite]) -> None:
    rows = [page.story for page in pages if page.story]
    ids = [row["story_id"] for row in rows]
    witnesses = [{"date_witnesses": Jsonb(row["date_witnesses"])} for row in rows]
    values = [row | one for row, one in zip(rows, witnesses, strict=True)]
    cursor.executemany(STORY, values)
    revisions = [
        {"story_id": page.story_id} | {k: Jsonb(v) for k, v in page.revision.items()}
        for page in pages
        if page.revision
    ]
    cursor.executemany(REVISION, revisions)
    for forget in article_parts.FORGET:
        cursor.execute(forget, [ids])
    for part, statement in article_parts.PARTS.items():
        found = [
            {"story_id": row["story_id"], "position": rank, **_part(one)}
            for row in rows
            for rank, one in enumerate(row[part], 1)
        ]
        if found:
            cursor.execute(statement, [json.dumps(found, ensure_ascii=False)])


def _part(one: str | dict[str, Any]) -> dict[str, Any]:
    """A figure states its own position, which goes first."""
    return {"keyword": one} if isinstance(one, str) else one


def _added(pages: Sequence[Rewrite]) -> dict[bytes, dict[str, Any]]:
    """The first page that shows a link is the one it was seen on."""
    found: dict[bytes, dict[str, Any]] = {}
    for page in pages:
        seen = {
            "run": page.run,
            "fetched_at": page.fetched_at,
            "capture_id": page.capture_id,
        }
        for key, row in page.added.items():
            found.setdefault(key, {**row, **seen})
    return found


def _json(rows: dict[bytes, dict[str, Any]]) -> str:
    found = [{"link_id": UUID(bytes=key), **rows[key]} for key in sorted(rows)]
    return json.dumps(found, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
