"""What the archive knows of stories before a run asks for them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    import psycopg

# Only what earlier runs know: rows of this one come and go while it decides. What the
# runs of a night did is the night's: one may read a list and another its stories. A
# list API that still tells the time of change that it told when the story was read
# answers for it, too
STORY = """
SELECT article.story_id, article.url, article.title,
    coalesce(article.published_at, edit.first_read_at) AS published_at,
    article.first_seen_run >= %(run)s AS of_this_job,
    edit.changed_at, visit.visited_at, absence.absent_since,
    coalesce(absence.absences, 0) AS absences, read.night AS read_night, told.value
    AS told, told.since_night AS told_since, told.seen_night AS told_seen,
    article.extractor_version,
    ARRAY(SELECT DISTINCT anchor_text FROM link JOIN placement USING (link_id)
        WHERE link.story_id = article.story_id AND link.section <> 'body'
            AND anchor_text IS NOT NULL
            AND placement.first_run <= least(%(run)s - 1, greatest(read.night,
                CASE WHEN told.since_night <= read.night THEN told.seen_night END))
            AND placement.last_run >= coalesce(edited_by.job_id, edit.run, 0)) AS words
FROM article
LEFT JOIN LATERAL (
    SELECT max(seen_at) AS visited_at,
        max(run_id) FILTER (WHERE outcome IN ('alive', 'half_loaded')) AS alive_run,
        max(run_id) FILTER (WHERE outcome = 'alive') AS read_run
    FROM observation WHERE observation.story_id = article.story_id
) AS visit ON true
LEFT JOIN LATERAL (
    SELECT max(seen_at) FILTER (WHERE number > 1) AS changed_at, max(run_id) AS run,
        min(seen_at) AS first_read_at
    FROM revision WHERE revision.story_id = article.story_id
) AS edit ON true
LEFT JOIN LATERAL (
    SELECT min(seen_at) AS absent_since, count(*) AS absences FROM observation
    WHERE observation.story_id = article.story_id
        AND outcome IN ('not_found', 'gone', 'redirected', 'no_headline')
        AND run_id > coalesce(visit.alive_run, 0)
) AS absence ON true
LEFT JOIN signal ON signal.story_id = article.story_id
    AND signal.witness = 'api_modified'
LEFT JOIN run AS edited_by ON edited_by.run_id = edit.run
LEFT JOIN run AS read_by ON read_by.run_id = visit.read_run
LEFT JOIN run AS since_by ON since_by.run_id = signal.since_run
LEFT JOIN run AS seen_by ON seen_by.run_id = signal.seen_run
CROSS JOIN LATERAL (SELECT coalesce(read_by.job_id, visit.read_run) AS night) AS read
CROSS JOIN LATERAL (
    SELECT signal.value, coalesce(since_by.job_id, signal.since_run) AS since_night,
        coalesce(seen_by.job_id, signal.seen_run) AS seen_night
) AS told
"""
BY_ID = "WHERE article.story_id = ANY(%(story_ids)s)"
AGAIN = """
WHERE article.published_at >= %(young)s
    OR article.story_id IN (SELECT story_id FROM revision
        WHERE number > 1 AND seen_at >= %(young)s)
    OR (article.story_id IN (SELECT story_id FROM observation
            WHERE outcome IN ('not_found', 'gone', 'redirected', 'no_headline')
                AND seen_at >= %(since)s)
        AND absence.absences > 0)
"""


@dataclass(frozen=True, slots=True)
class KnownStory:
    """A stored story; instants are aware UTC, on the site's clock. ``published_at``:
    or, where no page says, when it was first read. ``of_this_job``: no run before
    stored it, but one that is dead by now may have. ``changed_at``: when its newest
    revision but the first was seen; ``absent_since`` and ``absences``: visits that did
    not find it since it was last there; ``words``: what lists called it between its
    newest revision and the last night that answered for it; ``read_night``: the last
    that read it whole; ``told``: what the list API last gave as its time of change,
    ``told_since`` and ``told_seen``: first and last night that heard so;
    ``extractor_version``: of what read it last. A night goes by the number of its
    first run."""

    story_id: int
    url: str
    published_at: datetime | None
    title: str
    of_this_job: bool
    changed_at: datetime | None
    visited_at: datetime | None
    absent_since: datetime | None
    absences: int
    read_night: int | None
    told: str | None
    told_since: int | None
    told_seen: int | None
    words: list[str]
    extractor_version: str | None = None


async def of(
    connection: psycopg.AsyncConnection[Any], story_ids: Collection[int], *, run: int
) -> dict[int, KnownStory]:
    """Those of ``story_ids`` that are stored, as runs before ``run`` left them."""
    async with connection.cursor(row_factory=class_row(KnownStory)) as cursor:
        values = {"story_ids": list(story_ids), "run": run}
        await cursor.execute(STORY + BY_ID, values)
        return {story.story_id: story for story in await cursor.fetchall()}


async def young(
    connection: psycopg.AsyncConnection[Any],
    young: datetime,
    since: datetime,
    *,
    run: int,
) -> list[tuple[str, KnownStory]]:
    """(address, story) of those published or changed after ``young``, or not found at
    a visit after ``since`` and not seen again."""
    async with connection.cursor(row_factory=class_row(KnownStory)) as cursor:
        values = {"young": young, "since": since, "run": run}
        await cursor.execute(STORY + AGAIN, values)
        return [(story.url, story) for story in await cursor.fetchall()]
