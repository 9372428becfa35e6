"""Lets only whole and sound bodies through; a damaged one is asked for again."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Self

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, JsonResponse, TextResponse, XmlResponse
from scrapy.responsetypes import responsetypes

from crawler.archive.codings import Broken, TooLarge, unencoded
from crawler.archive.reader import PARTIAL

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

CODING = "Content-Encoding"
# The first element of an XML document, and a closing tag at its very end
ROOT = re.compile(rb"<([A-Za-z_][^\s/>]{0,200})")
LAST = re.compile(rb"</([^\s>]{1,200})\s*>\s*\Z")
# What may stand behind </html>: the site's own stop watch, a tracker's comment
TAIL = 4096


class DamagedBody(IgnoreRequest):
    """The body came cut, corrupt or wrongly labelled, also when asked for again."""

    reason = "damaged_body"


class BodyTooLarge(IgnoreRequest):
    """The body unpacks to more than DOWNLOAD_MAXSIZE."""

    reason = "body_too_large"


class SoundBodiesMiddleware:
    """Downloader middleware between redirects and Scrapy's own unpacking, which finds
    nothing left to do: Scrapy would give out as much of a broken body as it can. The
    archive stands nearer to the network and keeps the bytes as they came."""

    def __init__(self, crawler: Crawler, size_max: int) -> None:
        self.crawler = crawler
        self.size_max = size_max

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        # 0 is Scrapy's word for no limit
        return cls(crawler, crawler.settings.getint("DOWNLOAD_MAXSIZE") or sys.maxsize)

    async def process_response(
        self, request: Request, response: Response
    ) -> Response | Request:
        if request.method == "HEAD":
            return response
        try:
            return sound(response, self.size_max)
        except TooLarge as error:
            self.crawler.stats.inc_value("body/too_large")
            raise BodyTooLarge(f"{response.url}: {error}") from error
        except Broken as error:
            if response.status >= 300:
                return unread(response)
            self.crawler.stats.inc_value("body/damaged")
            return self.again(request, error)

    def again(self, request: Request, error: Broken) -> Request:
        """The request once more.

        Raises:
            DamagedBody: it was asked for often enough.
        """
        retry = None
        if self.crawler.spider is not None and not request.meta.get("dont_retry"):
            retry = get_retry_request(
                request, spider=self.crawler.spider, reason=DamagedBody.reason
            )
        if retry is None:
            raise DamagedBody(f"{request.url}: {error}") from error
        return retry


def sound(response: Response, size_max: int) -> Response:
    """A response without its Content-Encoding.

    A body without any length (RFC 9112 §6.3: it ends with the connection) must show by
    itself that it is whole: by the end of its coding, or of its document.

    Args:
        size_max: bytes that the body may unpack to.

    Raises:
        Broken: the body is not whole, or not what its Content-Encoding says.
        TooLarge: it unpacks to more.
    """
    encodings = [v.decode("latin-1") for v in response.headers.getlist(CODING)]
    body, left = unencoded(response.body, encodings, size_max)
    unpacked = body is not response.body
    if PARTIAL in response.flags and not unpacked and not ends(response):
        raise Broken("the connection ended before the document did")
    return repacked(response, body, left) if unpacked else response


def is_whole(response: Response, size_max: int) -> bool:
    """Is a body that came without a length all there, as far as it tells?"""
    try:
        sound(response, size_max)
    except TooLarge:
        return True
    except Broken:
        return False
    return True


def ends(response: Response) -> bool:
    """Does the document come to its end? Other texts do not tell, and count as cut."""
    body = response.body
    match response:
        case HtmlResponse():
            return b"</html" in body[-TAIL:].lower()
        case XmlResponse():
            first, last = ROOT.search(body), LAST.search(body[-TAIL:])
            return bool(first and last and first[1] == last[1])
        case JsonResponse():
            try:
                json.loads(body)
            except (ValueError, RecursionError):
                return False
            return True
    return False


def repacked(response: Response, body: bytes, left: list[str]) -> Response:
    """The response with its unpacked body, as the kind that its body shows it to be."""
    headers = response.headers.copy()
    del headers[CODING]
    if left:  # nobody here knows it: Scrapy says so in the log
        headers[CODING] = ", ".join(left)
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    options: dict[str, Any] = (
        {"encoding": None} if issubclass(kind, TextResponse) else {}
    )
    return response.replace(cls=kind, body=body, headers=headers, **options)


def unread(response: Response) -> Response:
    """An error page or redirect without its broken body: its status says enough."""
    return repacked(response, b"", [])
