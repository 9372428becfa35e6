"""An extension that refuses every redirect as Scrapy's own components do: no callback
and no errback is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class DropRedirects:
    """For tests only."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls()
        crawler.signals.connect(extension.scheduled, signal=signals.request_scheduled)
        return extension

    def scheduled(self, request: Request) -> None:
        if request.meta.get("redirect_urls"):
            raise IgnoreRequest
