"""One story, one request: fingerprints requests for stories by the story id."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

from scrapy.utils.request import RequestFingerprinter

from crawler import urls

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class StoryFingerprinter:
    """``REQUEST_FINGERPRINTER_CLASS``: AMP, bare host, another subcategory number or
    a ``?from=`` make no second request; everything else is Scrapy's own fingerprint
    of the canonical address."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.fallback = RequestFingerprinter(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def fingerprint(self, request: Request) -> bytes:
        # The crawler has no spider yet when this component is built
        spider = getattr(self.crawler, "spider", None)
        origin = getattr(spider, "origin", urls.SITE)
        story_id = urls.story_id(request.url, origin=origin)
        if story_id is not None and request.method == "GET":
            return story_fingerprint(story_id)
        canonical = urls.canonical(request.url, origin=origin)
        if canonical == request.url:
            return self.fallback.fingerprint(request)
        return self.fallback.fingerprint(request.replace(url=canonical))


def story_fingerprint(story_id: int) -> bytes:
    """The fingerprint of every GET request for a story."""
    return hashlib.sha1(b"story:%d" % story_id, usedforsecurity=False).digest()
