"""Rows of ``frontier``: what a job has still to fetch, and how everything ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from crawler.items import FrontierRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import psycopg

    from crawler.items import FrontierEnd

# Numbered in the order in which they came, since seq decides among equal priorities;
# written in key order, so that two writers cannot deadlock
ADD = """
WITH numbered AS MATERIALIZED (
    SELECT row.*, nextval(pg_get_serial_sequence('frontier', 'seq')) AS seq
    FROM json_to_recordset(%(rows)s) AS row (place bigint, fingerprint text, url text,
        story_id bigint, callback text, errback text, arguments jsonb, found jsonb,
        priority bigint)
    ORDER BY place
)
INSERT INTO frontier (job_id, fingerprint, seq, url, story_id, callback, errback,
    arguments, found, priority)
SELECT %(job)s, decode(fingerprint, 'hex'), seq, url, story_id, callback, errback,
    arguments, found, priority
FROM numbered ORDER BY fingerprint
ON CONFLICT (job_id, fingerprint) DO NOTHING
"""

# What every run begins with is fetched again by a run that goes on with a job
BEGIN = """
ON CONFLICT (job_id, fingerprint) DO UPDATE
SET state = 'pending', reason = NULL, ended_at = NULL, ended_run = NULL
WHERE frontier.state NOT IN ('pending', 'leased')
"""

# A lease that another run has taken over since is that run's to end; one that was only
# given back (its page lies in the spool, or came late) is still the run's. A story
# without a revision of this run is what it was.
END = """
WITH ended AS (
    SELECT decode(fingerprint, 'hex') AS fingerprint, state, reason
    FROM json_to_recordset(%(rows)s)
        AS row (fingerprint text, state text, reason text)
), locked AS (
    SELECT ended.* FROM frontier JOIN ended USING (fingerprint)
    WHERE job_id = %(job)s AND frontier.state IN ('leased', 'pending')
        AND lease_run = %(run)s
    ORDER BY fingerprint
    FOR UPDATE OF frontier
)
UPDATE frontier
SET state = CASE WHEN locked.state = 'stored' AND NOT EXISTS (
        SELECT FROM revision WHERE revision.story_id = frontier.story_id
            AND revision.run_id = %(run)s) THEN 'unchanged' ELSE locked.state END,
    reason = locked.reason, lease_until = NULL, ended_at = clock_timestamp(),
    ended_run = %(run)s
FROM locked
WHERE frontier.job_id = %(job)s AND frontier.fingerprint = locked.fingerprint
"""

CLAIM = """
WITH next AS (
    SELECT fingerprint FROM frontier
    WHERE job_id = %(job)s AND state = 'pending'
    ORDER BY priority DESC, seq
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE frontier
    SET state = 'leased', lease_run = %(run)s, leases = leases + 1,
        lease_until = clock_timestamp() + %(seconds)s * interval '1 second'
    FROM next
    WHERE frontier.job_id = %(job)s AND frontier.fingerprint = next.fingerprint
    RETURNING frontier.fingerprint, url, callback, errback, priority, story_id,
        arguments, found, seq
)
SELECT fingerprint, url, callback, errback, priority, story_id, arguments, found
FROM claimed ORDER BY priority DESC, seq
"""

EXPIRE = """
UPDATE frontier SET state = 'pending', lease_until = NULL
WHERE job_id = %(job)s AND state = 'leased' AND lease_until < clock_timestamp()
"""

RENEW = """
UPDATE frontier
SET lease_until = clock_timestamp() + %(seconds)s * interval '1 second'
WHERE job_id = %(job)s AND state = 'leased' AND lease_run = %(run)s
    AND fingerprint = ANY(%(held)s)
"""

RELEASE = """
UPDATE frontier SET state = 'pending', lease_until = NULL
WHERE job_id = %(job)s AND state = 'leased' AND lease_run = %(run)s
"""

# Rows that are somebody else's business, or of which the run was never told that it has
# them, keep it from ending
ELSEWHERE = """
SELECT count(*) FROM frontier
WHERE job_id = %(job)s
    AND (state = 'pending' OR (state = 'leased'
        AND (lease_run <> %(run)s OR fingerprint <> ALL(%(held)s))))
"""


async def add(
    connection: psycopg.AsyncConnection[Any],
    requests: Sequence[FrontierRequest],
    *,
    job: int,
    begin: bool = False,
) -> None:
    """Adds requests that the job does not have yet, in their order.

    Args:
        begin: they are what every run begins with; ended ones wait again.
    """
    statement = ADD.replace("ON CONFLICT (job_id, fingerprint) DO NOTHING", BEGIN)
    rows = json.dumps([_row(n, one) for n, one in enumerate(requests)])
    await connection.execute(statement if begin else ADD, {"job": job, "rows": rows})


async def end(
    connection: psycopg.AsyncConnection[Any],
    ends: Sequence[FrontierEnd],
    *,
    job: int,
    run: int,
) -> None:
    """Gives requests that ``run`` was the last to take their one terminal state."""
    rows = json.dumps(
        [
            {"fingerprint": e.fingerprint.hex(), "state": e.state, "reason": e.reason}
            for e in ends
        ]
    )
    await connection.execute(END, {"rows": rows, "job": job, "run": run})


async def claim(
    connection: psycopg.AsyncConnection[Any],
    *,
    job: int,
    run: int,
    limit: int,
    seconds: float,
) -> list[FrontierRequest]:
    """Leases the next requests to ``run`` for ``seconds``, highest priority first."""
    given = {"job": job, "run": run, "limit": limit, "seconds": seconds}
    async with connection.cursor(row_factory=class_row(FrontierRequest)) as cursor:
        await cursor.execute(CLAIM, given)
        return await cursor.fetchall()


async def expire(connection: psycopg.AsyncConnection[Any], *, job: int) -> int:
    """Takes back leases that nobody renewed; their number."""
    cursor = await connection.execute(EXPIRE, {"job": job})
    return cursor.rowcount


async def renew(
    connection: psycopg.AsyncConnection[Any],
    *,
    job: int,
    run: int,
    held: Collection[bytes],
    seconds: float,
) -> None:
    """Prolongs those leases of ``run`` that it holds to ``seconds`` from now."""
    given = {"job": job, "run": run, "held": list(held), "seconds": seconds}
    await connection.execute(RENEW, given)


async def release(
    connection: psycopg.AsyncConnection[Any], *, job: int, run: int
) -> int:
    """Gives back what ``run`` holds; the number of requests."""
    cursor = await connection.execute(RELEASE, {"job": job, "run": run})
    return cursor.rowcount


async def elsewhere(
    connection: psycopg.AsyncConnection[Any],
    *,
    job: int,
    run: int,
    held: Collection[bytes],
) -> int:
    """Requests that wait, or are leased and not ``held`` by ``run``."""
    given = {"job": job, "run": run, "held": list(held)}
    cursor = await connection.execute(ELSEWHERE, given)
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


def _row(place: int, one: FrontierRequest) -> Mapping[str, Any]:
    return {
        "place": place,
        "fingerprint": one.fingerprint.hex(),
        "url": one.url,
        "story_id": one.story_id,
        "callback": one.callback,
        "errback": one.errback,
        "arguments": one.arguments,
        "found": one.found,
        "priority": one.priority,
    }
