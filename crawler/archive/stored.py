"""The capture that a record holds."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from crawler.archive import payload
from crawler.archive.framing import Lost
from crawler.archive.members import Fault

if TYPE_CHECKING:
    from crawler.archive.framing import Frame

# For records of other tools whose id is no UUID
NAMESPACE = UUID("6f1d0d0e-7c1e-5a57-9c35-2f6a1ff3a3c1")
# Of a record that has only a part of its payload
PARTED = ("warc-truncated", "warc-segment-number")
# A year, or a month
SHORT = re.compile(r"[0-9]{4}(-[0-9]{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A capture as it lies in the archive; ``body`` is the payload as received.

    ``status`` is None when nothing came, and ``failure`` says why. ``fetched_at``:
    aware UTC. ``chunked``: the payload as it lies there, where a tool left the chunks
    of its Transfer-Encoding on. ``cut``: the body is not whole
    (WARC-Truncated, a segment, the last chunk is missing).
    """

    capture_id: UUID
    url: str
    status: int | None
    failure: str | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    file_offset: int
    file_length: int = 0
    digest: str | None = None
    found: dict[str, Any] = field(default_factory=dict)
    chunked: bytes | None = None
    cut: bool = False


def stored_of(frame: Frame | Lost) -> Stored | None:
    """The capture that a record holds; None if it holds none.

    Raises:
        Fault: it is to hold one, but cannot be read.
    """
    if isinstance(frame, Lost):
        raise Fault(f"{frame.reason}; {frame.end - frame.offset} bytes are lost")
    if not frame.kind:
        raise Fault("record without a WARC-Type")
    if frame.kind == "response":
        return _answer(frame)
    # only our own, and only those that stand for an exchange without response
    if frame.kind == "metadata" and not frame.get("warc-concurrent-to"):
        told = _json(frame.block)
        if "failure" in told:
            return _stored(frame, failure=told["failure"], found=told.get("found"))
    return None


def _answer(frame: Frame) -> Stored | None:
    kind = frame.get("content-type").lower()
    if kind and not kind.startswith("application/http"):
        return None  # an answer of another protocol: dns, ftp
    status, headers, body = payload.http(frame.block)
    codings = [v.lower() for n, v in headers if n.lower() == "transfer-encoding"]
    plain = payload.dechunked(body) if any("chunked" in v for v in codings) else None
    part = any(frame.get(name) for name in PARTED)
    return _stored(
        frame,
        status=status,
        headers=headers,
        body=body if plain is None else plain[0],
        chunked=None if plain is None else body,
        cut=part or (plain is not None and not plain[1]),
    )


def _stored(frame: Frame, **held: Any) -> Stored:
    url = frame.get("warc-target-uri").strip("<>")
    if not url:
        raise Fault(f"{frame.kind} record without a WARC-Target-URI")
    record_id = frame.get("warc-record-id")
    given = {"status": None, "failure": None, "headers": (), "body": b"", **held}
    return Stored(
        capture_id=id_of(record_id or f"{frame.get('warc-date')} {url}"),
        url=url,
        fetched_at=date_of(frame),
        file_offset=frame.offset,
        file_length=frame.length,
        digest=frame.get("warc-payload-digest") or None,
        found=given.pop("found", None) or {},
        **given,
    )


def date_of(frame: Frame) -> datetime:
    """The WARC-Date of a record, aware UTC.

    Raises:
        Fault: it has none.
    """
    stated = frame.get("warc-date")
    when = instant(stated)
    if when is None:
        said = f"WARC-Date {stated!r} is none" if stated else "no WARC-Date"
        raise Fault(f"{frame.kind} record: {said}")
    return when


def instant(stated: str) -> datetime | None:
    """A WARC-Date (WARC 1.1 §5.4: any precision down from the year), aware UTC; None
    for what is no date, or none of the years that Python knows."""
    if SHORT.fullmatch(stated):
        stated += "-01-01"[len(stated) - 4 :]
    try:
        when = datetime.fromisoformat(stated)
        return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _json(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def id_of(record_id: str) -> UUID:
    """The id of the capture that a WARC-Record-ID names."""
    try:
        return UUID(record_id.strip("<>").removeprefix("urn:uuid:"))
    except ValueError:
        return uuid5(NAMESPACE, record_id)


def digest_fault(stored: Stored) -> str | None:
    """What is wrong with the stated digest of a payload; None if nothing, or if none
    is stated. Tools do not agree on whether chunks belong to it: either will do."""
    chunked = () if stored.chunked is None else (stored.chunked,)
    return payload.digest_fault(stored.digest or "", stored.body, *chunked)
