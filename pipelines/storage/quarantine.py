"""Rows of ``quarantine``: items the database refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.types.json import Jsonb

from crawler.items import Article, Incident, Link
from pipelines.storage.keys import digest
from pipelines.storage.text import as_json, clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import psycopg

UPSERT = """
INSERT INTO quarantine AS old (quarantine_id, target, reason, item,
    first_seen_at, first_seen_run, last_seen_at, last_seen_run)
VALUES (%(quarantine_id)s, %(target)s, %(reason)s, %(item)s,
    %(seen_at)s, %(run)s, %(seen_at)s, %(run)s)
ON CONFLICT (quarantine_id) DO UPDATE
SET last_seen_at = greatest(old.last_seen_at, excluded.last_seen_at),
    last_seen_run = excluded.last_seen_run
"""
REASON_MAX = 1000
BIGINT_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedItem:
    """A refused item in a form that any database can hold."""

    target: str
    reason: str
    item: dict[str, Any]

    @property
    def key(self) -> UUID:
        return UUID(
            bytes=digest(
                self.target, self.reason, json.dumps(self.item, sort_keys=True)
            )
        )


def quarantined(item: Article | Link | Incident, reason: str) -> QuarantinedItem:
    """``item`` made storable: texts cleaned, overlong ones cut."""
    return QuarantinedItem(
        target=type(item).__name__.lower(),
        reason=clean_text(reason)[:REASON_MAX] or "no reason given",
        item=as_json(item),
    )


def report(item: Article | Link | Incident, refused: QuarantinedItem) -> Incident:
    """The incident that tells a person of it."""
    page = item.url if isinstance(item, Article) else item.page_url
    story = item.page_story_id if isinstance(item, Link) else item.story_id
    return Incident(
        kind="row_quarantined",
        page_url=clean_text(page)[:REASON_MAX] or "(none)",
        story_id=story if story and 0 < story <= BIGINT_MAX else None,
        section=None if isinstance(item, Article) else clean_section(item.section),
        detail={"target": refused.target, "reason": refused.reason},
    )


def clean_section(section: str | None) -> str | None:
    """A section name that is no reason for another refusal."""
    return clean_text(str(section))[:100] or None if section else None


async def store(
    connection: psycopg.AsyncConnection[Any],
    items: Mapping[UUID, QuarantinedItem],
    *,
    run: int,
    seen_at: datetime,
) -> None:
    """Writes refused items; one that is there already has ``last_seen_*`` touched."""
    rows = [
        {
            "quarantine_id": key,
            "target": items[key].target,
            "reason": items[key].reason,
            "item": Jsonb(items[key].item),
            "run": run,
            "seen_at": seen_at,
        }
        for key in sorted(items)
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(UPSERT, rows)
