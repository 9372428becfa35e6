"""Waits as long as the site asks, for the whole host (RFC 9110 §10.2.3)."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.exceptions import NotConfigured

from crawler.ends.waiting import Waits
from crawler.frontier.hearing import HEARD, shared
from crawler.frontier.questions import Questions
from crawler.policy.revisit import site_clock
from pipelines.storage import pace

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.engine import ExecutionEngine
    from scrapy.crawler import Crawler
    from scrapy.http import Response

STATUSES = frozenset({429, 503})
# Digits of more seconds than a century has
DIGITS_MAX = 10


class RetryAfterMiddleware:
    """Downloader middleware nearer to the network than Scrapy's retries, which ask
    again. Whatever is to go to the host waits here until its time has come: stories,
    retries, robots.txt. Other processes learn of it from the pace, as this one does of
    what they are asked. A replay has nobody to wait for.

    Args:
        questions: to the database where the pace is shared.
    """

    def __init__(
        self, crawler: Crawler, longest: float, questions: Questions | None
    ) -> None:
        self.crawler = crawler
        self.longest = longest
        self.questions = questions
        self.waits = Waits(crawler)
        self.until: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        longest = crawler.settings.getfloat("RETRY_AFTER_MAX")
        if crawler.settings["REPLAY"] or not longest:
            raise NotConfigured
        together = shared(crawler.settings)
        questions = Questions.of_run(crawler) if together else None
        middleware = cls(crawler, longest, questions)
        crawler.signals.connect(middleware.heard, signal=HEARD)
        return middleware

    def heard(self, told: pace.Told) -> None:
        """Some process has been asked for silence, this one too or an earlier one."""
        place = urlsplit(told.origin)
        if told.silence:
            self.keep_silent(place.netloc, place.hostname or "", told.silence)

    async def process_request(self, request: Request) -> None:
        host = urlsplit(request.url).netloc
        while (left := self.until.get(host, 0.0) - time.monotonic()) > 0:
            await self.waits.sleep(left)

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
        self.keep_silent(host, request.meta.get("download_slot", ""), wait)
        if self.questions is not None:
            origins = [f"{scheme}://{host}" for scheme in ("http", "https")]
            await self.questions.ask(pace.hold, origins, seconds=wait)
        return response

    def keep_silent(self, host: str, key: str, wait: float) -> None:
        """For ``wait`` seconds. Also keeps back what passed before the answer came and
        waits in Scrapy's own queue for the host, which is named ``key``."""
        self.until[host] = max(self.until.get(host, 0.0), time.monotonic() + wait)
        engine: ExecutionEngine | None = self.crawler.engine
        slot = engine.downloader.slots.get(key) if engine is not None else None
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
