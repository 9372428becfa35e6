"""Which archived exchange a response is, and when it came."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from crawler.policy.revisit import date_field, site_clock

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from scrapy.http import Response

    from crawler.items import Link

META = "capture_id"
# When the last answer to a request, or to what led to it, came: on the site's clock, or
# by that of the archive where none came
SEEN_AT = "seen_at"
# Set where the site answered 304 and the page was taken out of the archive again
UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Unchanged:
    """``capture_id``: of the 304, the page's own being that of the archived answer;
    ``whole``: every byte of the page is as it was, not only what it tells."""

    capture_id: UUID | None
    whole: bool


def seen(response: Response) -> dict[str, Any]:
    """``capture_id`` and ``seen_at`` of what is read from a response."""
    when = site_clock(response) if "Date" in response.headers else None
    return {"capture_id": captured_as(response), "seen_at": when}


def dated(response: Response, fetched_at: datetime) -> datetime:
    """When a response came, on the site's clock; one without a readable Date gets that
    of its archived exchange (RFC 9110 §6.6.1), in the night as in a replay.

    Args:
        fetched_at: of the exchange, aware UTC.
    """
    if date_field(response) is None:
        response.headers["Date"] = format_datetime(fetched_at, usegmt=True)
    return site_clock(response)


def captured_as(response: Response) -> UUID | None:
    """Id of the capture, which the archive leaves in the request's meta; None for a
    response that was never archived."""
    request = response.request
    found: UUID | None = request.meta.get(META) if request is not None else None
    return found


def unchanged(response: Response) -> Unchanged | None:
    """What a 304 said of the page; None where the page itself came."""
    request = response.request
    told: Unchanged | None = request.meta.get(UNCHANGED) if request else None
    return told


def shown(response: Response, links: tuple[Link, ...]) -> tuple[Link, ...]:
    """Those of the page's links that it is known to show now: a weak validator is
    about the story, and the lists around it may have changed."""
    told = unchanged(response)
    return links if told is None or told.whole else ()
