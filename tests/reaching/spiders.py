"""Spiders that go wherever they are sent, and print what came of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider

from crawler import urls
from crawler.ends import failures

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response
    from twisted.python.failure import Failure


class ReachingSpider(Spider):
    """``urls``: JSON list; ``site``: the origin that an operator names."""

    name = "reaching"

    def __init__(self, urls: str, site: str = "", **_: str) -> None:
        super().__init__()
        self.urls = json.loads(urls)
        self.origin = site or SITE
        self.found: dict[str, str] = {}

    async def start(self) -> AsyncIterator[Any]:
        for url in self.urls:
            request = Request(url, self.parse, errback=self.failed, dont_filter=True)
            request.meta["handle_httpstatus_list"] = [404]
            request.cb_kwargs["asked"] = url
            yield request

    def parse(self, response: Response, asked: str) -> None:
        self.found[asked] = f"reached {response.url}"

    def failed(self, failure: Failure) -> None:
        asked = failure.request.cb_kwargs["asked"]  # type: ignore[attr-defined]
        self.found[asked] = failures.reason_of(failure.value or RuntimeError())

    def closed(self, reason: str) -> None:
        print("\n" + json.dumps(self.found))


class CustomSpider(ReachingSpider):
    """Tries by its own settings what no setting may do."""

    name = "custom"
    custom_settings = {
        "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver",
        "DOWNLOAD_HANDLERS": dict.fromkeys(
            ("http", "https"),
            "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler",
        ),
        "HTTPPROXY_ENABLED": True,
    }


SITE = urls.SITE
