"""Rows of ``pace``: when a site may be asked, for all processes together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

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
HOLD = """
INSERT INTO pace AS old (origin, next_at, hold_until)
SELECT origin, until, until
FROM unnest(%(origins)s::text[]) AS origin,
    (SELECT clock_timestamp() + %(seconds)s * interval '1 second') AS asked (until)
ORDER BY origin
ON CONFLICT (origin) DO UPDATE
SET next_at = greatest(old.next_at, excluded.next_at),
    hold_until = greatest(old.hold_until, excluded.hold_until)
"""
HELD = """
SELECT greatest(0, extract(epoch FROM hold_until - clock_timestamp()))
FROM pace WHERE origin = %s AND hold_until > clock_timestamp()
"""


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
    """No turn at these origins before ``seconds`` have passed, booked ones included."""
    await connection.execute(HOLD, {"origins": list(origins), "seconds": seconds})


async def held(connection: psycopg.AsyncConnection[Any], origin: str) -> float:
    """Seconds for which the site still asks for silence; 0: it does not."""
    row = await (await connection.execute(HELD, [origin])).fetchone()
    return float(row[0]) if row else 0.0
