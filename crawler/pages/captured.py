"""Which archived exchange a response is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from scrapy.http import Response

META = "capture_id"


def captured_as(response: Response) -> UUID | None:
    """Id of the capture, which the archive leaves in the request's meta; None for a
    response that was never archived."""
    request = response.request
    found: UUID | None = request.meta.get(META) if request is not None else None
    return found
