"""Rows as the parameter of ``json_to_recordset``: one statement for all of a batch."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def recordset(rows: Iterable[Mapping[str, Any]]) -> str:
    """A JSON array of ``rows``, as they are; an instant in ISO 8601, a UUID as its
    digits, an enumeration's text as such."""
    return _ENCODER.encode(list(rows))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_plain
)
