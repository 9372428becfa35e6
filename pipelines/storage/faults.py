"""What a failed write means and what to do next: the retry table, by SQLSTATE."""

from __future__ import annotations

from enum import Enum, auto

import psycopg

from pipelines.storage.database import DatabaseUnreachable
from pipelines.storage.silence import Silent
from pipelines.storage.text import Refused


class Fault(Enum):
    """What to do next."""

    AGAIN = auto()  # the whole transaction once more, after a moment
    RECONNECT = auto()  # the same on a new connection: the server or the way is away
    SLOW = auto()  # half of the batch at a time; a row that is slow alone is poison
    POISON = auto()  # a row is at fault: find it, keep it aside, store the others
    STORAGE = auto()  # the server has no room: keep what there is, stop the run
    FATAL = auto()  # set-up or program: say so


# SQLSTATE, or the beginning of it (a class); the longest that fits decides
# https://www.postgresql.org/docs/current/errcodes-appendix.html
RETRY_TABLE = {
    "40": Fault.AGAIN,  # 40001 serialization failure, 40P01 deadlock
    "55P03": Fault.AGAIN,  # a lock could not be had in time
    "08": Fault.RECONNECT,  # connection broken or refused
    "57P": Fault.RECONNECT,  # server shut down, crashed, starting up; session ended
    "53300": Fault.RECONNECT,  # too many connections
    "25P03": Fault.RECONNECT,  # session ended: idle in a transaction
    "25P04": Fault.RECONNECT,  # session ended: transaction too long
    "25006": Fault.RECONNECT,  # read-only: a standby that is not yet the primary
    "57014": Fault.SLOW,  # statement_timeout, or cancelled by an administrator
    "53100": Fault.STORAGE,  # disk full
    "53200": Fault.STORAGE,  # out of memory
    "22": Fault.POISON,  # no such value: number, instant, text, JSON out of range
    "23": Fault.POISON,  # a constraint: check, not null, unique, foreign key
    "54": Fault.POISON,  # over a limit of the server, such as the size of a key
    "21": Fault.POISON,  # one key twice in a statement
    "57P04": Fault.FATAL,  # the database was dropped
    "42": Fault.FATAL,  # table or column missing, or no right to it
    "28": Fault.FATAL,  # password or role refused
    "3D000": Fault.FATAL,  # no such database
}
# Another writer inserted the same story after we looked: looking again is enough
RACE = "article_pkey"


def of_state(sqlstate: str) -> Fault:
    """The entry of ``RETRY_TABLE``; what is not in it is no accident."""
    for length in range(len(sqlstate), 1, -1):
        if sqlstate[:length] in RETRY_TABLE:
            return RETRY_TABLE[sqlstate[:length]]
    return Fault.FATAL


def fault(error: BaseException) -> Fault:
    """Classifies what a write, or a connection attempt, raised."""
    if isinstance(error, DatabaseUnreachable):
        return Fault.FATAL if error.lasting else Fault.RECONNECT
    if isinstance(error, OSError):  # TimeoutError is one
        return Fault.RECONNECT
    if isinstance(error, UnicodeEncodeError | Refused):
        return Fault.POISON
    if not isinstance(error, psycopg.Error):
        return Fault.FATAL
    if error.sqlstate is None:
        return _without_state(error)
    if error.diag.constraint_name == RACE:
        return Fault.AGAIN
    return of_state(error.sqlstate)


def reason(error: BaseException) -> str:
    """SQLSTATE and message of an error in one line, for a person."""
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return f"{error.sqlstate} {error.diag.message_primary}"
    return f"{type(error).__name__}: {error}".replace("\n", " ")


def nameless(error: BaseException) -> bool:
    """The connection broke and nobody said why: bad moment, or a row that breaks it
    every time (1 GiB of text, more than 65,535 parameters). A server that hangs broke
    nothing."""
    broken = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    return broken and not isinstance(error, Silent)


def _without_state(error: psycopg.Error) -> Fault:
    """The driver's own errors: values it cannot send, or a connection that is gone."""
    if isinstance(error, psycopg.DataError | psycopg.ProgrammingError):
        return Fault.POISON
    return Fault.RECONNECT
