"""One HTTP exchange, as it went over the wire, and its WARC records.

WARC 1.1 (ISO 28500:2017): a ``response`` record, the ``request`` that led to it, and a
``metadata`` record that says where the address was found, or why nothing came.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from warcio.statusandheaders import StatusAndHeaders

if TYPE_CHECKING:
    from datetime import datetime

    from warcio.recordbuilder import RecordBuilder
    from warcio.recordloader import ArcWarcRecord

Headers = tuple[tuple[str, str], ...]
STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
# The body is stored whole: how it was cut into chunks on the way is not kept
NOT_KEPT = frozenset({"transfer-encoding"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what came of it.

    ``body`` is the payload as received, with its Content-Encoding. ``failure``: one
    word, set when no response came (``status`` is None then). ``found``: where the
    address was met (page, section, rank). ``fetched_at``: aware UTC.
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
    found: dict[str, Any] = field(default_factory=dict)
    capture_id: UUID = field(default_factory=uuid4)


def payload_digest(body: bytes) -> str:
    """SHA-256 of a payload, lower-case hex."""
    return sha256(body).hexdigest()


def records(builder: RecordBuilder, exchange: Exchange) -> list[ArcWarcRecord]:
    """The exchange as WARC records; that of the capture is the first."""
    first = _response(builder, exchange)
    others = [_request(builder, exchange)]
    if exchange.found and exchange.failure is None:
        others.append(_metadata(builder, exchange, {"found": exchange.found}))
    return [first, *others]


def _response(builder: RecordBuilder, exchange: Exchange) -> ArcWarcRecord:
    if exchange.status is None:
        told = {"failure": exchange.failure or "unknown", "found": exchange.found}
        return _metadata(builder, exchange, told, own=True)
    try:
        reason = HTTPStatus(exchange.status).phrase
    except ValueError:
        reason = "Unknown"
    kept = [one for one in exchange.headers if one[0].lower() not in NOT_KEPT]
    head = StatusAndHeaders(
        f"{exchange.status} {reason}", kept, protocol=exchange.protocol
    )
    named = {
        "WARC-Record-ID": f"<urn:uuid:{exchange.capture_id}>",
        "WARC-Date": exchange.fetched_at.strftime(STAMP),
        "WARC-Payload-Digest": f"sha256:{payload_digest(exchange.body)}",
    }
    if exchange.ip:
        named["WARC-IP-Address"] = exchange.ip
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
    headers = [("Host", parts.netloc), *exchange.request_headers]
    head = StatusAndHeaders(
        f"{exchange.method} {target} HTTP/1.1", headers, is_http_request=True
    )
    return builder.create_warc_record(
        exchange.url,
        "request",
        http_headers=head,
        warc_headers_dict=_concurrent(exchange),
    )


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
