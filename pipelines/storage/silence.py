"""Connections that do not wait for ever for an answer.

A server that hangs says nothing, and neither does the network: its kernel takes what
it is sent, so that no keepalive ends, and no timeout of its own can fire. Only who asks
can put a bound to that.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

# Silence after which a server is one that hangs, where nothing says otherwise, and in a
# run that ends
ANSWER_SECONDS = 10.0
# More than the server's own bound, 60 seconds (``database.SESSION``): it comes first
LONGEST_SECONDS = 72.0
# The share of a patience that one silence may take; the rest is for a new connection.
# 0.6 of the default, 120 seconds, is LONGEST_SECONDS
SHARE = 0.6
# Of a bound, for locks: the server's word comes before its silence
LOCK_SHARE = 0.8


class Silent(psycopg.OperationalError):
    """The server has not answered in time; the connection is closed, and whether the
    statement was carried out is not known."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the database gave no answer in {seconds:.3g} seconds")


def forever() -> float:
    """The patience of who waits for what may never come, or take any time."""
    return math.inf


def answer_seconds() -> float:
    """The patience of who asks little."""
    return ANSWER_SECONDS


def longest() -> float:
    """The patience of who may ask much."""
    return LONGEST_SECONDS


def at_most(patience: float) -> float:
    """Seconds of silence for who has ``patience`` seconds with a database that is away;
    0: nobody is asked to have any, and a slow answer is still an answer."""
    return max(ANSWER_SECONDS, SHARE * patience) if patience else LONGEST_SECONDS


def heard(
    question: Generator[Any, Any, Any], patience: Callable[[], float]
) -> Generator[Any, Any, Any]:
    """What psycopg waits on, with a bound: it is sent 0 every tenth of a second in
    which nothing came.

    Args:
        patience: seconds since the last sign of life; asked again at every such time.

    Raises:
        Silent: that has been longer.
    """
    since, came = time.monotonic(), None
    while True:
        try:
            wanted = question.send(came)
        except StopIteration as answer:
            return answer.value
        came = yield wanted
        if came:
            since = time.monotonic()
        elif time.monotonic() - since > (seconds := patience()):
            raise Silent(seconds)


class Connection(psycopg.Connection[Any]):
    """``patience``: how many seconds a silence may last, asked while it does; for ever
    until it is set."""

    patience: Callable[[], float] = staticmethod(forever)

    def wait(self, gen: Any, *given: Any, **named: Any) -> Any:
        try:
            return super().wait(heard(gen, self.patience), *given, **named)
        except Silent:
            self.pgconn.finish()
            raise
        except KeyboardInterrupt:
            # a signal that came inside of ``heard`` ended it, and psycopg could not
            # have the server stop: what is asked now would only be refused
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise

    def bound(self, seconds: float) -> None:
        """From now on nothing waits for longer: the server lets no lock be waited for,
        and a moment later no answer is."""
        self.patience = lambda: seconds
        wait = max(int(LOCK_SHARE * 1000 * seconds), 1)
        query = "SELECT set_config('lock_timeout', %s, false)"
        self.execute(query, [f"{wait}ms"])


class AsyncConnection(psycopg.AsyncConnection[Any]):
    """As :class:`Connection`."""

    patience: Callable[[], float] = staticmethod(forever)

    async def wait(self, gen: Any, *given: Any, **named: Any) -> Any:
        try:
            return await super().wait(heard(gen, self.patience), *given, **named)
        except Silent:
            self.pgconn.finish()
            raise
