"""What makes two rows the same: 16-byte digests that are primary keys as UUIDs.

A digest instead of the texts themselves: a long URL does not fit into a btree page.
"""

from __future__ import annotations

import json
from hashlib import sha256
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from crawler.items import Incident, Link


def digest(*parts: str | int | None) -> bytes:
    """16 bytes that differ when any of ``parts`` differs.

    The parts are joined as JSON in ASCII, so that no text can pass for two and also
    a lone surrogate has a digest.
    """
    joined = ",".join(
        encode_basestring_ascii(part) if isinstance(part, str) else str(part)
        for part in parts
    )
    return sha256(joined.encode()).digest()[:16]


def link_key(link: Link) -> bytes:
    """The same link at the same rank of the same list, whatever page shows it."""
    return digest(
        link.scope,
        link.scope_key,
        link.section,
        link.position,
        link.url,
        link.anchor_text,
    )


def link_id(link: Link) -> UUID:
    """Primary key of ``link``."""
    return UUID(bytes=link_key(link))


def list_id(scope: str, scope_key: str, section: str) -> UUID:
    """Primary key of ``list``."""
    return UUID(bytes=digest(scope, scope_key, section))


def incident_id(incident: Incident) -> UUID:
    """Primary key of ``incident``: the same thing on another night is the same row."""
    detail = json.dumps(incident.detail, sort_keys=True)
    key = digest(incident.kind, incident.page_url, incident.section, detail)
    return UUID(bytes=key)
