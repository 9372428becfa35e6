"""What a run still says to its database when its crawl is over, within a bound."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Self

from psycopg import OperationalError

from crawler.ends.closing import watch_of
from crawler.ends.interruption import Interrupted, interruptible
from pipelines.storage import database
from pipelines.storage.patience import DATABASE_LOST
from pipelines.storage.silence import Silent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scrapy.crawler import Crawler

    from pipelines.storage import run_lock
    from pipelines.storage.silence import Connection

logger = logging.getLogger(__name__)

OVERTAKEN = "another run has begun on this database before this one had ended"
# For all of them together; what is not taken by then is kept on disk, so that nothing
# is lost by giving up. A run that was told to stop has used most of its time already,
# and one that lost its database has waited for it
SECONDS = 10.0
SECONDS_IN_A_HURRY = 3.0
SECONDS_WHEN_FORCED = 1.0


class LastWords:
    """Questions to a database that may have gone, may hang, or in which another
    session holds a lock. A signal ends them: the crawl heeds none any more.

    Args:
        connection: which waited for the crawl to end, and may be cut.
        dsn: where a new one is begun then, with the locks of the run.
        lock: what the run holds; None where the crawl never began.
        seconds: for all questions together.
    """

    def __init__(
        self,
        connection: Connection,
        dsn: str,
        lock: run_lock.Held | None,
        *,
        seconds: float = SECONDS,
    ) -> None:
        self.connection, self.dsn, self.lock = connection, dsn, lock
        self.left = seconds
        self.overtaken: str | None = None

    @classmethod
    def of(
        cls, crawler: Crawler, connection: Connection, counters: Mapping[str, Any]
    ) -> Self:
        """Those of a run that ended with these stats."""
        watch = watch_of(crawler)
        return cls(
            connection,
            crawler.settings["DATABASE_URL"],
            None if watch is None else watch.lock,
            seconds=seconds_of(counters),
        )

    def ask(self, question: Callable[..., object], *given: Any, **named: Any) -> None:
        """``question(connection, *given, **named)``; asked again where the session
        was cut, as long as there is time.

        Raises:
            OperationalError: the database has not taken it.
        """
        if self.left <= 0:
            raise OperationalError("no time is left for the database")
        until = time.monotonic() + self.left
        try:
            with interruptible():
                self._ask(lambda one: question(one, *given, **named), until)
        except (database.DatabaseUnreachable, Interrupted) as error:
            until = 0
            raise OperationalError(str(error)) from error
        except Silent:
            until = 0
            raise
        finally:
            self.left = until - time.monotonic()

    def close(self) -> None:
        """Disconnects; the locks of the run are free."""
        self.connection.close()

    def _ask(self, question: Callable[[Connection], object], until: float) -> None:
        while True:
            left = until - time.monotonic()
            try:
                self.connection.bound(left)
                question(self.connection)
            except OperationalError as error:
                cut = self.connection.closed and not isinstance(error, Silent)
                if not cut or time.monotonic() > until:
                    raise
            else:
                return
            self.connection = self._anew(until - time.monotonic())

    def _anew(self, left: float) -> Connection:
        """A new connection with the locks of the run, where nobody has them."""
        connection = database.connect(self.dsn, left)
        connection.bound(max(left, 1))
        if self.lock is not None and not self.lock.take_back(connection):
            self.overtaken = OVERTAKEN
            logger.error("%s", OVERTAKEN)
        return connection


def seconds_of(counters: Mapping[str, Any]) -> float:
    """How long the last words of a run may take, by how it ended."""
    if counters.get("ending/forced"):
        return SECONDS_WHEN_FORCED
    hurried = counters.get("finish_reason") in ("shutdown", DATABASE_LOST)
    if hurried or counters.get("store/spooled"):
        return SECONDS_IN_A_HURRY
    return SECONDS
