"""Lists of a night that are stored after those of newer nights, as a spool can bring
them: their placements end up as if all nights had come in order.

Only lists of the site and of channels, of which it is written down which nights saw
them (``list_seen``). A late sighting of a list of one page lies in an interval or has
one of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

NIGHTS = """
WITH row AS (
    SELECT * FROM json_to_recordset(%(rows)s) AS row (link_id uuid, list_id uuid,
        seen_at timestamptz)
), around AS (
    SELECT list.*, before.run_id AS before, before.last_seen_at AS before_at,
        after.run_id AS after, after.first_seen_at AS after_at
    FROM list
    LEFT JOIN LATERAL (SELECT run_id, last_seen_at FROM list_seen
        WHERE list_seen.list_id = list.list_id AND run_id < %(night)s
        ORDER BY run_id DESC LIMIT 1) AS before ON true
    LEFT JOIN LATERAL (SELECT run_id, first_seen_at FROM list_seen
        WHERE list_seen.list_id = list.list_id AND run_id > %(night)s
        ORDER BY run_id LIMIT 1) AS after ON true
    WHERE list.list_id IN (SELECT list_id FROM row)
)"""

# The first page of the night that shows a list breaks what seemed to go on over it; a
# further page of the night joins again what it shows. When exactly a link was seen in
# the nights at the gap was not kept: the list was seen then
CUT = """
NIGHTS, broken AS (
    SELECT placement.*, before, before_at, after, after_at
    FROM around JOIN link USING (section, scope, scope_key)
    JOIN placement USING (link_id)
    WHERE before BETWEEN first_run AND %(night)s
        AND after BETWEEN %(night)s AND last_run
        AND link_id NOT IN (SELECT link_id FROM row)
        AND NOT EXISTS (SELECT FROM list_seen AS this
            WHERE this.list_id = around.list_id AND this.run_id = %(night)s)
), shortened AS (
    UPDATE placement SET last_run = before,
        last_seen_at = greatest(placement.first_seen_at,
            least(placement.last_seen_at, before_at))
    FROM broken
    WHERE (placement.link_id, placement.number) = (broken.link_id, broken.number)
)
INSERT INTO placement (link_id, number, first_seen_at, first_run, last_seen_at,
    last_run, pages, list_key)
SELECT link_id, 1 + (SELECT max(number) FROM placement AS one
        WHERE one.link_id = broken.link_id),
    least(after_at, last_seen_at), after, last_seen_at, last_run, pages, list_key
FROM broken
""".replace("NIGHTS", NIGHTS)

GO_ON = """
NIGHTS
UPDATE placement
SET last_run = %(night)s, last_seen_at = greatest(last_seen_at, row.seen_at)
FROM row JOIN around USING (list_id)
WHERE placement.link_id = row.link_id AND placement.last_run = around.before
""".replace("NIGHTS", NIGHTS)

JOIN = """
NIGHTS, later AS (
    DELETE FROM placement USING row JOIN around USING (list_id)
    WHERE placement.link_id = row.link_id AND placement.first_run = around.after
        AND EXISTS (SELECT FROM placement AS one
            WHERE one.link_id = row.link_id AND one.last_run = %(night)s)
    RETURNING placement.*
)
UPDATE placement
SET last_run = later.last_run, pages = greatest(placement.pages, later.pages),
    last_seen_at = greatest(placement.last_seen_at, later.last_seen_at)
FROM later
WHERE placement.link_id = later.link_id AND placement.last_run = %(night)s
""".replace("NIGHTS", NIGHTS)


async def cut(
    connection: psycopg.AsyncConnection[Any], seen: Mapping[str, Any]
) -> None:
    """Ends intervals that the night shows to have been broken. To be called before the
    night's sighting of the lists is written.

    Args:
        seen: ``rows`` and ``night`` as for ``placements.SEE_LINKS``.
    """
    await connection.execute(CUT, seen)


async def go_on(
    connection: psycopg.AsyncConnection[Any], seen: Mapping[str, Any]
) -> None:
    """Takes intervals that reached the night before on to this one, before its other
    sightings are written."""
    await connection.execute(GO_ON, seen)


async def join(
    connection: psycopg.AsyncConnection[Any], seen: Mapping[str, Any]
) -> None:
    """Makes one interval of what reaches this night and what began in the next one,
    after all sightings are written."""
    await connection.execute(JOIN, seen)
