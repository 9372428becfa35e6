"""Decides which stories of a batch have a new revision, and writes it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.items import Incident
from pipelines import revisions
from pipelines.storage import observations
from pipelines.storage.recordset import recordset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import psycopg

    from crawler.items import Article

INSERT = """
INSERT INTO revision (story_id, number, seen_at, run_id, capture_id, changed_sections,
    kinds, hashes, content, extractor_version)
SELECT story_id, number, seen_at, %(run)s, capture_id, sections, kinds, hashes, content,
    %(extractor)s
FROM json_to_recordset(%(rows)s) AS row (story_id bigint, number integer,
    seen_at timestamptz, capture_id uuid, sections text[], kinds text[], hashes jsonb,
    content jsonb)
ORDER BY story_id
"""


REREAD = """
UPDATE revision SET extractor_version = %(extractor)s
FROM unnest(%(stories)s::bigint[], %(numbers)s::integer[]) AS reread (story_id, number)
WHERE revision.story_id = reread.story_id AND revision.number = reread.number
"""


# No edit: no section, no kind
NONE: tuple[list[str], tuple[str, ...]] = ([], ())


@dataclass(frozen=True, slots=True)
class Revised:
    """``sections``: story -> what changed (empty: its first revision); ``half``: story
    -> why its page is an observation and no new truth; ``late``: those with a newer
    page stored -> what is told of them; ``hashes``: of all the others.

    Of what another extractor has read: ``doubtful``, the new revisions that may be
    nothing but its reading -> what is told of them, and ``reread``, the unchanged ones
    -> number."""

    sections: dict[int, list[str]] = field(default_factory=dict)
    half: dict[int, str] = field(default_factory=dict)
    late: dict[int, dict[str, str]] = field(default_factory=dict)
    hashes: dict[int, dict[str, str]] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    doubtful: dict[int, dict[str, str]] = field(default_factory=dict)
    reread: dict[int, int] = field(default_factory=dict)


async def compare(
    connection: psycopg.AsyncConnection[Any],
    articles: Mapping[int, Article],
    latest: Mapping[int, tuple[Any, ...]],
    *,
    late: dict[int, dict[str, str]],
    run: int,
    seen_at: datetime,
    extractor: str | None,
) -> Revised:
    """What is new in ``articles``, as ``extractor`` read them, against the ``latest``
    revisions of their stories; nothing in those that come ``late``."""
    found = Revised(late=late)
    doubtful = False
    for key in sorted(articles.keys() - found.late.keys()):
        content = revisions.content(articles[key])
        found.hashes[key] = revisions.hashes(content)
        number, hashes, old, reader = latest.get(key, (0, {}, {}, None))
        same = hashes == found.hashes[key]
        changed, kinds = revisions.edits(old, content) if number and not same else NONE
        if number and not changed:
            if reader != extractor:
                found.reread[key] = number
            continue
        if reader and extractor and reader != extractor:
            told = {"before": reader, "now": extractor}
            found.doubtful[key] = {**told, "sections": ", ".join(changed)}
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
                "capture_id": articles[key].capture_id,
                "sections": changed,
                "kinds": list(kinds),
                "hashes": found.hashes[key],
                "content": content,
            }
        )
        # Judging takes up to a quarter of a second: not one loop's turn for a batch
        await asyncio.sleep(0)
    return await _confirmed(connection, found, run) if doubtful else found


async def _confirmed(
    connection: psycopg.AsyncConnection[Any], found: Revised, run: int
) -> Revised:
    """A short page that another night saw just so is what the story says now."""
    first = min(row["seen_at"] for row in found.rows if row["story_id"] in found.half)
    known = await observations.half_loaded(
        connection, list(found.half), run=run, seen_at=first
    )
    half = {
        key: reason
        for key, reason in found.half.items()
        if (key, tuple(sorted(found.hashes[key].items()))) not in known
    }
    return Revised(
        sections={k: v for k, v in found.sections.items() if k not in half},
        half=half,
        late=found.late,
        hashes=found.hashes,
        rows=[row for row in found.rows if row["story_id"] not in half],
        doubtful={k: v for k, v in found.doubtful.items() if k not in half},
        reread=found.reread,
    )


async def write(
    connection: psycopg.AsyncConnection[Any],
    revised: Revised,
    *,
    run: int,
    extractor: str | None,
) -> None:
    """Writes the new revisions, whose stories are stored already, and that others were
    found to be as they are by the ``extractor``, too."""
    if revised.rows:
        given = {"run": run, "extractor": extractor}
        rows = recordset(revised.rows)
        await connection.execute(INSERT, {"rows": rows, **given})
    if revised.reread and extractor:
        stories, numbers = list(revised.reread), list(revised.reread.values())
        which = {"stories": stories, "numbers": numbers, "extractor": extractor}
        await connection.execute(REREAD, which)


def incidents(articles: Mapping[int, Article], revised: Revised) -> list[Incident]:
    """What a person is told of revisions that may be another reading only."""
    return [
        Incident(
            kind="other_extractor",
            page_url=articles[key].url,
            story_id=key,
            detail=detail,
        )
        for key, detail in revised.doubtful.items()
    ]
