"""Rows of ``article``; what hangs on them is written by ``article_parts``."""

from __future__ import annotations

from dataclasses import fields
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from crawler.items import Figure
from pipelines.storage import article_parts, late, revise, same_text
from pipelines.storage.recordset import recordset

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    import psycopg

    from crawler.items import Article
    from pipelines.storage.stored import Stored

FIGURE = tuple(each.name for each in fields(Figure))

# What a reader calls a part of a story -> the fields that state it
SECTIONS: dict[str, tuple[str, ...]] = {
    "url": ("url",),
    "title": ("title",),
    "channel": ("channel", "channel_id", "subcategory", "subcategory_id"),
    "byline": (
        "byline",
        "contributors",
        "organization",
        "wire",
        "place",
        "dateline_day",
        "report_type",
    ),
    "dates": ("published_at", "modified_at", "date_witnesses"),
    "paragraphs": ("paragraphs",),
    "figures": ("figures",),
    "keywords": ("keywords",),
    "content_level": ("content_level",),
    "language": ("language",),
}

INSERT = """
INSERT INTO article (story_id, url, title, channel, channel_id, subcategory,
    subcategory_id, byline, organization, wire, place, dateline_day, report_type,
    published_at, modified_at, date_witnesses, paragraphs, content_level, language,
    first_seen_at, first_seen_run, last_seen_at, last_seen_run, last_seen_capture,
    extractor_version)
SELECT story_id, url, title, channel, channel_id, subcategory, subcategory_id, byline,
    organization, wire, place, dateline_day, report_type, published_at, modified_at,
    date_witnesses, paragraphs, content_level, language, %(seen_at)s, %(run)s,
    %(seen_at)s, %(run)s, capture_id, %(extractor)s
FROM json_to_recordset(%(rows)s) AS row (story_id bigint, url text, title text,
    channel text, channel_id bigint, subcategory text, subcategory_id bigint,
    byline text, organization text, wire boolean, place text, dateline_day smallint,
    report_type text, published_at timestamptz, modified_at timestamptz,
    date_witnesses jsonb, paragraphs text[], content_level text, language text,
    capture_id uuid)
ORDER BY story_id
"""

# greatest(): the clock of the machine may have been set back since
UPDATE = """
UPDATE article
SET url = %(url)s, title = %(title)s, channel = %(channel)s,
    channel_id = %(channel_id)s, subcategory = %(subcategory)s,
    subcategory_id = %(subcategory_id)s, byline = %(byline)s,
    organization = %(organization)s, wire = %(wire)s, place = %(place)s,
    dateline_day = %(dateline_day)s, report_type = %(report_type)s,
    published_at = %(published_at)s, modified_at = %(modified_at)s,
    date_witnesses = %(date_witnesses)s, paragraphs = %(paragraphs)s,
    content_level = %(content_level)s, language = %(language)s,
    last_seen_at = greatest(last_seen_at, %(seen_at)s), last_seen_run = %(run)s,
    changed_at = CASE WHEN %(revised)s THEN greatest(last_seen_at, %(seen_at)s)
        ELSE changed_at END,
    changed_run = CASE WHEN %(revised)s THEN %(run)s ELSE changed_run END,
    changed_sections = CASE WHEN %(revised)s THEN %(changed)s ELSE changed_sections END,
    last_seen_capture = %(capture_id)s, extractor_version = %(extractor)s
WHERE story_id = %(story_id)s
"""

SEEN_AGAIN = """
UPDATE article
SET last_seen_at = greatest(last_seen_at, %(seen_at)s), last_seen_run = %(run)s,
    last_seen_capture = seen.capture_id, extractor_version = %(extractor)s
FROM unnest(%(story_ids)s::bigint[], %(captures)s::uuid[])
    AS seen (story_id, capture_id)
WHERE article.story_id = seen.story_id
"""

# Nothing was read from its page that the story is now
SEEN_IN_PART = """
UPDATE article
SET last_seen_at = greatest(last_seen_at, %(seen_at)s), last_seen_run = %(run)s
WHERE story_id = ANY(%(story_ids)s)
"""


