"""Rows of ``frontier``: requests that wait, and how they ended."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from crawler.items import FrontierEnd, FrontierRequest

INSERT = """
INSERT INTO frontier (job_id, fingerprint, url, callback, errback, arguments, found,
    story_id, priority)
VALUES (%(job)s, %(fingerprint)s, %(url)s, %(callback)s, %(errback)s, %(arguments)s,
    %(found)s, %(story_id)s, %(priority)s)
ON CONFLICT (job_id, fingerprint) DO NOTHING
"""
END = """
UPDATE frontier SET state = %(state)s, reason = %(reason)s
WHERE job_id = %(job)s AND fingerprint = %(fingerprint)s
"""


async def add(
    connection: psycopg.AsyncConnection[Any],
    requests: Sequence[FrontierRequest],
    *,
    job: int,
    run: int,
) -> None:
    """Adds requests in the order of their keys; one that is there stays as it is."""
    rows = [
        {
            **asdict(one),
            "arguments": Jsonb(one.arguments),
            "found": Jsonb(one.found),
            "job": job,
        }
        for one in sorted(requests, key=lambda one: one.fingerprint)
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(INSERT, rows)


async def end(
    connection: psycopg.AsyncConnection[Any],
    ends: Sequence[FrontierEnd],
    *,
    job: int,
    run: int,
) -> None:
    """Writes how requests ended, in the order of their keys."""
    ordered = sorted(ends, key=lambda one: one.fingerprint)
    rows = [{**asdict(one), "job": job} for one in ordered]
    async with connection.cursor() as cursor:
        await cursor.executemany(END, rows)
