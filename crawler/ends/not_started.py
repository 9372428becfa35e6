"""A run that cannot begin, and says why."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg.errors import LockNotAvailable

from crawler.ends.room import NO_ROOM, shortage
from crawler.ends.verdict import Exit, Verdict
from crawler.secrets.discretion import fit_to_show
from pipelines.storage.database import DatabaseUnreachable, NoRoom, WrongSettings
from pipelines.storage.faults import Fault, fault, reason
from pipelines.storage.migrate import SchemaUnfit, migrate
from pipelines.storage.silence import forever, longest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.storage.silence import Connection

# Of the 15 in which a run that cannot start says so
START_SECONDS = 8.0


class NotStarted(Exception):
    """The run cannot begin; ``verdict`` says why."""

    def __init__(self, code: Exit, reason: object) -> None:
        self.verdict = Verdict(code=code, line=fit_to_show(f"Not started: {reason}."))
        super().__init__(self.verdict.line)


@contextmanager
def database_faults() -> Iterator[None]:
    """What the database may meet while a run begins: no room, or it goes away.

    Raises:
        NotStarted: with DISK_FULL or DATABASE_UNREACHABLE.
    """
    try:
        yield
    except psycopg.OperationalError as error:
        full = fault(error) is Fault.STORAGE
        code = Exit.DISK_FULL if full else Exit.DATABASE_UNREACHABLE
        said = f"the database failed while the run began ({reason(error)})"
        if isinstance(error, LockNotAvailable):
            said += "; another session holds a lock on its tables: wait, or end that"
        raise NotStarted(code, said) from error


def bring_up_to_date(connection: Connection) -> None:
    """Makes the schema that of this code, however long that takes; but nothing that a
    run begins with waits for another session's lock for long.

    Raises:
        NotStarted: it cannot be.
        SchemaUnfit: it is not to be.
    """
    try:
        with database_faults():
            connection.bound(START_SECONDS)
            connection.patience = forever
            migrate(connection)
            connection.patience = longest
    except psycopg.Error as error:
        raise NotStarted(
            Exit.CONFIGURATION,
            f"the schema cannot be brought up to date (error {error.sqlstate}); "
            "may this user create tables there?",
        ) from error


def code_of(error: DatabaseUnreachable | SchemaUnfit) -> Exit:
    """The exit code of a command that has no database, by why it has none."""
    if isinstance(error, WrongSettings | SchemaUnfit):
        return Exit.CONFIGURATION
    if isinstance(error, NoRoom):
        return Exit.DISK_FULL
    return Exit.DATABASE_UNREACHABLE


def make_place(folder: Path, least_mb: float) -> None:
    """Makes a folder that a run writes to, on a disk with ``least_mb`` MB free.

    Raises:
        NotStarted: with CONFIGURATION where it cannot be, DISK_FULL without room.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        full = error.errno in NO_ROOM
        raise NotStarted(
            Exit.DISK_FULL if full else Exit.CONFIGURATION,
            f"{folder} cannot be written: {error.strerror}; VAR_DIR says where it is",
        ) from error
    short = shortage(folder, least_mb)
    if short is not None:
        raise NotStarted(Exit.DISK_FULL, short)
