"""What is stored of the stories of a batch, before anything of it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row

if TYPE_CHECKING:
    from collections.abc import Collection

    import psycopg

STORIES = """
SELECT story_id, url, title, channel, channel_id, subcategory, subcategory_id, byline,
    organization, wire, place, dateline_day, report_type, published_at, modified_at,
    date_witnesses, paragraphs, content_level, language, last_seen_run,
    (SELECT coalesce(jsonb_agg(to_jsonb(contributor) - 'story_id' ORDER BY position),
        '[]') FROM contributor WHERE contributor.story_id = article.story_id)
        AS contributors,
    (SELECT coalesce(jsonb_agg(to_jsonb(figure) - 'story_id' ORDER BY position), '[]')
        FROM figure WHERE figure.story_id = article.story_id) AS figures,
    (SELECT coalesce(jsonb_agg(to_jsonb(one) - 'story_id' ORDER BY position), '[]')
        FROM keyword AS one WHERE one.story_id = article.story_id) AS keywords
FROM article
WHERE story_id = ANY(%s)
ORDER BY story_id
FOR UPDATE OF article
"""

LATEST = """
SELECT DISTINCT ON (story_id) story_id, number, hashes, content, extractor_version
FROM revision
WHERE story_id = ANY(%s)
ORDER BY story_id, number DESC
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """By story id: ``stories``, the fields and parts of its row; ``latest``, number,
    hashes, content and extractor of its newest revision."""

    stories: dict[int, dict[str, Any]] = field(default_factory=dict)
    latest: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    def seen_after(self, run: int) -> list[int]:
        """Stories that a later run has seen."""
        return [k for k, row in self.stories.items() if row["last_seen_run"] > run]


async def lock(
    connection: psycopg.AsyncConnection[Any], story_ids: Collection[int]
) -> Stored:
    """What is stored of stories, which stay locked; the caller holds a transaction."""
    ids = [sorted(story_ids)]
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(STORIES, ids)
        newest = await connection.execute(LATEST, ids)
        stories = {row["story_id"]: row for row in await cursor.fetchall()}
    latest = {row[0]: row[1:] for row in await newest.fetchall()}
    return Stored(stories, latest)
