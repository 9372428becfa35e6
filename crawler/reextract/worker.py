"""A worker: reads chunks of archives again and compares them with what is stored."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg

from crawler.archive.reader import Damaged
from crawler.reextract import difference, reading
from crawler.reextract.difference import LINK_NAMES, NAMES
from crawler.reextract.elsewhere import Elsewhere
from pipelines.storage import database
from pipelines.storage import reextract as storage
from pipelines.storage.rewrite import Rewrite

if TYPE_CHECKING:
    from crawler.reextract.chunks import Chunk
    from crawler.reextract.difference import Change, Found
    from crawler.reextract.reading import Reading
    from pipelines.storage.reextract import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What all workers are to do.

    Args:
        names: fields to compare (``difference.NAMES``).
        channels: numbers of the channels whose stories count; empty: all.
        writing: give the rows to be written, too.
        orphans: keys whose rows are about to be deleted: tell which pages show them.
    """

    dsn: str
    names: frozenset[str] = frozenset(NAMES)
    channels: frozenset[int] = frozenset()
    writing: bool = False
    orphans: frozenset[bytes] = frozenset()

    @property
    def of_links(self) -> bool:
        return not self.names.isdisjoint(LINK_NAMES)


@dataclass(slots=True)
class Result:
    """What a chunk gave; counters are pages of stories, ``lists`` stored pages of
    lists, ``passed_over`` answers of the list API. ``outdated`` and ``settled``: see
    ``difference.Found``."""

    pages: int = 0
    stored: int = 0
    not_stored: int = 0
    lists: int = 0
    passed_over: int = 0
    other_channels: int = 0
    damaged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)
    outdated: set[bytes] = field(default_factory=set)
    settled: set[bytes] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    rewrites: list[Rewrite] = field(default_factory=list)


class Worker:
    """Blocking; one connection of its own.

    Raises:
        DatabaseUnreachable: it cannot be opened.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.connection = database.connect(task.dsn)
        self.elsewhere = Elsewhere(self.connection)
        calm_collector()

    def close(self) -> None:
        self.connection.close()

    def do(self, chunk: Chunk) -> Result:
        """Reads and compares the pages of a chunk.

        Raises:
            DatabaseUnreachable: the database went away.
        """
        result = Result(damaged=list(chunk.faults), passed_over=chunk.passed_over)
        pages = []
        try:
            with chunk.path.open("rb") as stream:
                for begin, end in chunk.places:
                    stream.seek(begin)
                    member = stream.read(end - begin) if end else None
                    try:
                        pages.append(reading.page_at(chunk.path, begin, member))
                    except Damaged as error:
                        result.damaged.append(str(error))
        except OSError as error:
            result.damaged.append(f"{chunk.path}: {error.strerror or error}")
        try:
            held = storage.held(self.connection, [one.capture_id for one in pages])
            readings = [
                reading.read(one, stored=held.names(one.capture_id)) for one in pages
            ]
            self.compare(readings, held, result)
        except psycopg.OperationalError as error:
            raise database.unreachable(self.task.dsn, error) from None
        return result

    def compare(self, readings: list[Reading], held: Held, result: Result) -> None:
        """Adds to ``result`` what the readings would change."""
        result.pages += sum(not one.is_list for one in readings)
        stored = []
        for one in readings:
            if one.refusal:
                result.refused.append(f"{one.url}: {one.refusal}")
            if not held.names(one.capture_id):
                result.not_stored += not one.is_list
            elif not self.wanted(one, held):
                result.other_channels += not one.is_list
            else:
                stored.append(one)
        lists = sum(one.is_list for one in stored)
        result.lists += lists
        result.stored += len(stored) - lists
        missing: set[bytes] = set()
        others: dict[bytes, dict[str, Any]] = {}
        if self.task.of_links:
            missing, others = self.elsewhere.ask(stored, held)
        for one in stored:
            self.page(one, held, others, missing, result)

    def wanted(self, one: Reading, held: Held) -> bool:
        """Is it of a channel that was asked for, as stored or as read now?"""
        if not self.task.channels:
            return True
        row = held.stories.get(one.capture_id, {})
        read = one.article.channel_id if one.article else None
        return bool(self.task.channels & {row.get("channel_id"), read})

    def page(
        self,
        one: Reading,
        held: Held,
        others: dict[bytes, dict[str, Any]],
        missing: set[bytes],
        result: Result,
    ) -> None:
        """Compares one page that a row names."""
        found = difference.Found()
        row = held.stories.get(one.capture_id)
        run = held.run_of(one.capture_id)
        if row is not None:
            difference.story(one, row, found)
        older = held.revisions.get(one.capture_id)
        if older is not None:
            difference.older(one, older, found)
        if self.task.of_links and one.is_read and _same(one, row):
            difference.links(
                one,
                held.links.get(one.capture_id, {}),
                {
                    **{key: others[key] for key in one.links.keys() & others.keys()},
                    **self.elsewhere.last_word(one, run),
                },
                one.links.keys() & missing,
                found,
                run=run,
            )
        self.count(found, result)
        if self.task.writing or self.task.orphans:
            result.rewrites.append(self.rewrite(one, row, found, run))

    def count(self, found: Found, result: Result) -> None:
        names = self.task.names
        result.changes += [one for one in found.changes if one.name in names]
        result.outdated |= found.outdated
        result.settled |= found.settled
        numbers = {
            "article": found.stories,
            difference.REVISION: found.revisions,
            "link": found.links,
            difference.ADDED: found.given,
            difference.REMOVED: found.owned,
        }
        for name, number in numbers.items():
            result.compared[name] = result.compared.get(name, 0) + number

    def rewrite(
        self, one: Reading, row: dict[str, Any] | None, found: Found, run: int | None
    ) -> Rewrite:
        """The rows of a page as they are to be; of orphans, those that it shows."""
        same = one.is_read and _same(one, row)
        added = found.added
        if self.task.orphans:
            shown = one.links.keys() & self.task.orphans if same else ()
            found_again = ((key, one.link(key)) for key in sorted(shown))
            added = {key: link for key, link in found_again if link}
        return Rewrite(
            capture_id=one.capture_id,
            story_id=row["story_id"] if row is not None and same else None,
            run=run,
            fetched_at=one.fetched_at,
            story=found.story,
            revision=(
                storage.revision_row(one.article)
                if one.article and found.story
                else None
            ),
            older=found.older,
            reread=found.reread,
            updated=found.updated,
            added={key: storage.whole_row(link) for key, link in added.items()},
            removed=tuple(
                change.key
                for change in found.changes
                if change.name == difference.REMOVED and change.key is not None
            ),
            renamed=found.renamed,
        )


def _same(one: Reading, row: dict[str, Any] | None) -> bool:
    """Is it still the same story? If not, its lists are not comparable either."""
    return (
        one.article is None
        or row is None
        or bool(one.article.story_id == row["story_id"])
    )


def calm_collector() -> None:
    """Keeps Python's garbage collector from walking over all code for every page, as
    ``crawler.night`` does for a crawl."""
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
