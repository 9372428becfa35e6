"""Is the archive sound: its records and its manifests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from crawler.archive import digests, manifest, nights, payload
from crawler.archive.framing import Damaged, Lost, frames
from crawler.archive.members import Fault
from crawler.archive.reader import capture_of
from crawler.archive.stored import id_of, stored_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from crawler.archive.framing import Frame
    from crawler.items import Capture

FRACTION = re.compile(r"[.,](\d+)")


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
    """A capture as its file has it; ``unit``: its time is known to these
    microseconds."""

    capture: Capture
    unit: int


@dataclass(slots=True)
class Checked:
    """What a WARC file holds, by the offsets of its captures, and what is wrong.
    ``methods``: of the requests that led to captures. ``unknown``: algorithms of
    digests that nobody here knows -> the offset of the first, and how many."""

    file: str
    records: int = 0
    places: dict[int, Place] = field(default_factory=dict)
    methods: dict[UUID, str] = field(default_factory=dict)
    unknown: dict[str, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, offset: int | None, fault: str, *, grave: bool = True) -> None:
        self.findings.append(Finding(self.file, offset, fault, grave))


def warc(path: Path, *, may_be_empty: bool = False) -> Checked:
    """Reads a WARC file whole: frames, heads, and every digest that is stated.

    Args:
        may_be_empty: its manifest knows it so.

    Returns:
        A finding for each fault, in the order of the file, then a note for each
        algorithm of digests that is unknown; never raises for damage.
    """
    checked = Checked(str(path))
    try:
        for one in frames(path):
            _check(one, checked, path)
    except Damaged as error:
        checked.add(None, str(error).removeprefix(f"{path}: "))
    else:
        if not (checked.records or checked.findings or may_be_empty):
            checked.add(None, "the file is empty")
    for algorithm, (offset, number) in checked.unknown.items():
        more = f" (and {number - 1} more)" if number > 1 else ""
        fault = f"not compared: a digest of an unknown algorithm, {algorithm!r}{more}"
        checked.add(offset, fault, grave=False)
    return checked


def _check(one: Frame | Lost, checked: Checked, path: Path) -> None:
    try:
        stored = stored_of(one)
    except Fault as fault:
        stored = None
        checked.add(one.offset, str(fault))
    if isinstance(one, Lost):
        return
    checked.records += 1
    for wrong in digests.faults(one):
        checked.add(one.offset, wrong)
    for algorithm in digests.unknown(one):
        first, number = checked.unknown.get(algorithm, (one.offset, 0))
        checked.unknown[algorithm] = first, number + 1
    if stored is not None:
        held = capture_of(stored, path, path.parent)
        checked.places[one.offset] = Place(held, _unit(one.get("warc-date")))
    elif one.kind == "request" and one.get("warc-concurrent-to"):
        method = payload.method(one.block)
        if method:
            checked.methods[id_of(one.get("warc-concurrent-to"))] = method


def _unit(stated: str) -> int:
    """Microseconds to which a WARC-Date is known: it may leave out any of its ends."""
    fraction = FRACTION.search(stated)
    digits = len(fraction[1]) if fraction else 0
    return int(10 ** (6 - min(digits, 6)))


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
