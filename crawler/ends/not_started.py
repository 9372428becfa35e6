"""A run that cannot begin, and says why."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from crawler.ends.verdict import Exit, Verdict
from crawler.secrets.discretion import fit_to_show
from pipelines.storage.faults import Fault, fault, reason

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        raise NotStarted(code, said) from error
