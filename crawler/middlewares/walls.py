"""Takes walls that come with the status of an error for what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest
from scrapy.http import TextResponse

from crawler.middlewares.robots import ROBOTS
from crawler.pages.walls import wall_of_error

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

# What says so of itself: Cloudflare ("Detect a Challenge Page response") and AWS WAF
# ("Challenge and CAPTCHA", with 202 and 405)
SAID = (
    ("cf-mitigated", b"challenge"),
    ("x-amzn-waf-action", b"challenge"),
    ("x-amzn-waf-action", b"captcha"),
)


class KeptOut(IgnoreRequest):
    """A wall stands before the page. ``reason``: its word, one of ``failures.WALLS``;
    ``response``: with its request."""

    def __init__(self, reason: str, sentence: str, response: Response) -> None:
        super().__init__(f"{reason}: {sentence}: {response.url}")
        self.reason, self.response = reason, response


class WallsMiddleware:
    """Downloader middleware nearer to the network than Scrapy's retries: who is asked
    for a proof does not ask again at once. What comes with 200 the page readers tell,
    since a story may hold a wall's marks. A robots.txt is judged by its status (RFC
    9309)."""

    async def process_response(self, request: Request, response: Response) -> Response:
        found = None if request.meta.get(ROBOTS) else wall_of(response)
        if found is not None:
            response.request = request
            raise KeptOut(*found, response)
        return response


def wall_of(response: Response) -> tuple[str, str] | None:
    """What keeps us out, as one word and a sentence; None for any other answer."""
    if any(response.headers.get(name) == value for name, value in SAID):
        return "challenge", "the answer says that it is a challenge"
    if response.status < 400 or not isinstance(response, TextResponse):
        return None
    return wall_of_error(response.status, response.text)
