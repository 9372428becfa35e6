"""The tutorial's pipeline: a statement and a commit for each row."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from crawler.items import Article, Link
from pipelines.storage.keys import link_id

if TYPE_CHECKING:
    from collections.abc import Sequence

ARTICLE = """
INSERT INTO article (story_id, url, title, channel, channel_id, subcategory,
    subcategory_id, byline, organization, wire, place, dateline_day, report_type,
    published_at, modified_at, date_witnesses, paragraphs, content_level, language,
    first_seen_at, first_seen_run, last_seen_at, last_seen_run, last_seen_capture,
    extractor_version)
VALUES (%(story_id)s, %(url)s, %(title)s, %(channel)s, %(channel_id)s,
    %(subcategory)s, %(subcategory_id)s, %(byline)s, %(organization)s, %(wire)s,
    %(place)s, %(dateline_day)s, %(report_type)s, %(published_at)s, %(modified_at)s,
    %(date_witnesses)s, %(paragraphs)s, %(content_level)s, %(language)s,
    %(seen_at)s, %(run)s, %(seen_at)s, %(run)s, %(capture_id)s, %(extractor)s)
"""
LINK = """
INSERT INTO link (link_id, section, scope, scope_key, position, url, story_id,
    anchor_text, listed_at, date_witnesses, page_url, page_story_id, first_seen_at,
    first_seen_run, last_seen_at, last_seen_run, last_seen_pages, page_count)
VALUES (%(link_id)s, %(section)s, %(scope)s, %(scope_key)s, %(position)s, %(url)s,
    %(story_id)s, %(anchor_text)s, %(listed_at)s, %(date_witnesses)s, %(page_url)s,
    %(page_story_id)s, %(seen_at)s, %(run)s, %(seen_at)s, %(run)s, 1, 1)
ON CONFLICT (link_id) DO UPDATE
SET last_seen_at = excluded.last_seen_at, last_seen_run = excluded.last_seen_run
"""
CONTRIBUTOR = """
INSERT INTO contributor (story_id, position, role, name) VALUES (%s, %s, %s, %s)
"""
FIGURE = """
INSERT INTO figure (story_id, position, url, caption, credit, after_paragraph)
VALUES (%s, %s, %s, %s, %s, %s)
"""
KEYWORD = "INSERT INTO keyword (story_id, position, keyword) VALUES (%s, %s, %s)"


def store(dsn: str, run: int, pages: Sequence[Sequence[Article | Link]]) -> float:
    """Seconds that one execute + commit per row takes."""
    with psycopg.connect(dsn) as connection:
        start = time.perf_counter()
        for items in pages:
            for item in items:
                for statement, values in _statements(item, run):
                    connection.execute(statement, values)
                    connection.commit()
        return time.perf_counter() - start


def _statements(item: Article | Link, run: int) -> list[tuple[Any, Any]]:
    stamp = {"run": run, "seen_at": datetime.now(UTC), "extractor": None}
    if isinstance(item, Link):
        values = {name: getattr(item, name) for name in Link.__slots__}
        values |= {"section": str(item.section), "scope": str(item.scope)}
        values |= {"link_id": link_id(item), **stamp}
        return [(LINK, values | {"date_witnesses": Jsonb(item.date_witnesses)})]
    key = item.story_id
    values = {name: getattr(item, name) for name in Article.__slots__} | stamp
    values |= {
        "date_witnesses": Jsonb(item.date_witnesses),
        "paragraphs": list(item.paragraphs),
    }
    return [
        (ARTICLE, values),
        *(
            (CONTRIBUTOR, (key, n, c.role, c.name))
            for n, c in enumerate(item.contributors, 1)
        ),
        *(
            (FIGURE, (key, f.position, f.url, f.caption, f.credit, 0))
            for f in item.figures
        ),
        *((KEYWORD, (key, n, w)) for n, w in enumerate(item.keywords, 1)),
    ]
