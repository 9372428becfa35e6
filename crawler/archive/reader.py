"""Reads captures back: from our own files and from those of other tools."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from fastwarc.warc import ArchiveIterator, WarcRecordType
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.gz import gunzip

from crawler.archive.exchange import payload_digest
from crawler.items import Capture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastwarc.warc import WarcRecord

WANTED = WarcRecordType.response | WarcRecordType.metadata
# For records of other tools whose id is no UUID
NAMESPACE = UUID("6f1d0d0e-7c1e-5a57-9c35-2f6a1ff3a3c1")
GZIP = b"\x1f\x8b"
UNDATED = datetime.min.replace(tzinfo=UTC)
DROPPED = frozenset({"content-encoding", "content-length"})


class Damaged(Exception):
    """A file or a record cannot be read; the message names file, place and fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A capture as it lies in the archive; ``body`` is the payload as received.

    ``status`` is None when nothing came, and ``failure`` says why. ``fetched_at``:
    aware UTC.
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


def scan(path: Path) -> Iterator[Stored]:
    """Captures of a file in their order.

    Raises:
        Damaged: from here on the file cannot be read; what came before is sound.
    """
    held: Stored | None = None
    for record, place in _records(path, 0, WarcRecordType.any_type):
        if held is not None:
            yield replace(held, file_length=place - held.file_offset)
        held = _stored(record, place)
    if held is not None:
        yield replace(held, file_length=path.stat().st_size - held.file_offset)


def read(path: Path, offset: int) -> Stored:
    """The capture whose record begins at ``offset``; its length is not known.

    Raises:
        Damaged: there is no sound one.
    """
    for record, place in _records(path, offset, WANTED):
        found = _stored(record, place)
        if found is not None and place == offset:
            return found
        break
    raise Damaged(f"{path}: no capture at offset {offset}")


def told_of(path: Path) -> dict[str, str]:
    """Fields of a file's ``warcinfo`` record; empty where it has none.

    Raises:
        Damaged: the file cannot be read.
    """
    for record, _ in _records(path, 0, WarcRecordType.any_type):
        if record.record_type != WarcRecordType.warcinfo:
            break
        text = record.reader.read().decode("utf-8", "replace")
        lines = (line.partition(":") for line in text.splitlines())
        return {name.strip(): value.strip() for name, colon, value in lines if colon}
    return {}


def _records(path: Path, offset: int, kinds: Any) -> Iterator[tuple[WarcRecord, int]]:
    """Records from ``offset`` on, each with the byte at which it begins."""
    place = offset
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            for record in ArchiveIterator(
                stream, record_types=kinds, parse_http=True, auto_decode="none"
            ):
                place = record.stream_pos
                yield record, place
    except (OSError, ValueError, EOFError) as error:
        told = getattr(error, "strerror", None) or error
        raise Damaged(f"{path}: unreadable after offset {place}: {told}") from error


def capture_of(stored: Stored, path: Path, root: Path) -> Capture:
    """The row of a capture that :func:`scan` found in ``path``."""
    headers = {name.lower(): value for name, value in stored.headers}
    inside = path.is_relative_to(root)
    return Capture(
        capture_id=stored.capture_id,
        url=stored.url,
        method="GET",
        status=stored.status,
        failure=stored.failure,
        file=path.relative_to(root).as_posix() if inside else str(path),
        file_offset=stored.file_offset,
        file_length=stored.file_length,
        payload_sha256=payload_digest(stored.body),
        payload_length=len(stored.body),
        content_type=headers.get("content-type") or None,
        etag=headers.get("etag") or None,
        last_modified=headers.get("last-modified") or None,
        fetched_at=stored.fetched_at,
    )


def response_of(stored: Stored, *, url: str | None = None) -> Response:
    """The response as it came off the wire, its Content-Encoding still on.

    Args:
        url: the address asked for, where it is another spelling.
    """
    headers = Headers()
    for name, value in stored.headers:
        headers.appendlist(name, value)
    kind = responsetypes.from_args(headers=headers, url=stored.url, body=stored.body)
    return kind(
        url or stored.url, status=stored.status or 0, headers=headers, body=stored.body
    )


def decoded(stored: Stored) -> Response:
    """The response without its Content-Encoding, as a page reader wants it.

    Raises:
        Damaged: the body is not what its Content-Encoding says.
    """
    encodings = [
        v.lower() for n, v in stored.headers if n.lower() == "content-encoding"
    ]
    body = stored.body
    if "gzip" in encodings or "x-gzip" in encodings:
        if not body.startswith(GZIP):
            raise Damaged(f"{stored.url}: said to be gzip, but is not")
        try:
            body = gunzip(body)
        except (OSError, EOFError) as error:
            raise Damaged(f"{stored.url}: broken gzip: {error}") from error
    headers = Headers([one for one in stored.headers if one[0].lower() not in DROPPED])
    kind = responsetypes.from_args(headers=headers, url=stored.url, body=body)
    return kind(stored.url, status=stored.status or 0, headers=headers, body=body)


def _stored(record: WarcRecord, place: int) -> Stored | None:
    headers = record.headers
    told: dict[str, Any] = {}
    if record.record_type not in (WarcRecordType.response, WarcRecordType.metadata):
        return None
    if record.record_type == WarcRecordType.metadata:
        # only our own, and only those that stand for an exchange without response
        if "WARC-Concurrent-To" in headers:
            return None
        told = _failure(record.reader.read())
        if "failure" not in told:
            return None
    http = record.http_headers
    return Stored(
        capture_id=_uuid(str(headers.get("WARC-Record-ID", ""))),
        url=str(headers.get("WARC-Target-URI", "")).strip("<>"),
        status=http.status_code if http is not None else None,
        failure=told.get("failure"),
        headers=tuple((str(n), str(v)) for n, v in http) if http is not None else (),
        body=b"" if told else record.reader.read(),
        fetched_at=(record.record_date or UNDATED).astimezone(UTC),
        file_offset=place,
        digest=headers.get("WARC-Payload-Digest"),
        found=told.get("found") or {},
    )


def _failure(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _uuid(record_id: str) -> UUID:
    try:
        return UUID(record_id.strip("<>").removeprefix("urn:uuid:"))
    except ValueError:
        return uuid5(NAMESPACE, record_id)


def digest_fault(stored: Stored) -> str | None:
    """What is wrong with a payload's SHA-256, if one is stated; None if nothing."""
    algorithm, _, stated = (stored.digest or "").partition(":")
    if algorithm != "sha256":
        return None
    found = payload_digest(stored.body)
    return None if found == stated.lower() else f"sha256 {stated}, but is {found}"
