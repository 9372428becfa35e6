"""A unit: all rows of one page, stored together or not at all."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from crawler.items import FrontierEnd, FrontierRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.storage.batch import Row

T = TypeVar("T")
# Why the request of a story ended that the database refused
QUARANTINED = "quarantined"


def _future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """``last``: what the page leads to and how its own request ended; true only once
    ``rows``, all the others, are stored, and never put in quarantine. ``stored`` is
    resolved when all are committed, or fails with the reason."""

    rows: tuple[Row, ...]
    last: tuple[FrontierRequest | FrontierEnd, ...] = ()
    stored: asyncio.Future[None] = field(default_factory=_future)

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Unit:
        """The unit of ``rows``, in their order."""
        frontier = FrontierRequest | FrontierEnd
        return cls(
            tuple(row for row in rows if not isinstance(row, frontier)),
            tuple(row for row in rows if isinstance(row, frontier)),
        )

    def __len__(self) -> int:
        return len(self.rows) + len(self.last)

    @property
    def all(self) -> tuple[Row, ...]:
        return (*self.rows, *self.last)

    @property
    def without_its_story(self) -> tuple[FrontierRequest | FrontierEnd, ...]:
        """``last`` of a page whose story went to quarantine: it is not stored."""
        return tuple(
            replace(one, state="failed", reason=QUARANTINED)
            if isinstance(one, FrontierEnd) and one.state == "stored"
            else one
            for one in self.last
        )

    @property
    def settled(self) -> bool:
        """Whether it is known what became of it; not so if nobody waits any more."""
        return self.stored.done() and not self.stored.cancelled()

    def settle(self, error: Exception | None = None) -> None:
        """Tells who waits; one that waits no longer is not told."""
        if self.stored.done():
            return
        if error is None:
            self.stored.set_result(None)
        else:
            self.stored.set_exception(error)


class Queue:
    """Units that wait for their transaction, in the order they came."""

    def __init__(self) -> None:
        self.units: deque[Unit] = deque()
        self.rows = 0

    def put(self, unit: Unit) -> None:
        self.units.append(unit)
        self.rows += len(unit)

    def take(self, rows_max: int) -> list[Unit]:
        """Whole units of at most ``rows_max`` rows; a larger unit goes alone."""
        taken: list[Unit] = []
        size = 0
        while self.units and (not taken or size + len(self.units[0]) <= rows_max):
            taken.append(self.units.popleft())
            size += len(taken[-1])
        self.rows -= size
        return taken


def halves(things: Sequence[T]) -> list[Sequence[T]]:
    """Two halves that are not empty, or what there is."""
    middle = len(things) // 2
    return [half for half in (things[:middle], things[middle:]) if half]
