"""Rows of ``list`` and ``placement``: how long a link stood at its rank.

What counts is the night, named by its first run: where one run of a night was killed,
or another helped, each has read but a part of a long list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.items import Scope, Section
from pipelines.storage import late_lists
from pipelines.storage.keys import list_id
from pipelines.storage.recordset import recordset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    import psycopg

    from crawler.items import Link

# Of a story page alone: every other list is shown by many
OWN_LISTS = frozenset({Section.BODY, Section.PREVIOUS, Section.NEXT, Section.RELATED})

# The first sighting of a night moves "last" to "previous"; a batch sent twice does not,
# and neither does a page that comes after those of a later night (``late``)
SEEN = """
previous_run = CASE WHEN old.run_id = %(night)s THEN old.previous_run
        WHEN old.run_id < %(night)s THEN old.run_id
        ELSE greatest(old.previous_run, %(night)s) END,
    run_id = greatest(old.run_id, %(night)s),
    seen_at = greatest(old.seen_at, row.seen_at)
"""
SEE_LISTS = """
INSERT INTO list AS old (list_id, section, scope, scope_key, run_id, seen_at)
SELECT list_id, section, scope, scope_key, %(night)s, seen_at
FROM json_to_recordset(%(rows)s) AS row (list_id uuid, section text, scope text,
    scope_key text, seen_at timestamptz)
ORDER BY list_id
ON CONFLICT (list_id) DO UPDATE SET SEEN
""".replace("SEEN", SEEN.replace("row.", "excluded."))

# The lists of a page that show nothing are seen with it, too
SEE_EMPTY = """
UPDATE list AS old SET SEEN
FROM json_to_recordset(%(rows)s) AS row (list_id uuid, seen_at timestamptz)
WHERE old.list_id = row.list_id
""".replace("SEEN", SEEN)

# A list of one page is seen whenever its page is
SEEN_IN_NIGHT = """
INSERT INTO list_seen AS old (list_id, run_id, first_seen_at, last_seen_at)
SELECT list_id, %(night)s, first_seen_at, seen_at
FROM json_to_recordset(%(rows)s) AS row (list_id uuid, first_seen_at timestamptz,
    seen_at timestamptz)
