"""Validators of the replica's answers, and when it answers 304 (RFC 9110 §13)."""

from __future__ import annotations

from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# none; weak: stories have an ETag over all but the stop watch; date: they tell when
# they were changed, whatever the lists around them do; strong: every page has an ETag
# over every byte, and no stop watch
KINDS = ("none", "weak", "date", "strong")


def validators(
    kind: str, body: bytes, *, story: bool, modified: datetime | None
) -> dict[str, str]:
    """Header fields of a 200; ``modified``: what the site says of a story."""
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    if kind == "strong":
        return {"ETag": tag}
    if kind == "weak" and story:
        return {"ETag": f"W/{tag}"}
    if kind == "date" and modified:
        return {"Last-Modified": format_datetime(modified, usegmt=True)}
    return {}


def is_modified(told: dict[str, str], asked: dict[str, str]) -> bool:
    """Is the page to be sent? ``asked``: fields of the request, names in lower case.
    If-None-Match goes before If-Modified-Since (RFC 9110 §13.1.3)."""
    if "if-none-match" in asked:
        wanted = asked["if-none-match"].removeprefix("W/")
        return told.get("ETag", "").removeprefix("W/") != wanted
    if "if-modified-since" in asked and "Last-Modified" in told:
        since = parsedate_to_datetime(asked["if-modified-since"])
        return parsedate_to_datetime(told["Last-Modified"]) > since
    return True