async def store(
    connection: psycopg.AsyncConnection[Any],
    articles: Sequence[Article],
    stored: Stored,
    *,
    run: int,
    seen_at: datetime,
    extractor: str | None = None,
) -> tuple[dict[int, str], revise.Revised]:
    """Writes stories; the caller holds a transaction, in which it has locked what is
    ``stored`` of them, and names a story only once.

    An unchanged story has only its ``last_seen_*`` touched, and the version of the
    ``extractor`` that found it so. A page that lost most of its story changes nothing,
    nor does one that comes after a newer one (``late``).

    Returns:
        story_id -> ``inserted``, ``changed`` or ``unchanged``; and the new revisions.
    """
    ordered = {a.story_id: a for a in sorted(articles, key=lambda a: a.story_id)}
    rows = {key: _row(article) for key, article in ordered.items()}
    stamp: dict[str, Any] = {"run": run, "seen_at": seen_at, "extractor": extractor}
    changes = {k: changed_sections(old, rows[k]) for k, old in stored.stories.items()}
    overtaken = {k: ordered[k] for k in stored.seen_after(run)}
    revised = await revise.compare(
        connection,
        ordered,
        stored.latest,
        late=await late.judge(connection, overtaken, seen_at=seen_at),
        **stamp,
    )
    new = [key for key in rows if key not in changes]
    as_they_are = revised.half.keys() | revised.late.keys()
    changed = [k for k, differ in changes.items() if differ and k not in as_they_are]
    same = [k for k, differ in changes.items() if not differ and k not in as_they_are]
    async with connection.cursor() as cursor:
        if revised.half:
            seen = {"story_ids": list(revised.half), **stamp}
            await cursor.execute(SEEN_IN_PART, seen)
        if revised.late:
            found = list(revised.late)
            await late.seen_before(cursor, found, run=run, seen_at=seen_at)
        if same:
            captures = [rows[key]["capture_id"] for key in same]
            seen = {"story_ids": same, "captures": captures, **stamp}
            await cursor.execute(SEEN_AGAIN, seen)
        if changed:
            values = [_update(rows[k], revised.sections.get(k)) for k in changed]
            await cursor.executemany(UPDATE, [{**row, **stamp} for row in values])
            await article_parts.forget(cursor, changed)
        if new:
            stories = recordset(_own(rows[key]) for key in new)
            await cursor.execute(INSERT, {"rows": stories, **stamp})
        await article_parts.store(cursor, [rows[key] for key in sorted(new + changed)])
    await revise.write(connection, revised, run=run, extractor=extractor)
    texts = [ordered[key] for key in rows if key in new or key in revised.sections]
    await same_text.store(connection, texts, run=run)
    return _outcomes(rows, new, revised), revised


def _update(row: Mapping[str, Any], sections: list[str] | None) -> dict[str, Any]:
    return {
        **row,
        "date_witnesses": Jsonb(row["date_witnesses"]),
        "revised": bool(sections),
        "changed": sections or [],
    }


def _own(row: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the row of the story itself."""
    return {name: row[name] for name in row if name not in article_parts.PARTS}


def _outcomes(
    rows: Collection[int], new: Collection[int], revised: revise.Revised
) -> dict[int, str]:
    """``changed`` is what has a new revision; a new spelling of a date is none."""
    found = {key: "unchanged" for key in rows}
    found |= {key: "changed" for key, sections in revised.sections.items() if sections}
    return found | dict.fromkeys(new, "inserted")


def changed_sections(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names of ``SECTIONS`` in which two states of a story differ."""
    return [
        section
        for section, names in SECTIONS.items()
        if any(old[name] != new[name] for name in names)
    ]


def _row(article: Article) -> dict[str, Any]:
    return {
        "story_id": article.story_id,
        "url": article.url,
        "title": article.title,
        "channel": article.channel,
        "channel_id": article.channel_id,
        "subcategory": article.subcategory,
        "subcategory_id": article.subcategory_id,
        "byline": article.byline,
        "organization": article.organization,
        "wire": article.wire,
        "place": article.place,
        "dateline_day": article.dateline_day,
        "report_type": article.report_type,
        "published_at": article.published_at,
        "modified_at": article.modified_at,
        "date_witnesses": article.date_witnesses,
        "paragraphs": list(article.paragraphs),
        "content_level": article.content_level,
        "language": article.language,
        "capture_id": article.capture_id,
        "contributors": [
            {"position": position, "role": each.role, "name": each.name}
            for position, each in enumerate(article.contributors, 1)
        ],
        "figures": sorted(
            (_figure(each) for each in article.figures), key=itemgetter("position")
        ),
        "keywords": [
            {"position": position, "keyword": each}
            for position, each in enumerate(article.keywords, 1)
        ],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {name: getattr(figure, name) for name in FIGURE}
