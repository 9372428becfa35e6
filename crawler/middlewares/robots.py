"""Obeys robots.txt as RFC 9309 says; where it cannot be had, nothing is fetched."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin

from scrapy import Request
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK

from crawler.failures import reason_of
from crawler.reach.addresses import place_of
from crawler.reach.named import ForbiddenAddress
from crawler.robots import policy
from crawler.robots.copies import GOOD_FOR, Copies
from crawler.robots.groups import product_token
from crawler.robots.policy import Answer, Permission, Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    Origin = tuple[str, str, int]

logger = logging.getLogger(__name__)

# What could not be had is asked for again after this long, by whoever comes next
ASK_AGAIN = timedelta(hours=1)
PRIORITY = 10**13
# In the meta of a request for robots.txt, which may lead to another host (§2.3.1.2)
ROBOTS = "robots_txt"


class RobotsForbidden(IgnoreRequest):
    """The rules say no."""

    reason = "robots_forbidden"


class RobotsUnavailable(IgnoreRequest):
    """There is no saying what the rules are, so they say no to everything."""

    reason = "robots_unavailable"


@dataclass(frozen=True, slots=True)
class Held:
    """What is permitted, and until when that may be gone by (aware UTC)."""

    permission: Permission
    until: datetime


class RobotsMiddleware:
    """Downloader middleware in the place of Scrapy's own, which lets everything pass
    when robots.txt fails. Kept per scheme, host and port; asked for again after 24
    hours. A replay neither reads nor writes copies: only the archive answers.

    Args:
        copies: last good files; None where none are kept.
        delay_max: seconds of ``Crawl-delay`` honoured at most.
        clock: the time, aware UTC.
    """

    def __init__(
        self,
        crawler: Crawler,
        *,
        copies: Copies | None,
        delay_max: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.crawler, self.copies = crawler, copies
        self.delay_max, self.clock = delay_max, clock
        agent = (
            crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        )
        self.token = product_token(agent)
        self.held: dict[Origin, Held] = {}
        self.locks: defaultdict[Origin, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        # commands that only look leave nothing behind, and have no archive either
        copies = Copies(Path(settings["VAR_DIR"]) / "robots")
        return cls(
            crawler,
            copies=copies if settings["ARCHIVE"] and not settings["REPLAY"] else None,
            delay_max=settings.getfloat("CRAWL_DELAY_MAX"),
        )

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        origin = place_of(request.url)
        permission = await self.permission(origin)
        if permission.standing is Standing.UNREACHABLE:
            self.stop(origin, permission.why)
            if permission.why == ForbiddenAddress.reason:
                raise ForbiddenAddress(f"{origin[1]} is out of bounds: see above")
            raise RobotsUnavailable(f"robots.txt cannot be had: {permission.why}")
        if not permission.allows(request.url):
            self.crawler.stats.inc_value("robotstxt/forbidden")
            raise RobotsForbidden("forbidden by robots.txt")
        self.slow_down(request, permission.crawl_delay)

    async def permission(self, origin: Origin) -> Permission:
        """What the origin permits now; asks for its robots.txt where need be, once
        for all requests that wait."""
        async with self.locks[origin]:
            held = self.held.get(origin)
            if held is None or self.clock() >= held.until:
                held = self.held[origin] = await self.ask(origin)
            return held.permission

    async def ask(self, origin: Origin) -> Held:
        self.crawler.stats.inc_value("robotstxt/request_count")
        answer, until = await self.fetch(address(origin)), self.clock() + GOOD_FOR
        self.crawler.stats.inc_value(f"robotstxt/{answer.standing}")
        if answer.standing is Standing.RULES:
            await self.keep(origin, answer)
        elif answer.standing is Standing.UNREACHABLE:
            until = self.clock() + ASK_AGAIN
            copy = self.copies and self.copies.last(origin, self.clock())
            if copy:
                self.crawler.stats.inc_value("robotstxt/copy_used")
                logger.warning(
                    "robots.txt of %s cannot be had (%s): going by the copy of %s",
                    *(origin[1], answer.why, copy.fetched_at),
                )
                until = min(until, copy.fetched_at + GOOD_FOR)
                answer = Answer(Standing.RULES, answer.why, copy.body)
        return Held(policy.permission(answer, self.token), until)

    async def keep(self, origin: Origin, answer: Answer) -> None:
        if self.copies is None:
            return
        try:
            await asyncio.to_thread(self.copies.keep, origin, answer.body, self.clock())
        except OSError as error:
            # this run has the rules; only the next would miss the copy
            logger.warning("No copy of robots.txt could be kept: %s", error)

    async def fetch(self, url: str) -> Answer:
        """Asks for a robots.txt, and follows up to five redirects, to any host."""
        for _ in range(policy.REDIRECTS_MAX + 1):
            try:
                response = await self.download(url)
            except Exception as error:  # whatever it was, there is no robots.txt
                why = reason_of(error)
                logger.warning("%s was not received (%s): %s", url, why, error)
                # an archive that holds none: nobody is asked for anything in a replay
                missed = why == "replay_miss"
                return Answer(
                    Standing.UNAVAILABLE if missed else Standing.UNREACHABLE, why
                )
            leads = response.headers.get("Location")
            if response.status not in policy.REDIRECTS or not leads:
                return policy.of_response(response.status, response.body)
            url = urljoin(url, leads.decode("latin-1"))
        return Answer(Standing.UNAVAILABLE, "redirects")

    async def download(self, url: str) -> Response:
        engine = self.crawler.engine
        if engine is None:
            raise RobotsUnavailable("the crawl has not begun")
        request = Request(
            url,
            callback=NO_CALLBACK,
            priority=PRIORITY,
            meta={
                ROBOTS: True,
                "dont_obey_robotstxt": True,
                "dont_redirect": True,
                "allow_offsite": True,
            },
        )
        return await engine.download_async(request)

    def slow_down(self, request: Request, asked: float) -> None:
        """Raises the delay of the host's slot to what was asked for, up to the cap."""
        engine = self.crawler.engine
        if not asked or engine is None:
            return
        downloader, delay = engine.downloader, min(asked, self.delay_max)
        key = downloader.get_slot_key(request)
        # Scrapy forgets idle slots, and makes new ones from these settings
        known = downloader.per_slot_settings.setdefault(key, {})
        configured = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        delay = max(delay, configured, known.get("delay", 0))
        known.update(delay=delay, jitter=0)
        slot = downloader.slots.get(key)
        if slot is not None and slot.delay <= delay:
            # a pause that varies would sometimes be shorter than asked for
            slot.delay, slot.jitter = delay, 0
            self.crawler.stats.max_value("robotstxt/crawl_delay", delay)

    def stop(self, origin: Origin, why: str) -> None:
        """Ends the run where it is the site itself whose rules are unknown."""
        site = getattr(self.crawler.spider, "origin", None)
        engine = self.crawler.engine
        if self.closing or engine is None or not site or place_of(site) != origin:
            return
        self.crawler.stats.set_value("verdict/detail", f"{address(origin)}: {why}")
        # awaiting it here would wait for the very request that is being refused
        self.closing = asyncio.ensure_future(
            engine.close_spider_async(reason=RobotsUnavailable.reason)
        )


def address(origin: Origin) -> str:
    """Where an origin's robots.txt is."""
    scheme, host, port = origin
    host = f"[{host}]" if ":" in host else host
    where = host if port == {"http": 80, "https": 443}.get(scheme) else f"{host}:{port}"
    return f"{scheme}://{where}{policy.PATH}"
