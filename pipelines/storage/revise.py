"""Decides which stories of a batch have a new revision, and writes it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from pipelines import revisions
from pipelines.storage import observations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import psycopg

    from crawler.items import Article

LATEST = """
SELECT DISTINCT ON (story_id) story_id, number, hashes, content FROM revision
WHERE story_id = ANY(%s)
ORDER BY story_id, number DESC
"""

INSERT = """
INSERT INTO revision (story_id, number, seen_at, run_id, capture_id, changed_sections,
    kinds, hashes, content)
VALUES (%(story_id)s, %(number)s, %(seen_at)s, %(run)s, %(capture_id)s, %(sections)s,
    %(kinds)s, %(hashes)s, %(content)s)
"""


@dataclass(frozen=True, slots=True)
class Revised:
    """``sections``: story -> what changed (empty: its first revision); ``half``: story
    -> why its page is an observation and no new truth; ``hashes``: of all."""

    sections: dict[int, list[str]] = field(default_factory=dict)
    half: dict[int, str] = field(default_factory=dict)
    hashes: dict[int, dict[str, str]] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)


async def compare(
    connection: psycopg.AsyncConnection[Any],
    articles: Mapping[int, Article],
    *,
    run: int,
    seen_at: datetime,
) -> Revised:
    """What is new in ``articles`` against the newest revisions of their stories."""
    cursor = await connection.execute(LATEST, [list(articles)])
    latest = {row[0]: row[1:] for row in await cursor.fetchall()}
    found = Revised()
    doubtful = False
    for key in sorted(articles):
        content = revisions.content(articles[key])
        found.hashes[key] = revisions.hashes(content)
        number, hashes, old = latest.get(key, (0, {}, {}))
        changed = revisions.changed(hashes, found.hashes[key]) if number else []
        if number and not changed:
            continue
        reason = revisions.half_loaded(old, content) if number else None
        if reason:
            found.half[key] = reason
            doubtful = True
        found.sections[key] = changed
        found.rows.append(
            {
                "story_id": key,
                "number": number + 1,
                "seen_at": articles[key].seen_at or seen_at,
                "run": run,
                "capture_id": articles[key].capture_id,
                "sections": changed,
                "kinds": list(revisions.classify(old, content)) if number else [],
                "hashes": Jsonb(found.hashes[key]),
                "content": Jsonb(content),
            }
        )
        # Judging takes up to a quarter of a second: not one loop's turn for a batch
        await asyncio.sleep(0)
    return await _confirmed(connection, found, run) if doubtful else found


async def _confirmed(
    connection: psycopg.AsyncConnection[Any], found: Revised, run: int
) -> Revised:
    """A short page that another run saw just so is what the story says now."""
    known = await observations.half_loaded(connection, list(found.half), run=run)
    half = {
        key: reason
        for key, reason in found.half.items()
        if (key, tuple(sorted(found.hashes[key].items()))) not in known
    }
    return Revised(
        sections={k: v for k, v in found.sections.items() if k not in half},
        half=half,
        hashes=found.hashes,
        rows=[row for row in found.rows if row["story_id"] not in half],
    )


async def write(connection: psycopg.AsyncConnection[Any], revised: Revised) -> None:
    """Writes the new revisions, whose stories are stored already."""
    async with connection.cursor() as cursor:
        await cursor.executemany(INSERT, revised.rows)
