"""Rows of links that pages show, and that name another capture than theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from crawler.items import Scope
from pipelines.storage import reextract as storage

if TYPE_CHECKING:
    import psycopg

    from crawler.reextract.reading import Reading
    from pipelines.storage.reextract import Held

# Keys of which it is known that their rows exist: lists that every page shows
REMEMBERED_MAX = 200_000


class Elsewhere:
    """Remembers from one chunk to the next what the database has said.

    ``waiting``: rows of shared lists that a later run than the first saw, by key.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.existing: set[bytes] = set()
        self.waiting: dict[bytes, dict[str, Any]] = {}

    def ask(
        self, stored: list[Reading], held: Held
    ) -> tuple[set[bytes], dict[bytes, dict[str, Any]]]:
        """Of the links that do not name their page's capture: keys that no row has,
        and the rows of those of a page's own lists. Those of shared lists wait for the
        first page of the run that had the last word of them."""
        own: set[bytes] = set()
        shared: set[bytes] = set()
        for one in stored:
            owned = held.links.get(one.capture_id, {})
            for key, link in one.links.items():
                if key not in owned:
                    (own if link.scope is Scope.PAGE else shared).add(key)
        others = storage.links(self.connection, [UUID(bytes=key) for key in own])
        asked = shared - self.existing
        known = storage.known(self.connection, [UUID(bytes=key) for key in asked])
        if len(self.existing) > REMEMBERED_MAX:
            self.existing.clear()
            self.waiting.clear()
        self.existing |= known.keys()
        late = [UUID(bytes=key) for key, outdated in known.items() if outdated]
        self.waiting |= storage.links(self.connection, late)
        return (own - others.keys()) | (asked - known.keys()), others

    def last_word(self, one: Reading, run: int | None) -> dict[bytes, dict[str, Any]]:
        """Rows of shared lists' links of which the page's run had the last word, and
        that no page before it has shown; they wait no longer."""
        shown = self.waiting.keys() & one.links.keys() if self.waiting else ()
        found = {
            k: self.waiting[k] for k in shown if self.waiting[k]["last_seen_run"] == run
        }
        for key in found:
            del self.waiting[key]
        return found
