"""What makes two rows the same: 16-byte digests that are primary keys as UUIDs.

A digest instead of the texts themselves: a long URL does not fit into a btree page.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from crawler.items import Incident, Link

# ASCII output: also a lone surrogate has a digest
ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def digest(*parts: Any) -> bytes:
    """16 bytes that differ when any of ``parts`` (JSON values) differs."""
    return sha256(ENCODE(parts).encode()).digest()[:16]


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


def incident_id(incident: Incident) -> UUID:
    """Primary key of ``incident``: the same thing on another night is the same row."""
    key = digest(incident.kind, incident.page_url, incident.section, incident.detail)
    return UUID(bytes=key)
