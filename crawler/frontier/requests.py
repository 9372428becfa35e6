"""Requests as the frontier keeps them, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import Request

from crawler import urls
from crawler.items import FrontierRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from scrapy import Spider

# In a request's meta: the fingerprint of the frontier's row that it is made from;
# retries and redirects keep it
ROW = "frontier"
# In a request's meta: it is this process's own and never goes to the frontier
OWN = "own"
# In a request's meta: where the address was met
FOUND = "found"


def row_of(request: Request) -> bytes | None:
    """The fingerprint of the row that a request, a retry or a redirect stems from."""
    found: bytes | None = request.meta.get(ROW)
    return found


def kept(request: Request, fingerprint: bytes, *, origin: str) -> FrontierRequest:
    """A request of the spider's -> what the frontier keeps of it.

    Raises:
        ValueError: it is more than an address with a callback.
    """
    if request.method != "GET" or request.body or request.callback is None:
        raise ValueError(f"{request} cannot be kept: GET requests with a callback can")
    return FrontierRequest(
        fingerprint=fingerprint,
        url=request.url,
        story_id=urls.story_id(request.url, origin=origin),
        callback=_name(request.callback),
        errback=_name(request.errback),
        priority=request.priority,
        arguments=request.cb_kwargs,
        found=request.meta.get(FOUND) or {},
    )


def revived(kept: FrontierRequest, spider: Spider) -> Request:
    """What the frontier kept -> the request, read by methods of ``spider``."""
    return Request(
        kept.url,
        callback=getattr(spider, kept.callback),
        errback=getattr(spider, kept.errback),
        priority=kept.priority,
        cb_kwargs=kept.arguments,
        meta={FOUND: kept.found, ROW: kept.fingerprint},
    )


def _name(method: Callable[..., Any] | None) -> str:
    if method is None:
        raise ValueError("a request without an errback cannot be kept")
    return str(method.__name__)
