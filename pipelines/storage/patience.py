"""How long and how often a write is tried again, and who is told meanwhile."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.storage.faults import Fault, fault, nameless, reason
from pipelines.storage.silence import answer_seconds
from pipelines.storage.text import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST_DELAY, LAST_DELAY = 0.05, 2.0  # seconds between attempts
# A statement on which the connection breaks every time is no bad moment
BREAKS_MAX = 3
# Seconds of patience that are left to a run that is told to stop: less than the
# pipelines have at a forced end
HURRY = 0.8

DATABASE_LOST, DISK_FULL = "database_lost", "disk_full"


class StoreAway(Exception):
    """The database takes nothing, and it is no row's fault. ``finish_reason``:
    ``database_lost`` or ``disk_full``."""

    def __init__(self, finish_reason: str, message: str) -> None:
        self.finish_reason = finish_reason
        super().__init__(message)


def nobody() -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """``away``: called when the connection is gone, once an outage; ``back``: when a
    write has gone through again; ``stopping``: whether the run is told to end."""

    away: Callable[[], object] = nobody
    back: Callable[[], object] = nobody
    stopping: Callable[[], bool] = bool


class Attempts:
    """The attempts of one transaction.

    Args:
        seconds: to go on trying.
        named: makes a message of an error.
    """

    def __init__(
        self, seconds: float, watcher: Watcher, named: Callable[[Exception], str]
    ) -> None:
        self.started = time.monotonic()
        self.seconds = seconds
        self.watcher = watcher
        self.named = named
        self.delay = FIRST_DELAY
        self.breaks = 0
        self.away = False

    async def failed(self, error: Exception, *, connected: bool) -> None:
        """Returns when it is time for another attempt.

        Raises:
            StoreAway: the time is over, or the server has no room.
            Refused: the connection breaks on these very rows.
            Exception: ``error`` itself, if another attempt cannot help.
        """
        what = fault(error)
        if what is Fault.STORAGE:
            raise StoreAway(DISK_FULL, self.named(error)) from error
        if what not in (Fault.AGAIN, Fault.RECONNECT):
            self.succeeded()  # the server answers: it is the rows that are at fault
            raise error
        self.breaks += connected and nameless(error)
        if self.breaks >= BREAKS_MAX:
            self.succeeded()
            raise Refused(f"the connection breaks on it: {reason(error)}") from error
        if what is Fault.RECONNECT:
            self.gone()
        if time.monotonic() - self.started > self._patience():
            raise StoreAway(DATABASE_LOST, self.named(error)) from error
        await asyncio.sleep(self.delay * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
        self.delay = min(self.delay * 2, LAST_DELAY)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """An attempt: one that takes long is told of like a connection that is gone,
        since it may come to that, but it is not given up."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(answer_seconds(), self.gone)
        try:
            yield
        finally:
            timer.cancel()

    def gone(self) -> None:
        """Tells of an outage, once."""
        if not self.away:
            self.away = True
            self.watcher.away()

    def succeeded(self) -> None:
        """The transaction is committed, or the server has refused it."""
        if self.away:
            self.away = False
            self.watcher.back()

    def _patience(self) -> float:
        if self.watcher.stopping():
            return min(self.seconds, HURRY)
        return self.seconds
