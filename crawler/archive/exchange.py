"""One HTTP exchange, as it went over the wire, and its WARC records.

WARC 1.1 (ISO 28500:2017): a ``response`` record, the ``request`` that led to it, and a
``metadata`` record that says where the address was found, or why nothing came.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid4

from warcio.statusandheaders import StatusAndHeaders

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from warcio.recordbuilder import RecordBuilder
    from warcio.recordloader import ArcWarcRecord

Headers = tuple[tuple[str, str], ...]
# No field of a head can hold these, nor can the database hold the last
UNFIT = re.compile(r"[\r\n\0]+")
# What may stand in a request line as it is
TARGET = "!#$%&'()*+,/:;=?@[]~"
STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
# The body is stored whole: how it was cut into chunks on the way is not kept
NOT_KEPT = frozenset({"transfer-encoding"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what came of it.

    ``body`` is the payload as received, with its Content-Encoding. ``failure``: one
    word, set when no response came (``status`` is None then). ``found``: where the
    address was met (page, section, rank). ``fetched_at``: aware UTC. ``cut``: the
    connection ended before the body did.
    """

    url: str
    fetched_at: datetime
    method: str = "GET"
    request_headers: Headers = ()
    status: int | None = None
    protocol: str = "HTTP/1.1"
    headers: Headers = ()
    body: bytes = b""
    ip: str | None = None
    failure: str | None = None
    cut: bool = False
    found: dict[str, Any] = field(default_factory=dict)
    capture_id: UUID = field(default_factory=uuid4)


def payload_digest(body: bytes) -> str:
    """SHA-256 of a payload, lower-case hex."""
    return sha256(body).hexdigest()


def row_fields(headers: Headers) -> dict[str, str | None]:
    """What the row of a capture keeps of the header fields; None where one is not."""
    held = {name.lower(): UNFIT.sub(" ", value) for name, value in headers}
    kept = ("content-type", "etag", "last-modified")
    return {name.replace("-", "_"): held.get(name) or None for name in kept}


class Head(StatusAndHeaders):  # type: ignore[misc] # warcio states no types
    """Header fields as they came: warcio would percent-encode what is not ASCII."""

    def to_ascii_bytes(self, filter_func: Any = None) -> bytes:
        return self.to_bytes(filter_func, "latin-1")  # type: ignore[no-any-return]


def records(builder: RecordBuilder, exchange: Exchange) -> list[ArcWarcRecord]:
    """The exchange as WARC records; that of the capture is the first."""
    first = _response(builder, exchange)
    others = [_request(builder, exchange)]
    if exchange.found and exchange.failure is None:
        others.append(_metadata(builder, exchange, {"found": exchange.found}))
    return [first, *others]


def resource(
    builder: RecordBuilder, url: str, body: bytes, fetched_at: datetime
) -> ArcWarcRecord:
    """What an earlier run was given for ``url``, and this one goes by (WARC 1.1 §6.4).

    Args:
        fetched_at: when that was, aware UTC.
    """
    return builder.create_warc_record(
        url,
        "resource",
        payload=BytesIO(body),
        length=len(body),
        warc_content_type="text/plain",
        warc_headers_dict={"WARC-Date": fetched_at.strftime(STAMP)},
    )


def _response(builder: RecordBuilder, exchange: Exchange) -> ArcWarcRecord:
    if exchange.status is None:
        told = {"failure": exchange.failure or "unknown", "found": exchange.found}
        return _metadata(builder, exchange, told, own=True)
    try:
        reason = HTTPStatus(exchange.status).phrase
    except ValueError:
        reason = "Unknown"
    kept = [one for one in exchange.headers if one[0].lower() not in NOT_KEPT]
    head = Head(f"{exchange.status} {reason}", _fit(kept), protocol=exchange.protocol)
    named = {
        "WARC-Record-ID": f"<urn:uuid:{exchange.capture_id}>",
        "WARC-Date": exchange.fetched_at.strftime(STAMP),
        "WARC-Payload-Digest": f"sha256:{payload_digest(exchange.body)}",
    }
    if exchange.ip:
        named["WARC-IP-Address"] = exchange.ip
    if exchange.cut:
        named["WARC-Truncated"] = "disconnect"
    return builder.create_warc_record(
        exchange.url,
        "response",
        payload=BytesIO(exchange.body),
        length=len(exchange.body),
        http_headers=head,
        warc_headers_dict=named,
    )


def _request(builder: RecordBuilder, exchange: Exchange) -> ArcWarcRecord:
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = [one for one in exchange.request_headers if one[0].lower() != "host"]
    line = f"{exchange.method} {quote(target, TARGET)} HTTP/1.1"
    host = ("Host", parts.netloc.rpartition("@")[2])
    head = Head(line, _fit([host, *sent]), is_http_request=True)
    return builder.create_warc_record(
        exchange.url,
        "request",
        http_headers=head,
        warc_headers_dict=_concurrent(exchange),
    )


def _fit(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Header fields that end where they should, as Latin-1."""
    return [
        (name, UNFIT.sub(" ", value).encode("latin-1", "replace").decode("latin-1"))
        for name, value in headers
    ]


def _metadata(
    builder: RecordBuilder,
    exchange: Exchange,
    told: dict[str, Any],
    *,
    own: bool = False,
) -> ArcWarcRecord:
    """``own``: the record is the capture itself, not beside one."""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    named = _concurrent(exchange)
    if own:
        named = {
            "WARC-Record-ID": f"<urn:uuid:{exchange.capture_id}>",
            "WARC-Date": named["WARC-Date"],
        }
    return builder.create_warc_record(
        exchange.url,
        "metadata",
        payload=BytesIO(text),
        length=len(text),
        warc_content_type="application/json",
        warc_headers_dict=named,
    )


def _concurrent(exchange: Exchange) -> dict[str, str]:
    return {
        "WARC-Date": exchange.fetched_at.strftime(STAMP),
        "WARC-Concurrent-To": f"<urn:uuid:{exchange.capture_id}>",
    }
