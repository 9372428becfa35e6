"""A re-extraction from its first page to the last row."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Any

import psycopg

from crawler.reextract.chunks import chunks
from crawler.reextract.pool import workers
from crawler.reextract.tally import Tally, as_line
from pipelines.storage import database, rewrite, sightings
from pipelines.storage.faults import Fault, fault, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from crawler.reextract.worker import Result, Task
    from pipelines.storage.rewrite import Rewrite

BATCH = 500  # stories, or links, of one transaction


@dataclass(slots=True, kw_only=True)
class Reextraction:
    """Compares, and if asked stores, what today's extractor reads from ``files``.

    Args:
        since: aware; captures fetched earlier are left out.
        tell: is given a line for each page or record that cannot be read.
        out: file that gets a JSON line for each change.
    """

    files: list[Path]
    task: Task
    jobs: int
    tell: Callable[[str], None]
    since: datetime | None = None
    out: IO[str] | None = None
    tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        self.tally = Tally(self.task.names)

    def compare(self) -> Tally:
        """Changes nothing.

        Raises:
            DatabaseUnreachable: before or while it is compared.
        """
        for _ in self.results():
            pass
        return self.tally

    def store(self, connection: psycopg.Connection[Any], extractor: str) -> Tally:
        """Writes what is read now as the same revision.

        First everything but what is to go; then links that another page shows move to
        it; then the rest goes. A capture that no row names any more is not read again,
        so in any other order a second start could end in other rows than the first.

        Raises:
            DatabaseUnreachable: what is written by then is whole; run it again.
        """
        try:
            orphans, renamed = self._written(connection, extractor)
            if orphans:
                self._move(connection, frozenset(orphans), orphans)
                for part in _parts(sorted(orphans)):
                    pairs = {key: renamed[key] for key in part if key in renamed}
                    sightings.delete(connection, part, renamed=pairs)
        except psycopg.OperationalError as error:
            said = f"{reason(error)}; what is written is whole: run it again"
            raise database.DatabaseUnreachable(said) from error
        return self.tally

    def results(self) -> Iterator[Result]:
        """Results in the order of the archive, told and counted."""
        with workers(self.task, self.jobs) as work:
            for result in work(chunks(self.files, self.since)):
                for line in (*result.damaged, *result.refused):
                    self.tell(line)
                self._once(result)
                changes = self.tally.add(result)
                if self.out is not None:
                    self.out.writelines(f"{as_line(one)}\n" for one in changes)
                yield result

    def _once(self, result: Result) -> None:
        """Of a link that many pages show the first one decides, whoever read it."""
        again = self.tally.settled & result.settled
        if again:
            for page in result.rewrites:
                for key in again & page.updated.keys():
                    del page.updated[key]

    def _written(
        self, connection: psycopg.Connection[Any], extractor: str
    ) -> tuple[set[bytes], dict[bytes, bytes]]:
        """Stores all but removals; the keys of links that their pages do not show, and
        what they show instead."""
        orphans: set[bytes] = set()
        renamed: dict[bytes, bytes] = {}
        pages: list[Rewrite] = []
        for result in self.results():
            pages += result.rewrites
            for page in result.rewrites:
                orphans.update(page.removed)
                renamed |= page.renamed
            while len(pages) >= BATCH:
                self._batch(connection, pages[:BATCH], extractor)
                del pages[:BATCH]
        if pages:
            self._batch(connection, pages, extractor)
        return orphans, renamed

    def _batch(
        self,
        connection: psycopg.Connection[Any],
        pages: Sequence[Rewrite],
        extractor: str,
    ) -> None:
        """Stores pages; halves a batch until the page at fault is alone."""
        try:
            rewrite.store(connection, pages, extractor=extractor)
        except Exception as error:
            if fault(error) is not Fault.POISON:
                raise
            if len(pages) > 1:
                middle = len(pages) // 2
                self._batch(connection, pages[:middle], extractor)
                self._batch(connection, pages[middle:], extractor)
                return
            self.tally.left += 1
            where = pages[0].story_id or pages[0].capture_id
            self.tell(f"story {where}: left as it is, refused: {reason(error)}")

    def _move(
        self,
        connection: psycopg.Connection[Any],
        sought: frozenset[bytes],
        orphans: set[bytes],
    ) -> None:
        """Gives links to the first page of the archive that shows them, whatever its
        channel and day; takes them out of ``orphans``."""
        task = replace(self.task, orphans=sought, channels=frozenset())
        with workers(task, self.jobs) as work:
            for result in work(chunks(self.files)):
                pages = [
                    replace(
                        page,
                        added={k: v for k, v in page.added.items() if k in orphans},
                    )
                    for page in result.rewrites
                ]
                moved = {key for page in pages for key in page.added}
                if moved:
                    orphans -= moved
                    self._moved(connection, pages)

    def _moved(
        self, connection: psycopg.Connection[Any], pages: Sequence[Rewrite]
    ) -> None:
        try:
            rewrite.move(connection, pages)
        except Exception as error:
            if fault(error) is not Fault.POISON:
                raise
            self.tally.left += 1
            self.tell(f"links left as they are, refused: {reason(error)}")


def _parts(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for begin in range(0, len(keys), BATCH):
        yield keys[begin : begin + BATCH]
