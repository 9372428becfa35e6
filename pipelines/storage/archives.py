"""Which series of WARC files a run writes, and by what to cite it: in its ``run``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

if TYPE_CHECKING:
    import psycopg

NAME = "UPDATE run SET archive = %s WHERE run_id = %s"
CITE = "UPDATE run SET archive_root = %s WHERE archive = %s AND archive_root IS NULL"
# Of runs that are over
UNCITED = """
SELECT archive FROM run
WHERE archive IS NOT NULL AND archive_root IS NULL AND outcome IS NOT NULL
ORDER BY run_id
"""
OF_RUN = """
SELECT archive AS series, archive_root AS root, outcome,
    coalesce(arguments ? 'replay', false) AS replayed
FROM run WHERE run_id = %s
"""


@dataclass(frozen=True, slots=True)
class Archived:
    """What the row of a run says of its archive: ``series``, None for a replay;
    ``root`` hash; ``outcome``, None while it runs."""

    series: str | None
    root: str | None
    outcome: str | None
    replayed: bool


def name(connection: psycopg.Connection[Any], run: int, series: str) -> None:
    """Says what a run will write, before it does."""
    connection.execute(NAME, [series, run])


def cite(connection: psycopg.Connection[Any], series: str, root: str) -> None:
    """Gives the run that wrote a series its root hash, where it has none yet."""
    connection.execute(CITE, [root, series])


def uncited(connection: psycopg.Connection[Any]) -> list[str]:
    """Series of the runs that ended without a root hash."""
    return [str(series) for (series,) in connection.execute(UNCITED).fetchall()]


def of_run(connection: psycopg.Connection[Any], run: int) -> Archived | None:
    """What the row of a run says; None without such a row."""
    with connection.cursor(row_factory=class_row(Archived)) as cursor:
        return cursor.execute(OF_RUN, [run]).fetchone()
