"""Stores what earlier runs had to leave on disk; the caller holds the run lock."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.storage import runs, spool
from pipelines.storage.codec import Unreadable
from pipelines.storage.committing import Committer
from pipelines.storage.units import Unit

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg


@dataclass(slots=True)
class Drained:
    """What came of the spool of run ``run``: units stored, lines that could not be
    read and are kept in the file beside it, and the writer's counters."""

    run: int
    units: int = 0
    aside: list[str] = field(default_factory=list)
    counters: Counter[str] = field(default_factory=Counter)

    @property
    def sentence(self) -> str:
        """For a person, in one line."""
        text = f"{self.units} pages of run {self.run} stored that its database missed"
        return "; ".join([text, *self.aside])


def drain(connection: psycopg.Connection[Any], dsn: str, folder: Path) -> list[Drained]:
    """Stores all spools in ``folder`` that belong to this database, oldest run first.

    A spool is removed only after all of it is committed, so that one that was
    interrupted is stored again from its beginning, which changes nothing twice.

    Raises:
        StoreError: it cannot be stored; the file stays.
        StoreAway: the database is gone again; the file stays.
        OSError: a file cannot be read or removed.
    """
    done = []
    for run, started_at in runs.started(connection):
        path = spool.file_of(folder, run, started_at)
        if path.exists():
            done.append(_drain(connection, dsn, run, path))
    return done


def _drain(
    connection: psycopg.Connection[Any], dsn: str, run: int, path: Path
) -> Drained:
    drained = Drained(run)
    loop = asyncio.new_event_loop()  # Scrapy's own stays as it is
    try:
        loop.run_until_complete(_store(connection, dsn, path, drained))
    finally:
        loop.close()
    path.unlink()
    spool.sync_folder(path.parent)
    return drained


async def _store(
    connection: psycopg.Connection[Any], dsn: str, path: Path, drained: Drained
) -> None:
    def count(name: str, number: int) -> None:
        drained.counters[name] += number

    committer = Committer(
        dsn, drained.run, job=drained.run, count=count, patience=0, draining=True
    )
    try:
        for line in spool.lines(path):
            try:
                if line.record is None:
                    raise Unreadable(line.why)
                values = spool.read(line.record)
            except Unreadable as error:
                drained.aside.append(_set_aside(path, line, error))
            else:
                await _record(connection, committer, values, drained)
    finally:
        await committer.close()


async def _record(
    connection: psycopg.Connection[Any],
    committer: Committer,
    values: dict[str, Any],
    drained: Drained,
) -> None:
    kind = values["kind"]
    if kind == spool.UNIT:
        committer.job, committer.seen_at = values["job"], values["seen_at"]
        committer.extractor = values["extractor"]
        unit = Unit.of(values["rows"])
        await committer.write([unit])
        await unit.stored
        drained.units += 1
    elif kind == spool.ARCHIVE:
        runs.name_archive(connection, drained.run, **json.loads(values["told"]))
    else:
        runs.finish_run(connection, drained.run, **json.loads(values["told"]))


def _set_aside(path: Path, line: spool.Line, error: Unreadable) -> str:
    """Keeps a line that cannot be read, in the form it has."""
    kept = path.with_suffix(".damaged")
    spool.append_bytes(kept, line.raw.rstrip(b"\n") + b"\n")
    return f"line {line.number} cannot be read ({error}) and is kept in {kept.name}"
