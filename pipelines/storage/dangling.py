"""Rows that name a capture which table ``capture`` does not hold: no foreign key sees
to it, since an archive may be moved away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    import psycopg

# Rows of before there were captures name none: NULL
LOST = sql.SQL("""
SELECT count(*) OVER (), {column}, {keys} FROM {table}
WHERE {column} IS NOT NULL AND (%(run)s::bigint IS NULL OR {run} = %(run)s)
    AND NOT EXISTS (SELECT FROM capture WHERE capture.capture_id = {table}.{column})
ORDER BY {keys} LIMIT %(examples)s
""")
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Naming:
    """A table whose rows name captures; ``run``: of the run that read the capture."""

    table: str
    column: str
    run: str
    keys: tuple[str, ...]


NAMING = (
    Naming("article", "last_seen_capture", "last_seen_run", ("story_id",)),
    Naming("link", "first_seen_capture", "first_seen_run", ("link_id",)),
    Naming("revision", "capture_id", "run_id", ("story_id", "number")),
    Naming("observation", "capture_id", "run_id", ("story_id", "run_id")),
)


@dataclass(frozen=True, slots=True)
class Dangling:
    """``rows``: how many there are; ``examples``: keys of some, and what they name."""

    naming: Naming
    rows: int
    examples: tuple[tuple[str, UUID], ...]


def find(
    connection: psycopg.Connection[Any], *, run: int | None = None
) -> Iterator[Dangling]:
    """Each table that has such rows (of a run, or any): one anti-join a table."""
    for one in NAMING:
        query = LOST.format(
            table=sql.Identifier(one.table),
            column=sql.Identifier(one.column),
            run=sql.Identifier(one.run),
            keys=sql.SQL(", ").join(map(sql.Identifier, one.keys)),
        )
        given = {"run": run, "examples": EXAMPLES}
        found = connection.execute(query, given).fetchall()
        if found:
            examples = tuple((_key(one, row[2:]), row[1]) for row in found)
            yield Dangling(one, int(found[0][0]), examples)


def _key(naming: Naming, values: tuple[Any, ...]) -> str:
    pairs = zip(naming.keys, values, strict=True)
    return ", ".join(f"{name} {value}" for name, value in pairs)
