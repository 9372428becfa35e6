"""Rows of ``pace``: when a site may be asked, for all processes together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    import psycopg

# The last turn was ``delay`` before next_at. A process that does not know the greater
# pause yet (it asks for robots.txt to learn it) keeps it all the same, as long as the
# site is being asked: a minute without a turn forgets it, so that a later run with a
# smaller one is not held up.
FORGOTTEN = "interval '1 minute'"
BOOK = f"""
INSERT INTO pace AS old (origin, next_at, delay)
VALUES (%(origin)s, clock_timestamp() + %(seconds)s * interval '1 second', %(seconds)s)
ON CONFLICT (origin) DO UPDATE
SET (next_at, delay) = (
    SELECT turn + pause * interval '1 second', pause
    FROM (SELECT CASE WHEN old.next_at + {FORGOTTEN} > clock_timestamp()
            THEN greatest(old.delay, excluded.delay) ELSE excluded.delay END
        ) AS known (pause),
        LATERAL (SELECT greatest(clock_timestamp(), old.hold_until,
            old.next_at + (pause - old.delay) * interval '1 second')
        ) AS booked (turn))
RETURNING greatest(0, extract(epoch FROM next_at - clock_timestamp()) - delay)
"""  # noqa: S608 - no value of anybody's
# Whoever listens is told in the transaction that writes it
TELL = """pg_notify('pace', json_build_object('origin', origin,
    'silence', %(silence)s::float8, 'pause', %(pause)s::float8)::text)"""
HOLD = f"""
WITH held AS (
    INSERT INTO pace AS old (origin, next_at, hold_until)
    SELECT origin, until, until
    FROM unnest(%(origins)s::text[]) AS origin,
        (SELECT clock_timestamp() + %(silence)s * interval '1 second') AS asked (until)
    ORDER BY origin
    ON CONFLICT (origin) DO UPDATE
    SET next_at = greatest(old.next_at, excluded.next_at),
        hold_until = greatest(old.hold_until, excluded.hold_until)
    RETURNING origin
)
SELECT {TELL} FROM held
"""  # noqa: S608 - no value of anybody's
TELL_PAUSE = f"SELECT {TELL} FROM (SELECT %(origin)s) AS one (origin)"  # noqa: S608
KNOWN = f"""
SELECT origin, CASE WHEN hold_until > clock_timestamp()
        THEN extract(epoch FROM hold_until - clock_timestamp())::float8 ELSE 0
    END AS silence,
    CASE WHEN next_at + {FORGOTTEN} > clock_timestamp() THEN delay ELSE 0 END AS pause
FROM pace
"""  # noqa: S608 - no value of anybody's
HELD = """
SELECT greatest(0, extract(epoch FROM hold_until - clock_timestamp()))
FROM pace WHERE origin = %s AND hold_until > clock_timestamp()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a site: seconds for which it asks for silence from now on, and
    the least seconds from one request to the next; 0 for none."""

    origin: str
    silence: float
    pause: float


async def book(
    connection: psycopg.AsyncConnection[Any], origin: str, *, seconds: float
) -> float:
    """Books the site's next turn; how many seconds it is until then.

    Args:
        seconds: the pause that whoever asks knows of; the greatest known one holds.
    """
    cursor = await connection.execute(BOOK, {"origin": origin, "seconds": seconds})
    row = await cursor.fetchone()
    return float(row[0]) if row else 0.0


async def hold(
    connection: psycopg.AsyncConnection[Any], origins: Sequence[str], *, seconds: float
) -> None:
    """No turn at these origins before ``seconds`` have passed, booked ones included;
    who listens is told."""
    given = {"origins": list(origins), "silence": seconds, "pause": 0}
    await connection.execute(HOLD, given)


async def held(connection: psycopg.AsyncConnection[Any], origin: str) -> float:
    """Seconds for which the site still asks for silence; 0: it does not."""
    row = await (await connection.execute(HELD, [origin])).fetchone()
    return float(row[0]) if row else 0.0


async def tell(
    connection: psycopg.AsyncConnection[Any], origin: str, *, seconds: float
) -> None:
    """Tells who listens that turns are booked here, with such a pause at least."""
    given = {"origin": origin, "silence": 0, "pause": seconds}
    await connection.execute(TELL_PAUSE, given)


async def listen(connection: psycopg.AsyncConnection[Any]) -> list[Told]:
    """Begins to listen; what is known already."""
    await connection.execute("LISTEN pace")
    async with connection.cursor(row_factory=class_row(Told)) as cursor:
        await cursor.execute(KNOWN)
        return await cursor.fetchall()


async def heard(connection: psycopg.AsyncConnection[Any]) -> AsyncIterator[Told]:
    """What is told from :func:`listen` on, as it comes, without end.

    Raises:
        OperationalError: the connection is gone.
    """
    async for one in connection.notifies():
        yield Told(**json.loads(one.payload))
