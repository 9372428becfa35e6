"""A page -> its items as they would reach storage, without engine or database."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler import urls
from crawler.items import Article, Link
from crawler.middlewares.charset import Undecodable, decoded, is_page
from crawler.middlewares.limits import ParseLimit, excess_of
from crawler.pages.api import parse_api
from crawler.pages.channel import parse_channel
from crawler.pages.errors import NotAStory
from crawler.pages.story import parse_story
from pipelines.dates import normalise
from pipelines.storage.keys import link_key
from pipelines.storage.text import clean

if TYPE_CHECKING:
    from scrapy.http import Response, TextResponse

LISTS = (urls.PageKind.CHANNEL, urls.PageKind.BREAKING, urls.PageKind.RANK)
NOT_PRINTED = ("incidents", "capture_id", "seen_at")


def readable(response: Response, *, scan: bool = True) -> Any:
    """A page as a crawl hands it to its reader: decoded as it was written, and nothing
    that stalls the parser or is cut by it.

    Args:
        scan: look for the latter; a page that a crawl has stored has passed that.

    Raises:
        NotAStory: ``undecodable`` or ``parse_limit``, as in a crawl.
    """
    if not is_page(response):
        return response
    try:
        page = decoded(response).response
    except Undecodable as error:
        raise NotAStory(Undecodable.reason, str(error)) from error
    excess = excess_of(page) if scan else None
    if excess:
        raise NotAStory(ParseLimit.reason, f"the page has what no page has: {excess}")
    return page


def items(response: TextResponse) -> list[Article | Link]:
    """Article and Links of a story page, Links of a list page: dates normalised,
    in-page duplicates removed, in page order.

    Raises:
        NotAStory: the page is neither, or not readable.
        NotAList: a list API's answer that cannot be read.
    """
    response = readable(response)
    origin = origin_of(response.url)
    kind = urls.page_kind(response.url, origin=origin)
    found: list[Article | Link] = []
    if kind in LISTS:
        found += parse_channel(response, origin=origin).links
    elif kind is urls.PageKind.API:
        found += parse_api(response, origin=origin, scope_key="breaking").links
    else:
        page = parse_story(response, origin=origin)
        found += [page.article, *page.links]
    return [clean(normalise(item))[0] for item in _once(found)]


def _once(found: list[Article | Link]) -> list[Article | Link]:
    seen = set()
    kept = []
    for item in found:
        key = link_key(item) if isinstance(item, Link) else item.story_id
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def lines(response: TextResponse) -> list[str]:
    """:func:`items` as JSON objects, one a line."""
    return [as_json(item) for item in items(response)]


def as_json(item: Article | Link) -> str:
    """``{"item": "Article", …}`` with the fields in the order of the item."""
    fields = {
        field.name: getattr(item, field.name)
        for field in dataclasses.fields(item)
        if field.name not in NOT_PRINTED
    }
    return json.dumps(
        {"item": type(item).__name__, **fields}, ensure_ascii=False, default=_plain
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return dataclasses.asdict(value)


def origin_of(url: str) -> str:
    """The site itself for its own addresses, else the address's own origin: pages of
    a replica name the site in their links."""
    if urls.page_kind(url) is not urls.PageKind.OFFSITE:
        return urls.SITE
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
