"""Pages that come after newer ones of their story, as those of a spool can that is
drained where later runs have stored.

The ledger goes by ``seen_at``, the site's clock, and not by arrival. Revisions are
cited by their numbers, so none is put in between or numbered anew: a late page whose
text is that of the revision before or after its instant adds its visit, and one of any
other text is an incident ``late_text`` besides, which names its capture.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crawler.items import Incident
from pipelines import revisions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import psycopg

    from crawler.items import Article

# A visit that found no text, or half of it, says nothing of which text is newer
NEWEST_VISITS = """
SELECT story_id, greatest(max(revision.seen_at), (
    SELECT max(observation.seen_at) FROM observation
    WHERE observation.story_id = revision.story_id AND outcome = 'alive'))
FROM revision
WHERE story_id = ANY(%s)
GROUP BY story_id
"""

NEIGHBOURS = """
(SELECT hashes FROM revision WHERE story_id = %(story)s AND seen_at <= %(at)s
    ORDER BY seen_at DESC, number DESC LIMIT 1)
UNION ALL
(SELECT hashes FROM revision WHERE story_id = %(story)s AND seen_at > %(at)s
    ORDER BY seen_at, number LIMIT 1)
"""

SEEN_BEFORE = """
UPDATE article
SET first_seen_at = %(seen_at)s, first_seen_run = %(run)s
WHERE story_id = ANY(%(story_ids)s) AND first_seen_at > %(seen_at)s
"""


async def judge(
    connection: psycopg.AsyncConnection[Any],
    articles: Mapping[int, Article],
    *,
    seen_at: datetime,
) -> dict[int, dict[str, str]]:
    """Late stories -> the detail of an incident, empty where the text is known.

    Args:
        articles: stories that a later run has seen; a clock of the site that was wrong
            for a moment makes none of them late.
        seen_at: for pages that do not say when.
    """
    if not articles:
        return {}
    cursor = await connection.execute(NEWEST_VISITS, [list(articles)])
    late = {}
    for key, newest in sorted(await cursor.fetchall()):
        at = articles[key].seen_at or seen_at
        if at < newest:
            late[key] = await _new_in(connection, articles[key], at)
    return late


async def _new_in(
    connection: psycopg.AsyncConnection[Any], article: Article, at: datetime
) -> dict[str, str]:
    content = revisions.content(article)
    hashes = revisions.hashes(content)
    asked = {"story": article.story_id, "at": at}
    cursor = await connection.execute(NEIGHBOURS, asked)
    around = [old for (old,) in await cursor.fetchall()]
    differ = [revisions.changed(old, hashes) for old in around]
    if not all(differ):
        return {}
    detail = {"seen_at": at.isoformat(), "sections": ", ".join(differ[0])}
    if article.capture_id:
        return {**detail, "capture": str(article.capture_id)}
    # without a capture its text would be nowhere else
    return {**detail, "content": json.dumps(content, ensure_ascii=False)}


async def seen_before(
    cursor: psycopg.AsyncCursor[Any],
    story_ids: Sequence[int],
    *,
    run: int,
    seen_at: datetime,
) -> None:
    """Widens when late stories were first seen; nothing else of them changes."""
    values = {"story_ids": list(story_ids), "run": run, "seen_at": seen_at}
    await cursor.execute(SEEN_BEFORE, values)


def incidents(
    articles: Mapping[int, Article], late: Mapping[int, dict[str, str]]
) -> list[Incident]:
    """What a person is told of texts that are no revisions; ``late`` as judged."""
    return [
        Incident(
            kind="late_text",
            page_url=articles[key].url,
            story_id=key,
            detail=detail,
        )
        for key, detail in late.items()
        if detail
    ]
