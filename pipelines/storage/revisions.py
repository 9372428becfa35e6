"""Rows of ``revision``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import psycopg

HISTORY = """
SELECT number, seen_at, run_id, capture_id, changed_sections, kinds, hashes, content,
    extractor_version
FROM revision
WHERE story_id = %s
ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a story's own content.

    ``number`` counts from 1; ``seen_at`` is aware; ``changed_sections`` and ``kinds``
    say what differs from the revision before; ``extractor_version``: of what read it,
    None where that is not known.
    """

    number: int
    seen_at: datetime
    run_id: int
    capture_id: UUID | None
    changed_sections: list[str]
    kinds: list[str]
    hashes: dict[str, str]
    content: dict[str, Any]
    extractor_version: str | None = None


def history(connection: psycopg.Connection[Any], story_id: int) -> list[Revision]:
    """All revisions of a story, the oldest first; none when it is not known."""
    with connection.cursor(row_factory=class_row(Revision)) as cursor:
        return cursor.execute(HISTORY, [story_id]).fetchall()
