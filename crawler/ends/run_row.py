"""How a run ended, told to its row, or kept on disk where the database is gone."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg

from crawler.ends.verdict import Exit, Verdict
from pipelines.storage import database, runs, spool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crawler.ends.last_words import LastWords


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that has its row: ``at`` is aware; ``series`` of the archive, None for a
    replay; ``given``: its arguments, ``told_of``: the same without secrets."""

    run: int
    job: int
    at: datetime
    series: str | None
    given: dict[str, str]
    told_of: dict[str, str]


@dataclass(frozen=True, slots=True)
class RunRow:
    """The row of run ``run_id``; ``aside`` is the run's spool."""

    words: LastWords
    run_id: int
    aside: Path

    def cited(self, verdict: Verdict, series: str, root: str | None) -> Verdict:
        """The verdict with what to cite the night by, which the row gets too."""
        if root is None:
            return verdict
        names = {"archive": series, "root": root}
        try:
            self.words.ask(runs.name_archive, self.run_id, **names)
        except psycopg.OperationalError:
            self.put_aside(spool.ARCHIVE, names)
        return replace(verdict, line=f"{verdict.line} Archive {series}, root {root}.")

    def keep(self, verdict: Verdict, counters: Mapping[str, Any]) -> Verdict:
        """Writes the verdict; where the database does not take it it becomes that."""
        row = told(verdict, counters)
        try:
            self.words.ask(runs.finish_run, self.run_id, **row)
        except psycopg.OperationalError as error:
            if error.sqlstate in database.NO_ROOM:
                verdict = verdict.turned(Exit.DISK_FULL)
            lost = verdict.lost()
            kept = self.put_aside(spool.VERDICT, told(lost, counters))
            if kept or lost.code is not Exit.DATABASE_LOST:
                return lost
            return verdict.turned(Exit.STORING_FAILED)
        return verdict

    def put_aside(self, kind: str, values: Mapping[str, Any]) -> bool:
        """Keeps a word for the row on disk; False if not even that can be done."""
        try:
            spool.append(self.aside, [spool.told_record(kind, values)])
        except OSError as error:
            print(
                f"The {kind} of run {self.run_id} is lost: the database is gone, and "
                f"{self.aside} cannot be written ({error.strerror}).",
                file=sys.stderr,
            )
            return False
        return True


def told(verdict: Verdict, counters: Mapping[str, Any]) -> dict[str, Any]:
    """What the row says of a run that ended."""
    return {
        "outcome": verdict.outcome,
        "exit_code": int(verdict.code),
        "verdict": verdict.line,
        "counters": dict(counters),
        "finished_at": datetime.now(UTC),
    }
