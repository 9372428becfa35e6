"""Is the archive sound: its records, its manifests, and the rows that refer to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from crawler.archive import manifest, nights, payload
from crawler.archive.exchange import payload_digest
from crawler.archive.framing import Damaged, Lost, frames
from crawler.archive.members import Fault
from crawler.archive.stored import stored_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from uuid import UUID

    from crawler.archive.framing import Frame
    from crawler.items import Capture


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``offset``: byte of the file, None: the whole of it.
    ``grave``: no, if it is what every killed run leaves behind."""

    file: str
    offset: int | None
    fault: str
    grave: bool = True

    def __str__(self) -> str:
        place = "" if self.offset is None else f" offset {self.offset}:"
        return f"{self.file}:{place} {self.fault}"


class Place(NamedTuple):
    """A capture as its file has it; ``sha256``: of the payload, hex."""

    capture_id: UUID
    length: int
    sha256: str
    url: str


@dataclass(slots=True)
class Checked:
    """What a WARC file holds, by the offsets of its captures, and what is wrong."""

    file: str
    records: int = 0
    places: dict[int, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, offset: int | None, fault: str) -> None:
        self.findings.append(Finding(self.file, offset, fault))


def warc(path: Path, *, may_be_empty: bool = False) -> Checked:
    """Reads a WARC file whole: frames, heads, and every digest that is stated.

    Args:
        may_be_empty: its manifest knows it so.

    Returns:
        A finding for each fault, in the order of the file; never raises for damage.
    """
    checked = Checked(str(path))
    try:
        for one in frames(path):
            _check(one, checked)
    except Damaged as error:
        checked.add(None, str(error).removeprefix(f"{path}: "))
    else:
        if not (checked.records or checked.findings or may_be_empty):
            checked.add(None, "the file is empty")
    return checked


def _check(one: Frame | Lost, checked: Checked) -> None:
    try:
        stored = stored_of(one)
    except Fault as fault:
        stored = None
        checked.add(one.offset, str(fault))
    if isinstance(one, Lost):
        return
    checked.records += 1
    for wrong in digests(one):
        checked.add(one.offset, wrong)
    if stored is not None:
        sha256 = payload_digest(stored.body)
        place = Place(stored.capture_id, one.length, sha256, stored.url)
        checked.places[one.offset] = place


def digests(frame: Frame) -> Iterator[str]:
    """What is wrong with the digests that a record states of itself."""
    named = f"{frame.kind} {frame.get('warc-record-id')}"
    fault = payload.digest_fault(frame.get("warc-block-digest"), frame.block)
    if fault:
        yield f"{named}: block digest {fault}"
    # the payload of these is elsewhere, or only in part here
    parted = frame.get("warc-truncated") or frame.get("warc-segment-number")
    if frame.kind == "revisit" or parted or not frame.get("warc-payload-digest"):
        return
    body = frame.block
    if frame.get("content-type").lower().startswith("application/http"):
        body = payload.after_head(frame.block)
    # tools do not agree on whether chunks belong to the payload
    whole = payload.dechunked(body)
    either = (body,) if whole is None else (body, whole[0])
    fault = payload.digest_fault(frame.get("warc-payload-digest"), *either)
    if fault:
        yield f"{named}: payload digest {fault}"


def series(base: Path, *, own: bool = True) -> tuple[list[Finding], str]:
    """Compares the files of a series with its manifest.

    Args:
        base: folder and name of the series.
        own: it lies in the archive that the next crawl mends.

    Returns:
        Findings, and the root hash of the files that are there.
    """
    found, findings = [], []
    for path in manifest.files_of(base.parent, base.name):
        try:
            found.append(manifest.hashed_file(path))
        except OSError as error:
            findings.append(Finding(str(path), None, f"no hash: {error.strerror}"))
    root = manifest.root_hash(found)
    name = str(base.with_name(f"{base.name}.json"))
    try:
        told = nights.told(base)
    except (ValueError, OSError) as error:
        findings.append(Finding(name, None, f"the manifest cannot be read: {error}"))
        return findings, root
    if told is None:
        fault = "no manifest: the run was killed; the next scrapy crawl mends it"
        if not own:
            fault = f"no manifest: {base.name}.json is to be copied with the files"
        findings.append(Finding(str(base), None, fault))
        return findings, root
    return [*findings, *_against(told, base, found, root)], root


def _against(
    told: dict[str, Any], base: Path, found: list[dict[str, Any]], root: str
) -> Iterator[Finding]:
    name = str(base.with_name(f"{base.name}.json"))
    stated = {str(one.get("name")): one for one in told["files"]}
    there = {one["name"]: one for one in found}
    for file in sorted(stated.keys() | there.keys()):
        path = str(base.with_name(file))
        if file not in there:
            yield Finding(path, None, "is not there, but the manifest names it")
        elif file not in stated:
            yield Finding(path, None, "is there, but the manifest does not name it")
        elif stated[file].get("sha256") != there[file]["sha256"]:
            yield Finding(path, None, _differs(stated[file], there[file]))
    if told.get("root") != root:
        fault = f"root hash {told.get('root')}, but that of the files is {root}"
        yield Finding(name, None, fault)


def _differs(stated: dict[str, Any], found: dict[str, Any]) -> str:
    return (
        f"sha256 {found['sha256']} ({found['bytes']} bytes), but the manifest says "
        f"{stated.get('sha256')} ({stated.get('bytes')} bytes)"
    )


def rows(
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
            fault = _row(row, checked.places.get(row.file_offset))
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
    for offset, one in alone.items():
        fault = f"capture {one.capture_id} ({one.url}) has no row in the database"
        yield Finding(file, offset, fault)


ELSEWHERE = "is the night of another one? --no-database leaves the rows out"


def _row(row: Capture, place: Place | None) -> str | None:
    """What a row says that is not so; None if all of it is."""
    said = f"table capture says {row.capture_id} ({row.url}) is here"
    if place is None:
        return f"{said}, but no whole record of a capture is"
    if place.capture_id != row.capture_id:
        return f"{said}, but the record is {place.capture_id} ({place.url})"
    faults = []
    if place.length != row.file_length:
        faults.append(f"{row.file_length} bytes long, but it is {place.length}")
    if place.sha256 != row.payload_sha256:
        faults.append(f"payload sha256 {row.payload_sha256}, but is {place.sha256}")
    return f"{said}, {' and '.join(faults)}" if faults else None
