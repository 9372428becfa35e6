"""What is stored of archived pages, to be compared with another reading of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from json import JSONDecoder
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import set_json_loads

from pipelines import revisions
from pipelines.storage import older_revisions
from pipelines.storage.articles import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from uuid import UUID

    import psycopg

    from crawler.items import Article, Link

STORY_FIELDS = tuple(name for names in SECTIONS.values() for name in names)
# All of a link that is not its key
LINK_FIELDS = (
    *("story_id", "listed_at", "date_witnesses", "image_url", "image_caption"),
    *("summary", "placement", "page_url", "page_story_id"),
)
STORY_NAMES = ("story_id", *STORY_FIELDS)
OF_STORY, OF_LINK = attrgetter(*STORY_NAMES), attrgetter(*LINK_FIELDS)
JSON = JSONDecoder()
KEY_FIELDS = ("section", "scope", "scope_key", "position", "url", "anchor_text")

STORIES = """
SELECT last_seen_capture AS capture_id, last_seen_run AS run, story_id, url, title,
    channel, channel_id, subcategory, subcategory_id, byline, organization, wire, place,
    dateline_day, report_type, published_at, modified_at, date_witnesses, paragraphs,
    content_level, language,
    (SELECT coalesce(jsonb_agg(to_jsonb(one) - 'story_id' - 'position'
        ORDER BY position), '[]')
        FROM contributor AS one WHERE one.story_id = article.story_id) AS contributors,
    (SELECT coalesce(jsonb_agg(to_jsonb(figure) - 'story_id' ORDER BY position), '[]')
        FROM figure WHERE figure.story_id = article.story_id) AS figures,
    ARRAY(SELECT keyword FROM keyword AS one WHERE one.story_id = article.story_id
        ORDER BY position) AS keywords
FROM article
WHERE last_seen_capture = ANY(%s)
"""

LINK = """
SELECT first_seen_capture, uuid_send(link_id) AS key, first_seen_run, last_seen_run,
    section, scope, scope_key, position, url, anchor_text, story_id, listed_at,
    date_witnesses, image_url, image_caption, summary, placement, page_url,
    page_story_id
FROM link
"""
OF_CAPTURES = f"{LINK} WHERE first_seen_capture = ANY(%s)"
BY_KEY = f"{LINK} WHERE link_id = ANY(%s)"
KNOWN = """
SELECT uuid_send(link_id), last_seen_run <> first_seen_run FROM link
WHERE link_id = ANY(%s)
"""
RUNS = "SELECT capture_id, run_id FROM capture WHERE capture_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Held:
    """What the database holds of some captures.

    ``stories``: by the capture they were last read from. ``links``: by the capture that
    first showed them, then by key. ``revisions``: by the capture they were first read
    from, those that are not their story's newest. ``runs``: the run that made a
    capture, where known.
    """

    stories: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    links: dict[UUID, dict[bytes, dict[str, Any]]] = field(default_factory=dict)
    revisions: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    runs: dict[UUID, int] = field(default_factory=dict)

    def names(self, capture: UUID) -> bool:
        """Does any row say that it was read from this capture?"""
        return any(capture in one for one in (self.stories, self.links, self.revisions))

    def run_of(self, capture: UUID) -> int | None:
        """The run that read this capture."""
        if capture in self.runs:
            return self.runs[capture]
        rows: Iterable[dict[str, Any]] = self.links.get(capture, {}).values()
        found = [row["first_seen_run"] for row in rows]
        story = self.stories.get(capture) or self.revisions.get(capture)
        return next(iter(found), story["run"] if story else None)


def held(connection: psycopg.Connection[Any], captures: Collection[UUID]) -> Held:
    """The rows that name one of ``captures``: four queries for all of them."""
    found = Held(revisions=older_revisions.held(connection, captures))
    asked = [list(captures)]
    with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        set_json_loads(_json, cursor)
        for row in cursor.execute(STORIES, asked):
            found.stories[row.pop("capture_id")] = row
        for row in cursor.execute(OF_CAPTURES, asked):
            found.links.setdefault(row["first_seen_capture"], {})[row["key"]] = row
    with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        found.runs.update(cursor.execute(RUNS, asked))
    return found


def _json(data: str | bytes) -> Any:
    """Most links say nothing in their jsonb."""
    text = data if isinstance(data, str) else str(data, "utf-8")
    return JSON.decode(text) if text != "{}" else {}


def links(
    connection: psycopg.Connection[Any], keys: Collection[UUID]
) -> dict[bytes, dict[str, Any]]:
    """Those of ``keys`` that table ``link`` holds, with their rows."""
    if not keys:
        return {}
    with connection.cursor(row_factory=dict_row, binary=True) as cursor:
        return {row["key"]: row for row in cursor.execute(BY_KEY, [list(keys)])}


def known(
    connection: psycopg.Connection[Any], keys: Collection[UUID]
) -> dict[bytes, bool]:
    """Those of ``keys`` that table ``link`` holds: is each :func:`outdated`?"""
    if not keys:
        return {}
    with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        return dict(cursor.execute(KNOWN, [list(keys)]).fetchall())


def story_row(article: Article) -> dict[str, Any]:
    """An Article as :func:`held` would give it back."""
    row = dict(zip(STORY_NAMES, OF_STORY(article), strict=True))
    row["paragraphs"] = list(article.paragraphs)
    row["keywords"] = list(article.keywords)
    row["contributors"] = [
        {"role": one.role, "name": one.name} for one in article.contributors
    ]
    figures = sorted(article.figures, key=lambda one: one.position)
    row["figures"] = [
        {
            "position": one.position,
            "url": one.url,
            "caption": one.caption,
            "credit": one.credit,
            "after_paragraph": one.after_paragraph,
        }
        for one in figures
    ]
    return row


def revision_row(article: Article) -> dict[str, Any]:
    """A story's content as its revision holds it."""
    content = revisions.content(article)
    return {"content": content, "hashes": revisions.hashes(content)}


def link_row(link: Link) -> dict[str, Any]:
    """The fields of a Link that are no part of its key."""
    return dict(zip(LINK_FIELDS, OF_LINK(link), strict=True))


def whole_row(link: Link) -> dict[str, Any]:
    """All fields of a Link, its key's first, and when the page showed it."""
    row = {name: getattr(link, name) for name in (*KEY_FIELDS, *LINK_FIELDS)}
    words = {"section": str(link.section), "scope": str(link.scope)}
    return row | words | {"seen_at": link.seen_at}


def outdated(row: Mapping[str, Any]) -> bool:
    """Has a later run than the first seen a link, and written what it said?"""
    return bool(row["last_seen_run"] != row["first_seen_run"])
