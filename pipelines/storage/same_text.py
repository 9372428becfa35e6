"""Rows of ``text_signature``; the pairs are the view ``same_text``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pipelines.near_duplicates import METHOD, signature
from pipelines.series import part_of
from pipelines.storage.recordset import recordset
from pipelines.templates import is_template

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import psycopg

    from crawler.items import Article

UPSERT = """
INSERT INTO text_signature (story_id, signature, bands, part_stem, part, is_template,
    method, run_id)
SELECT story_id, signature, bands, part_stem, part, is_template, method, run
FROM json_to_recordset(%s) AS row (story_id bigint, signature bytea, bands bigint[],
    part_stem text, part text, is_template boolean, method integer, run bigint)
ORDER BY story_id
ON CONFLICT (story_id) DO UPDATE
SET signature = excluded.signature, bands = excluded.bands,
    part_stem = excluded.part_stem, part = excluded.part,
    is_template = excluded.is_template, method = excluded.method,
    run_id = excluded.run_id
"""

# What is stored may be missing, of another text, or computed by another method; and the
# rules about headlines change without a new method, since signatures stay comparable
STORED = """
SELECT story_id, title, paragraphs, last_seen_run,
    story_id = ANY(%(changed)s) OR method IS DISTINCT FROM %(method)s,
    part_stem, part, is_template
FROM article LEFT JOIN text_signature USING (story_id)
WHERE story_id = ANY(%(stories)s)
ORDER BY story_id
"""
# It is the same revision that is read anew: the run stays
RENEW = UPSERT.replace("run_id = excluded.run_id", "run_id = text_signature.run_id")


async def store(
    connection: psycopg.AsyncConnection[Any], articles: Iterable[Article], *, run: int
) -> None:
    """Writes what the texts of new and changed stories are compared by.

    The caller holds a transaction, has written the stories themselves, and names a
    story only once. Rows are written in key order, so that two writers cannot deadlock.
    """
    rows = []
    for article in sorted(articles, key=lambda a: a.story_id):
        row = _row(article.story_id, article.title, article.paragraphs, run)
        rows.append(row)
        # a story costs 0.4 ms and a batch has hundreds: downloads must not wait so long
        await asyncio.sleep(0)
    if rows:
        await connection.execute(UPSERT, [recordset(rows)])


def renew(
    cursor: psycopg.Cursor[Any], stories: Collection[int], changed: Collection[int]
) -> None:
    """Writes them anew for stored ``stories``, as far as they are ``changed`` or were
    computed or judged in another way; the caller holds a transaction and the stories'
    locks."""
    asked = {"stories": list(stories), "changed": list(changed), "method": METHOD}
    found = [
        row
        for *row, outdated, stem, part, template in cursor.execute(STORED, asked)
        if outdated or _judged(row[1], row[2]) != (stem, part, template)
    ]
    if found:
        cursor.execute(RENEW, [recordset(_row(*row) for row in found)])


def _judged(
    title: str, paragraphs: Sequence[str]
) -> tuple[str | None, str | None, bool]:
    """Series, part, and whether it is a template."""
    return (*(part_of(title) or (None, None)), is_template(title, paragraphs))


def _row(
    story_id: int, title: str, paragraphs: Sequence[str], run: int
) -> dict[str, Any]:
    found = signature(title, paragraphs)
    stem, part, template = _judged(title, paragraphs)
    return {
        "story_id": story_id,
        "signature": found and rf"\x{found.minima.hex()}",
        "bands": list(found.bands) if found else [],
        "part_stem": stem,
        "part": part,
        "is_template": template,
        "method": METHOD,
        "run": run,
    }
