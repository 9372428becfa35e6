"""What a failed write means: a bad row, a bad moment, or a bad set-up."""

from __future__ import annotations

from enum import Enum, auto

import psycopg

from pipelines.storage.database import DatabaseUnreachable
from pipelines.storage.text import Refused


class Fault(Enum):
    """What to do next."""

    POISON = auto()  # a row is at fault: find it, keep it aside, store the others
    TRANSIENT = (
        auto()
    )  # the moment is at fault: try again, on a new connection if need be
    FATAL = auto()  # neither: say so


# SQLSTATE classes, https://www.postgresql.org/docs/current/errcodes-appendix.html
POISON = ("22", "23", "54", "21")
TRANSIENT = ("08", "40", "57", "53300", "55P03", "25P03", "25P04")
# Another writer inserted the same story after we looked: looking again is enough
RACE = "article_pkey"


def fault(error: BaseException) -> Fault:
    """Classifies what a write, or a connection attempt, raised."""
    if isinstance(error, DatabaseUnreachable | OSError | TimeoutError):
        return Fault.TRANSIENT
    if isinstance(error, UnicodeEncodeError | Refused):
        return Fault.POISON
    if not isinstance(error, psycopg.Error):
        return Fault.FATAL
    if error.sqlstate is None:
        return _without_state(error)
    if error.diag.constraint_name == RACE:
        return Fault.TRANSIENT
    if error.sqlstate.startswith(POISON):
        return Fault.POISON
    return Fault.TRANSIENT if error.sqlstate.startswith(TRANSIENT) else Fault.FATAL


def reason(error: BaseException) -> str:
    """SQLSTATE and message of an error in one line, for a person."""
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return f"{error.sqlstate} {error.diag.message_primary}"
    return f"{type(error).__name__}: {error}".replace("\n", " ")


def _without_state(error: psycopg.Error) -> Fault:
    """The driver's own errors: values it cannot send, or a connection that is gone."""
    if isinstance(error, psycopg.DataError | psycopg.ProgrammingError):
        return Fault.POISON
    return Fault.TRANSIENT
