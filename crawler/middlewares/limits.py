"""Refuses pages that would stall or cut the parser, before it sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import IgnoreRequest

from crawler.middlewares.charset import is_page
from crawler.pages.tag_scan import Limits, excess

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response, TextResponse

# The paper's own tags have fewer than 30 attributes, its pages fewer than 60 levels and
# 5,000 elements. libxml2 compares every attribute of a tag with every other (100,000
# take 19 s), and cuts what lies deeper than 2048 levels without an error; our own
# sections descend by recursion, and take seconds for more links than these. 60 levels
# times 5,000 elements are the most that the paper's pages can have in sum
LIMITS = Limits(attributes=512, depth=256, elements=12_000, levels=600_000)


class ParseLimit(IgnoreRequest):
    """The page would stall the parser, or be cut by it."""

    reason = "parse_limit"


class ParseLimitsMiddleware:
    """Downloader middleware, the last before a page is read."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        why = excess_of(response) if is_page(response) else None
        if why:
            self.crawler.stats.inc_value("parse/limit")
            raise ParseLimit(f"{request.url}: {why}")
        return response


def excess_of(response: TextResponse) -> str | None:
    """What a page has too much of, in words; None if nothing."""
    body = response.body
    if b"\0" in body or response.encoding.startswith("utf-16"):
        body = response.text.encode("utf-8", "replace")
    return excess(body, LIMITS)
