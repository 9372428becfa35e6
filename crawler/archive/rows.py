"""Do the rows of table ``capture`` say what the records of a file say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.archive.verify import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.archive.verify import Checked, Place
    from crawler.items import Capture

ELSEWHERE = "is the night of another one? --no-database leaves the rows out"
# What a record tells of its row besides its id; the method is that of its request
TOLD = (
    *("url", "status", "failure", "content_type", "etag", "last_modified"),
    *("fetched_at", "file_length", "payload_length", "payload_sha256"),
)


def compare(
    file: str, given: Iterable[Capture], checked: Checked | None, *, died: bool = False
) -> tuple[list[Finding], int]:
    """Compares the rows of table ``capture`` that name a file with what it holds.

    Args:
        checked: None if the file is not there.
        died: the run was killed; it may have archived more than it stored.

    Returns:
        Findings, and the number of rows.
    """
    findings, met = [], set()
    number = 0
    for row in given:
        number += 1
        met.add(row.file_offset)
        if checked is not None:
            fault = _row(row, checked)
            if fault:
                findings.append(Finding(checked.file, row.file_offset, fault))
    if checked is None:
        fault = f"is not there, but {number} rows of table capture point into it"
        return [Finding(file, None, fault)] if number else [], number
    alone = {key: one for key, one in checked.places.items() if key not in met}
    none = died or not number
    return [*findings, *_alone(checked.file, alone, none=none, died=died)], number


def _alone(
    file: str, alone: dict[int, Place], *, none: bool, died: bool
) -> Iterator[Finding]:
    """Captures without a row: one line for all of them, or one for each."""
    if alone and none:
        fault = f"{len(alone)} captures without a row in the database: "
        fault += "the run was killed before it stored them" if died else ELSEWHERE
        yield Finding(file, None, fault, grave=not died)
        return
    for offset, (one, _) in alone.items():
        fault = f"capture {one.capture_id} ({one.url}) has no row in the database"
        yield Finding(file, offset, fault)


def _row(row: Capture, checked: Checked) -> str | None:
    """What a row says that is not so; None if all of it is."""
    said = f"table capture says {row.capture_id} ({row.url}) is here"
    place = checked.places.get(row.file_offset)
    if place is None:
        return f"{said}, but no whole record of a capture is"
    held = place.capture
    if held.capture_id != row.capture_id:
        return f"{said}, but the record is {held.capture_id} ({held.url})"
    pairs = [(name, getattr(row, name), getattr(held, name)) for name in TOLD]
    method = checked.methods.get(row.capture_id)
    if method is not None:
        pairs.append(("method", row.method, method))
    faults = [
        f"{name} {_shown(one)}, but is {_shown(other)}"
        for name, one, other in pairs
        if _plain(one, place.unit) != _plain(other, place.unit)
    ]
    return f"{said}, {' and '.join(faults)}" if faults else None


def _plain(value: object, unit: int) -> object:
    """A value without what either a row or a record cannot hold: the database no NUL,
    a head no white space at the ends of its fields, a date nothing below ``unit``."""
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // unit * unit)
    if isinstance(value, str):
        return value.replace("\0", "").strip(" \t") or None
    return value


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return "nothing" if value is None else ascii(value)