ORDER BY list_id
ON CONFLICT (list_id, run_id) DO UPDATE
SET first_seen_at = least(old.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(old.last_seen_at, excluded.last_seen_at)
"""

# An interval goes on if it reached the last night that saw the list, this one or the
# one before; otherwise the list was seen without the link, and a new interval begins.
# A late page lies in an interval, or has one of its own (see ``late_lists``).
SEE_LINKS = """
WITH row AS (
    SELECT * FROM json_to_recordset(%(rows)s) AS row (link_id uuid, list_id uuid,
        seen_at timestamptz, list_key text)
), open AS (
    SELECT DISTINCT ON (link_id) link_id, number, first_run, last_run,
        max(number) OVER (PARTITION BY link_id) AS numbers
    FROM placement WHERE link_id = ANY(ARRAY(SELECT link_id FROM row))
    ORDER BY link_id, %(night)s BETWEEN first_run AND last_run DESC, last_run DESC
), goes_on AS (
    UPDATE placement
    SET last_run = greatest(placement.last_run, %(night)s),
        last_seen_at = greatest(placement.last_seen_at, row.seen_at)
    FROM row JOIN list USING (list_id) JOIN open USING (link_id)
    WHERE placement.link_id = open.link_id AND placement.number = open.number
        AND (%(night)s BETWEEN open.first_run AND open.last_run
            OR open.last_run < %(night)s AND open.last_run = list.previous_run)
    RETURNING placement.link_id
)
INSERT INTO placement (link_id, number, first_seen_at, first_run, last_seen_at,
    last_run, pages, list_key)
SELECT row.link_id, coalesce(open.numbers, 0) + 1, row.seen_at, %(night)s, row.seen_at,
    %(night)s, 1, row.list_key
FROM row LEFT JOIN open USING (link_id)
WHERE row.link_id NOT IN (SELECT link_id FROM goes_on)
ORDER BY row.link_id
"""

COUNT_PAGES = """
UPDATE placement
SET pages = greatest(placement.pages, row.pages),
    last_seen_at = greatest(placement.last_seen_at, row.seen_at)
FROM json_to_recordset(%(rows)s) AS row (link_id uuid, pages integer,
    seen_at timestamptz)
WHERE placement.link_id = row.link_id
    AND %(night)s BETWEEN placement.first_run AND placement.last_run
"""


async def store(
    connection: psycopg.AsyncConnection[Any],
    links: Mapping[UUID, Link],
    *,
    night: int,
    seen_at: datetime,
    draining: bool = False,
) -> None:
    """Writes first sightings of a run, whose links are stored already.

    Args:
        night: first run of the night that the run is part of.
        seen_at: for links that do not say when they were seen.
        draining: they are of a spool: newer nights may be stored already.
    """
    lists: dict[tuple[str, ...], dict[str, Any]] = {}
    rows = []
    for key, link in links.items():
        when = link.seen_at or seen_at
        name = (link.section, link.scope, link.scope_key)
        if (its_list := lists.get(name)) is None:
            its_list = lists[name] = _list(link, when)
        its_list["first_seen_at"] = min(its_list["first_seen_at"], when)
        its_list["seen_at"] = max(its_list["seen_at"], when)
        row = {"link_id": key.hex, "list_id": its_list["list_id"], "seen_at": when}
        if link.scope != Scope.PAGE:
            row["list_key"] = link.scope_key
        rows.append(row)
    seen = {"rows": recordset(rows), "night": night}
    if draining:
        await late_lists.cut(connection, seen)
    await _see_lists(connection, list(lists.values()), night)
    if draining:
        await late_lists.go_on(connection, seen)
    await connection.execute(SEE_LINKS, seen)
    if draining:
        await late_lists.join(connection, seen)


async def _see_lists(
    connection: psycopg.AsyncConnection[Any], lists: list[dict[str, Any]], night: int
) -> None:
    seen = {"rows": recordset(lists), "night": night}
    await connection.execute(SEE_LISTS, seen)
    shared = [one for one in lists if one["scope"] != Scope.PAGE]
    if shared:
        told = {"rows": recordset(shared), "night": night}
        await connection.execute(SEEN_IN_NIGHT, told)


def _list(link: Link, when: datetime) -> dict[str, Any]:
    return {
        "list_id": list_id(link.scope, link.scope_key, link.section).hex,
        "section": link.section,
        "scope": link.scope,
        "scope_key": link.scope_key,
        "first_seen_at": when,
        "seen_at": when,
    }


async def see_empty(
    connection: psycopg.AsyncConnection[Any],
    pages: Mapping[int, datetime],
    links: Iterable[Link],
    *,
    night: int,
) -> None:
    """Writes that story pages which were read whole showed no link in some of their
    own lists. A page without any link in them tells nothing of its lists.

    Args:
        pages: stories, and when their pages were seen.
        links: what they showed, among others.
    """
    shown: dict[str, set[str]] = {}
    for link in links:
        if link.scope == Scope.PAGE:
            shown.setdefault(link.scope_key, set()).add(link.section)
    rows = [
        {"list_id": list_id(Scope.PAGE, str(story), section).hex, "seen_at": when}
        for story, when in sorted(pages.items())
        for section in OWN_LISTS.difference(shown.get(str(story), OWN_LISTS))
    ]
    if rows:
        await connection.execute(SEE_EMPTY, {"rows": recordset(rows), "night": night})


async def count_pages(
    connection: psycopg.AsyncConnection[Any],
    pages: Mapping[UUID, tuple[int, datetime]],
    *,
    night: int,
) -> None:
    """Writes on how many pages of a run of this night links were, and the last time."""
    rows = [
        {"link_id": key.hex, "pages": count, "seen_at": when}
        for key, (count, when) in sorted(pages.items())
    ]
    await connection.execute(COUNT_PAGES, {"rows": recordset(rows), "night": night})
