"""What could not be stored, kept on disk until the next run: ``<run>-<start>.jsonl``.

A line is one record, ``{"sha256": …, "record": {…}}`` in ASCII: a unit with its rows,
or what the run's own row was to say. The digest is that of the record as
:func:`canonical` writes it. A line counts once it and its folder are fsynced.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.storage.codec import decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pipelines.storage.batch import Row

UNIT, VERDICT, ARCHIVE = "unit", "verdict", "archive"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a spool; ``record`` is None where it is damaged, ``why`` says how."""

    number: int
    raw: bytes
    record: dict[str, Any] | None
    why: str = ""


def folder_of(var_dir: str | Path) -> Path:
    """Where the spools of runs lie."""
    return Path(var_dir).absolute() / "spool"


def file_of(folder: Path, run: int, started_at: datetime) -> Path:
    """The spool of a run. Runs of two databases may share a number, but no start."""
    return folder / f"{run}-{started_at.astimezone(UTC):%Y%m%dT%H%M%S%f}.jsonl"


def unit_record(
    rows: Sequence[Row], *, job: int, seen_at: datetime, extractor: str | None
) -> dict[str, Any]:
    """One unit: all that is needed to store it as it would have been."""
    values = {
        "rows": tuple(rows),
        "job": job,
        "seen_at": seen_at,
        "extractor": extractor,
    }
    return {"kind": UNIT, **encode(values)}


def read(record: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record.

    Raises:
        Unreadable: another version of the program wrote it.
    """
    return {key: decode(value) for key, value in record.items()}


def told_record(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the run's row was to say; values that JSON cannot hold become text."""
    return {"kind": kind, "told": json.dumps(dict(values), default=str)}


def canonical(record: Mapping[str, Any]) -> str:
    return json.dumps(record, sort_keys=True, separators=(",", ":"))


def line(record: Mapping[str, Any]) -> bytes:
    """A record as it stands in the file."""
    text = canonical(record)
    digest = sha256(text.encode()).hexdigest()
    return f'{{"sha256":"{digest}","record":{text}}}\n'.encode()


def append(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Returns when all records are on the disk, fsynced; blocks meanwhile.

    Raises:
        OSError: they could not be written; the file is as it was.
    """
    append_bytes(path, b"".join(map(line, records)))


def append_bytes(path: Path, data: bytes) -> None:
    """:func:`append` for what is made already."""
    made = not path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as out:
        size = out.seek(0, os.SEEK_END)
        try:
            left = memoryview(data)
            while left:
                left = left[out.write(left) :]
            os.fsync(out.fileno())
        except OSError:
            os.ftruncate(out.fileno(), size)
            raise
    sync_folder(path.parent)
    if made:
        sync_folder(path.parent.parent)


def sync_folder(folder: Path) -> None:
    """Makes new and removed names of ``folder`` last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lines(path: Path) -> Iterator[Line]:
    """All lines of a spool, damaged ones too, in their order."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            yield checked(number, raw)


def checked(number: int, raw: bytes) -> Line:
    """A line whose digest was compared."""
    if not raw.endswith(b"\n"):
        return Line(number, raw, None, "torn")
    try:
        whole = json.loads(raw)
        record, digest = whole["record"], whole["sha256"]
        good = sha256(canonical(record).encode()).hexdigest() == digest
    except (ValueError, KeyError, TypeError):
        return Line(number, raw, None, "not a line of a spool")
    if not good or not isinstance(record, dict):
        return Line(number, raw, None, "its digest does not match")
    return Line(number, raw, record)
