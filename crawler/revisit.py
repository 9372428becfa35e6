"""Which stories a night fetches: unknown ones, and known ones that are still young."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from scrapy.http import Response


class Known(Protocol):
    """What the archive tells of a story it holds; the instant is aware UTC."""

    @property
    def published_at(self) -> datetime | None: ...


def due(known: Known | None, *, now: datetime, window: timedelta) -> bool:
    """Is a story worth a request: not held yet, or published within ``window``?"""
    if known is None:
        return True
    return known.published_at is None or now - known.published_at <= window


def site_clock(response: Response) -> datetime:
    """The site's own time (the Date header, RFC 9110 §6.6.1), aware UTC.

    A story's age is measured on it, so that a simulated or replayed night decides as
    the night itself did. Without a readable header it is this machine's time.
    """
    raw = response.headers.get("Date")
    if raw:
        try:
            read = parsedate_to_datetime(raw.decode("ascii", "replace"))
        except ValueError:
            return datetime.now(UTC)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    return datetime.now(UTC)
