"""One batch of rows of all tables: one transaction, rows in key order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.items import (
    Article,
    Capture,
    FrontierEnd,
    FrontierRequest,
    Incident,
    Link,
    Observation,
)
from crawler.told import Look, Signal
from pipelines.storage import (
    articles,
    captures,
    frontier,
    incidents,
    late,
    links,
    observations,
    placements,
    quarantine,
    revise,
    signals,
    stored,
)
from pipelines.storage.keys import incident_id, link_id
from pipelines.storage.quarantine import QuarantinedItem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import psycopg


@dataclass(frozen=True, slots=True)
class PageCount:
    """On how many pages of this run a link was, the first one included."""

    link_id: UUID
    pages: int
    seen_at: datetime | None = None


Row = (
    Article
    | Link
    | PageCount
    | Incident
    | Capture
    | Observation
    | QuarantinedItem
    | Signal
    | Look
    | FrontierRequest
    | FrontierEnd
)


async def store_batch(
    connection: psycopg.AsyncConnection[Any],
    rows: Sequence[Row],
    *,
    run: int,
    job: int = 0,
    seen_at: datetime,
    extractor: str | None = None,
    draining: bool = False,
) -> list[str]:
    """Writes ``rows`` in one transaction; of rows with one key the last is written.

    Keys are written in order, so that two writers cannot deadlock. The frontier comes
    last: its rows are those that other processes wait for.

    Args:
        job: whose frontier it is; 0: that of ``run``.
        draining: the rows are of a spool: later runs may have stored already.

    Returns:
        For each row what became of it: ``article/inserted``, ``article/changed``,
        ``article/unchanged``, ``link/inserted``, ``link/seen``, ``link/repeated``,
        ``incident``, ``capture``, ``observation``, ``signal``, ``look``,
        ``frontier/request``, ``frontier/end`` or ``quarantined``.
    """
    keys = [link_id(row) if isinstance(row, Link) else None for row in rows]
    stories = {row.story_id: row for row in rows if isinstance(row, Article)}
    sightings = {
        key: row
        for key, row in zip(keys, rows, strict=True)
        if isinstance(row, Link) and key
    }
    counts = [row for row in rows if isinstance(row, PageCount)]
    pages = {row.link_id: (row.pages, row.seen_at or seen_at) for row in counts}
    archived = {row.capture_id: row for row in rows if isinstance(row, Capture)}
    visits = {row.story_id: row for row in rows if isinstance(row, Observation)}
    shown: dict[int, dict[str, str]] = {}
    events = {incident_id(row): row for row in rows if isinstance(row, Incident)}
    refused = {row.key: row for row in rows if isinstance(row, QuarantinedItem)}
    told = [row for row in rows if isinstance(row, Signal)]
    looks = [row for row in rows if isinstance(row, Look)]
    requests = [row for row in rows if isinstance(row, FrontierRequest)]
    ends = [row for row in rows if isinstance(row, FrontierEnd)]
    story_outcomes: dict[int, str] = {}
    known, sent = stored.Stored(), None
    when: Any = {"run": run, "seen_at": seen_at}
    async with connection.pipeline(), connection.transaction():
        if archived:
            await captures.store(connection, archived, run=run)
        if stories:
            known = await stored.lock(connection, stories)
        if sightings:
            sent = await links.store(
                connection,
                sightings,
                **when,
                night=job or run,
                counted=pages,
                draining=draining,
            )
        if pages:
            await links.repeat(connection, pages, **when, night=job or run)
        if stories:
            story_outcomes, revised = await articles.store(
                connection,
                list(stories.values()),
                known,
                run=run,
                seen_at=seen_at,
                extractor=extractor,
            )
            visits |= {
                k: _visit(stories[k], revised.half.get(k), visits.get(k))
                for k in stories
            }
            shown = {key: revised.hashes[key] for key in revised.half}
            whole = {
                k: one.seen_at or seen_at
                for k, one in stories.items()
                if k not in revised.half
            }
            await placements.see_empty(
                connection, whole, sightings.values(), night=job or run
            )
            halves = [_half(stories[k], why) for k, why in revised.half.items()]
            halves += late.incidents(stories, revised.late)
            halves += revise.incidents(stories, revised)
            changed = [k for k, what in story_outcomes.items() if what == "changed"]
            missed = []
            if changed:
                missed = await signals.missed(connection, changed, run=run)
            events |= {incident_id(one): one for one in (*halves, *missed)}
        if visits:
            await observations.store(
                connection, visits, run=run, seen_at=seen_at, hashes=shown
            )
        if told:
            await signals.store(connection, told, run=run)
        if looks:
            await signals.look(connection, looks, run=run)
        if events:
            await incidents.store(connection, events, run=run, seen_at=seen_at)
        if refused:
            await quarantine.store(connection, refused, run=run, seen_at=seen_at)
        if requests:
            await frontier.add(connection, requests, job=job or run)
        if ends:
            await frontier.end(connection, ends, job=job or run, run=run)
        link_outcomes = await links.outcomes(sightings, sent)
    return [
        f"link/{link_outcomes[key]}" if key else _outcome(row, story_outcomes)
        for key, row in zip(keys, rows, strict=True)
    ]


def _visit(article: Article, half: str | None, told: Observation | None) -> Observation:
    """``told``: what the page itself says of the visit; a 304 has its own capture."""
    modified = told is None or told.status != 304
    return Observation(
        story_id=article.story_id,
        outcome="half_loaded" if half else "alive",
        status=200 if modified else 304,
        detail=half,
        seen_at=article.seen_at,
        capture_id=article.capture_id if told is None or modified else told.capture_id,
    )


def _half(article: Article, why: str) -> Incident:
    return Incident(
        kind="half_loaded",
        page_url=article.url,
        story_id=article.story_id,
        detail={"reason": why},
    )


def _outcome(row: Row, stories: dict[int, str]) -> str:
    match row:
        case Article():
            return f"article/{stories[row.story_id]}"
        case PageCount():
            return "link/repeated"
        case Incident():
            return "incident"
        case Capture():
            return "capture"
        case Observation():
            return "observation"
        case Signal():
            return "signal"
        case Look():
            return "look"
        case FrontierRequest():
            return "frontier/request"
        case FrontierEnd():
            return "frontier/end"
        case _:
            return "quarantined"
