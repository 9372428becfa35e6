"""One page, fetched as a crawl would: robots.txt, User-Agent, delay, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request, Spider

from crawler import arguments, urls
from crawler.extraction import origin_of
from crawler.middlewares.charset import Undecodable
from crawler.middlewares.limits import ParseLimit
from crawler.middlewares.walls import KeptOut
from crawler.pages.errors import NotAStory
from crawler.secrets.redaction import holds_user_info

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import CrawlerProcessBase
    from scrapy.http import Response
    from twisted.python.failure import Failure


NOT_FETCHED = (
    "an address with a user name or password is not fetched: this site asks for none"
)


class OnePage(Spider):
    """Fetches one address and hands the response out."""

    name = "one_page"

    def __init__(
        self,
        *,
        url: str,
        received: list[Response | NotAStory],
        site: str | None,
        **_: Any,
    ) -> None:
        super().__init__()
        # an address is no permission to reach whatever it names
        self.named_site = arguments.origin(site) if site else None
        self.url, self.received = url, received
        self.origin = origin_of(url)

    async def start(self) -> AsyncIterator[Any]:
        # what an error page is, the caller says
        meta = {"handle_httpstatus_all": True}
        yield Request(self.url, self.parse, errback=self.failed, meta=meta)

    def parse(self, response: Response, **_: Any) -> None:
        self.received.append(response)

    def failed(self, failure: Failure) -> None:
        error = failure.value
        if isinstance(error, Undecodable | ParseLimit | KeptOut):
            # it came, and no crawl would read it
            self.received.append(NotAStory(error.reason, said(error, self.url)))
            return
        self.logger.error("%s: %s", self.url, failure.getErrorMessage())


def fetchable(url: str) -> None:
    """Looks at an address before anything is requested.

    Raises:
        ValueError: it is no address of the web, or holds a user name or password; the
            message does not.
    """
    if holds_user_info(url):
        raise ValueError(NOT_FETCHED)
    expected = f"{url!r} is no address such as https://www.worldjournal.com/wj/index"
    try:
        parts = urlsplit(url)
        good = parts.scheme in urls.PORTS and parts.hostname and parts.port != 0
    except ValueError as error:  # a broken port or IPv6 address
        raise ValueError(expected) from error
    if not good:
        raise ValueError(expected)


def fetch(
    process: CrawlerProcessBase | None, url: str, *, site: str | None
) -> Response | None:
    """The response to one request; None if there was none (the log says why).

    Args:
        site: the origin that may be on this machine or network; None for none.

    Raises:
        ValueError: as :func:`fetchable` does.
        NotAStory: the page came, but no crawl would read it.
    """
    fetchable(url)
    received: list[Response | NotAStory] = []
    if process is not None:
        process.crawl(OnePage, url=url, received=received, site=site)
        process.start()
    found = received[0] if received else None
    if isinstance(found, NotAStory):
        raise found
    return found


def said(error: Exception, url: str) -> str:
    """Why, without the address that begins the message."""
    return str(error).removeprefix(f"{url}: ")
