"""Waits as long as the site asks, for the whole host (RFC 9110 §10.2.3)."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.utils.asyncio import sleep

from crawler.policy.revisit import site_clock

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.engine import ExecutionEngine
    from scrapy.crawler import Crawler
    from scrapy.http import Response

STATUSES = frozenset({429, 503})
# Between two looks at whether the run is to end, seconds
LOOK = 0.25
# Digits of more seconds than a century has
DIGITS_MAX = 10


class Stopping(IgnoreRequest):
    """The run ended while the request waited; nothing was asked for."""

    reason = "not_asked"


class RetryAfterMiddleware:
    """Downloader middleware nearer to the network than Scrapy's retries, which ask
    again. Whatever is to go to the host waits here until its time has come: stories,
    retries, robots.txt. A replay has nobody to wait for."""

    def __init__(self, crawler: Crawler, longest: float) -> None:
        self.crawler = crawler
        self.longest = longest
        self.until: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        longest = crawler.settings.getfloat("RETRY_AFTER_MAX")
        if crawler.settings["REPLAY"] or not longest:
            raise NotConfigured
        return cls(crawler, longest)

    async def process_request(self, request: Request) -> None:
        host = urlsplit(request.url).netloc
        while (left := self.until.get(host, 0.0) - time.monotonic()) > 0:
            if stopping(self.crawler):
                raise Stopping(Stopping.reason)
            await sleep(min(left, LOOK))

    async def process_response(self, request: Request, response: Response) -> Response:
        stated = response.headers.get("Retry-After")
        if response.status not in STATUSES or stated is None:
            return response
        asked = seconds_asked(stated.decode("latin-1"), now=site_clock(response))
        if asked is None:
            self.crawler.stats.inc_value("retry_after/ignored")
            return response
        wait = min(asked, self.longest)
        self.crawler.stats.inc_value("retry_after/count")
        self.crawler.stats.inc_value("retry_after/seconds", round(wait))
        host = urlsplit(request.url).netloc
        self.until[host] = max(self.until.get(host, 0.0), time.monotonic() + wait)
        self.hold_back(request, wait)
        return response

    def hold_back(self, request: Request, wait: float) -> None:
        """Keeps back what passed before the answer came and waits in Scrapy's own
        queue for the host."""
        engine: ExecutionEngine | None = self.crawler.engine
        slots = engine.downloader.slots if engine is not None else {}
        slot = slots.get(request.meta.get("download_slot", ""))
        if slot is not None:
            # the delay counts from then on; without any, Scrapy would not look
            slot.delay = max(slot.delay, 0.001)
            slot.lastseen = max(slot.lastseen, time.monotonic() + wait)


def seconds_asked(value: str, *, now: datetime) -> float | None:
    """A Retry-After -> seconds to wait; None for what is neither a number of seconds
    nor an HTTP-date, and for a time that is over.

    Args:
        now: when the answer was given, on the clock of its sender, aware.
    """
    value = value.strip(" \t")
    if value.isascii() and value.isdigit():
        digits = value.lstrip("0")[: DIGITS_MAX + 1]
        return float(digits or 0) or None
    if not value[:1].isalpha():
        return None  # an HTTP-date begins with the name of a day
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    # RFC 9110 §5.6.7: one that names no zone is in UTC
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    try:
        left = (when - now).total_seconds()
    except OverflowError:
        return None
    return left if left > 0 else None


def stopping(crawler: Crawler) -> bool:
    """Is the run about to end? Its end waits for all requests that are under way."""
    engine = crawler.engine
    slot = engine._slot if engine is not None else None
    return not crawler.crawling or slot is None or slot.closing is not None
