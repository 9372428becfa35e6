"""Which archived exchange a response is, and when it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.policy.revisit import site_clock

if TYPE_CHECKING:
    from uuid import UUID

    from scrapy.http import Response

META = "capture_id"
# When the last answer to a request, or to what led to it, came: on the site's clock
SEEN_AT = "seen_at"


def seen(response: Response) -> dict[str, Any]:
    """``capture_id`` and ``seen_at`` of what is read from a response."""
    when = site_clock(response) if "Date" in response.headers else None
    return {"capture_id": captured_as(response), "seen_at": when}


def captured_as(response: Response) -> UUID | None:
    """Id of the capture, which the archive leaves in the request's meta; None for a
    response that was never archived."""
    request = response.request
    found: UUID | None = request.meta.get(META) if request is not None else None
    return found
