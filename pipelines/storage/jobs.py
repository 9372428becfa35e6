"""Rows of ``job``: begun by a run, gone on with by the next if it died."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pipelines.storage import runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

# Past this the lists of a job tell old news: a new one reads them again
HOURS = 12
# A request in another state has ended
OPEN_STATES = frozenset({"pending", "leased"})
OPEN = """
SELECT job_id, started_at > clock_timestamp() - %(hours)s * interval '1 hour' AS young
FROM job
WHERE origin = %(origin)s AND arguments = %(arguments)s AND ended_at IS NULL
ORDER BY job_id DESC
"""
BEGIN = "INSERT INTO job (job_id, origin, arguments) VALUES (%s, %s, %s)"
FREE = """
UPDATE frontier SET state = 'pending', lease_until = NULL
FROM run
WHERE frontier.job_id = %s AND state = 'leased' AND run.run_id = lease_run
    AND run.outcome IS NOT NULL
"""
# Of an older job: what a newer one has already
NOT_TWICE = """
UPDATE frontier AS old
SET state = 'superseded', lease_until = NULL, ended_at = clock_timestamp(),
    ended_run = %(new)s
WHERE old.job_id = %(old)s AND old.state IN ('pending', 'leased') AND EXISTS (
    SELECT FROM frontier AS held
    WHERE held.job_id = %(new)s AND held.fingerprint = old.fingerprint)
"""
CARRY = """
UPDATE frontier SET job_id = %(new)s, state = 'pending', lease_until = NULL
WHERE job_id = %(old)s AND state IN ('pending', 'leased') AND story_id IS NOT NULL
"""
# What a limit left of the newest ended job with the same aim, and nobody fetched since;
# replayed: and what its runs had not come to, which the next night took over
LEFT = """
UPDATE frontier AS old
SET job_id = %(new)s, state = 'pending', reason = NULL, ended_at = NULL,
    ended_run = NULL
WHERE (old.state = 'left' OR old.state = 'failed' AND old.reason = 'replay_miss')
    AND old.story_id IS NOT NULL
    AND old.job_id = (
        SELECT max(job_id) FROM job
        WHERE job_id < %(new)s AND origin = %(origin)s
            AND arguments - 'max_stories' = %(arguments)s - 'max_stories')
    AND NOT EXISTS (SELECT FROM article WHERE article.story_id = old.story_id)
    AND NOT EXISTS (
        SELECT FROM frontier AS held
        WHERE held.job_id = %(new)s AND held.fingerprint = old.fingerprint)
"""
SUPERSEDE = """
UPDATE frontier
SET state = 'superseded', lease_until = NULL, ended_at = clock_timestamp(),
    ended_run = %(new)s
WHERE job_id = %(old)s AND state IN ('pending', 'leased')
"""
CLOSE = "UPDATE job SET ended_at = clock_timestamp() WHERE job_id = %(old)s"
FINISH = """
UPDATE job SET ended_at = clock_timestamp()
WHERE job_id = %s AND ended_at IS NULL AND NOT EXISTS (
    SELECT FROM frontier WHERE frontier.job_id = job.job_id
        AND state IN ('pending', 'leased'))
"""
# A run that lives holds the advisory lock of its number (``runs.HOLD``)
IN_PROGRESS = """
SELECT job_id, arguments FROM job WHERE origin = %s AND ended_at IS NULL
ORDER BY EXISTS (
    SELECT FROM frontier JOIN pg_locks ON objid = lease_run::bigint
    WHERE frontier.job_id = job.job_id AND state = 'leased'
        AND locktype = 'advisory' AND classid = %s AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
) DESC, job_id DESC LIMIT 1
"""
STATES = """
SELECT state, coalesce(reason, '') AS reason, count(*) AS number FROM frontier
WHERE job_id = coalesce(%s, (SELECT max(job_id) FROM job))
GROUP BY state, reason ORDER BY state, number DESC
"""
REQUEUE = """
UPDATE frontier
SET state = 'pending', reason = NULL, ended_at = NULL, ended_run = NULL
WHERE job_id = %(job)s AND state NOT IN ('pending', 'leased')
    AND (state = %(word)s OR reason = %(word)s)
"""
WORK_ON = "UPDATE run SET job_id = %s WHERE run_id = %s"
REOPEN = "UPDATE job SET ended_at = NULL WHERE job_id = %s"
NEWEST = "SELECT max(job_id) FROM job"
STARTED_AT = "SELECT started_at FROM job WHERE job_id = %s"


def begin(
    connection: psycopg.Connection[Any],
    run: int,
    *,
    origin: str,
    arguments: Mapping[str, str],
    anew: bool = False,
) -> int:
    """The job that ``run`` works on: an unfinished one of the same arguments, if its
    lists are young enough, else a new one with the stories that older ones left undone,
    also because of a limit of stories.

    Args:
        anew: never go on with another's (a replay, which is a night of its own).
    """
    given = Jsonb(dict(arguments))
    query = {"origin": origin, "arguments": given, "hours": HOURS}
    with connection.transaction():
        with connection.cursor(row_factory=dict_row) as cursor:
            older = [] if anew else cursor.execute(OPEN, query).fetchall()
        if older and older[0]["young"]:
            job = int(older.pop(0)["job_id"])
            connection.execute(FREE, [job])
        else:
            job = run
            connection.execute(BEGIN, [job, origin, given])
        for each in older:
            told = {"new": job, "old": each["job_id"]}
            connection.execute(NOT_TWICE, told)
            for statement in (CARRY, SUPERSEDE, CLOSE):
                connection.execute(statement, told)
        if job == run:
            connection.execute(LEFT, {"new": job, **query})
        work_on(connection, run, job)
    return job


def work_on(connection: psycopg.Connection[Any], run: int, job: int) -> None:
    """Says whose night a run is part of."""
    connection.execute(WORK_ON, [job, run])


def name_of(connection: psycopg.Connection[Any], job: int) -> str:
    """``20261124T091000.123456Z-job12``: no other job has it, also of another database.

    Raises:
        LookupError: there is no such job.
    """
    row = connection.execute(STARTED_AT, [job]).fetchone()
    if row is None:
        raise LookupError(f"there is no job {job}")
    return f"{row[0].astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-job{job}"


def finish(connection: psycopg.Connection[Any], job: int) -> bool:
    """Ends a job with which nothing is left to do; whether it is ended."""
    return connection.execute(FINISH, [job]).rowcount > 0


def unfinished(
    connection: psycopg.Connection[Any], origin: str
) -> tuple[int, dict[str, str]] | None:
    """The job of a site that a run works on just now, else the newest that is not
    ended, and its arguments."""
    row = connection.execute(IN_PROGRESS, [origin, runs.RUN_CLASS]).fetchone()
    return (int(row[0]), row[1]) if row else None


def states(
    connection: psycopg.Connection[Any], job: int | None = None
) -> list[tuple[str, str, int]]:
    """(state, reason or "", number of requests) of a job, by default the newest."""
    rows = connection.execute(STATES, [job]).fetchall()
    return [(str(state), str(reason), int(number)) for state, reason, number in rows]


def newest(connection: psycopg.Connection[Any]) -> int | None:
    """The job that began last."""
    row = connection.execute(NEWEST).fetchone()
    return row[0] if row else None


def requeue(connection: psycopg.Connection[Any], job: int, word: str) -> int:
    """Has requests wait again that ended in a state, or for a reason; their number."""
    with connection.transaction():
        number = connection.execute(REQUEUE, {"job": job, "word": word}).rowcount
        if number:
            connection.execute(REOPEN, [job])
    return number
