"""Obeys robots.txt as RFC 9309 says; where it cannot be had, nothing is fetched."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin

from scrapy import Request
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK

from crawler.ends.ending import Ending
from crawler.ends.failures import reason_of
from crawler.ends.outcomes import NOT_DONE
from crawler.middlewares.archive import ArchiveMiddleware
from crawler.middlewares.replay import ReplayMiddleware
from crawler.reach.addresses import place_of
from crawler.reach.named import ForbiddenAddress
from crawler.robots import policy
from crawler.robots.copies import GOOD_FOR, Copies, Copy
from crawler.robots.groups import product_token
from crawler.robots.origins import Origins, address
from crawler.robots.policy import Answer, Standing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.robots.origins import Keeps, Origin

logger = logging.getLogger(__name__)

PRIORITY = 10**13
# In the meta of a request for robots.txt, which may lead to another host (§2.3.1.2)
ROBOTS = "robots_txt"
# In the meta of every other: seconds that the rules want between two requests
CRAWL_DELAY = "crawl_delay"


class RobotsForbidden(IgnoreRequest):
    """The rules say no."""

    reason = "robots_forbidden"


class RobotsUnavailable(IgnoreRequest):
    """There is no saying what the rules are, so they say no to everything."""

    reason = "robots_unavailable"


class RobotsMiddleware:
    """Downloader middleware in the place of Scrapy's own, which lets everything pass
    when robots.txt fails. A copy that a night goes by is archived with it, and a
    replay goes by no other. Stats: ``robotstxt/<word>``.

    Args:
        copies: last good files; None where none are kept.
        delay_max: seconds of ``Crawl-delay`` honoured at most.
    """

    def __init__(
        self, crawler: Crawler, *, copies: Keeps | None, delay_max: float
    ) -> None:
        self.crawler, self.delay_max = crawler, delay_max
        settings = crawler.settings
        self.origins = Origins(
            fetch=lambda url: fetch(self.download, url),
            token=product_token(
                settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
            ),
            count=self.count,
            copies=copies,
            used=self.went_by,
        )
        self.ending = Ending(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        # commands that only look leave nothing behind, and have no archive either
        copies: Keeps | None = None
        if settings["REPLAY"]:
            copies = OfTheNight(crawler)
        elif settings["ARCHIVE"]:
            copies = Copies(Path(settings["VAR_DIR"]) / "robots")
        return cls(
            crawler,
            copies=copies,
            delay_max=settings.getfloat("CRAWL_DELAY_MAX"),
        )

    def count(self, word: str) -> None:
        self.crawler.stats.inc_value(f"robotstxt/{word}")

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        origin = place_of(request.url)
        permission = await self.origins.permission(origin)
        if permission.standing is Standing.UNREACHABLE:
            own = self.stop(origin, permission.why)
            if permission.why == ForbiddenAddress.reason:
                raise ForbiddenAddress(f"{origin[1]} is out of bounds")
            refusal = RobotsUnavailable if own else RobotsForbidden
            raise refusal(f"robots.txt cannot be had: {permission.why}")
        if not permission.allows(request.url):
            self.count("forbidden")
            raise RobotsForbidden("forbidden by robots.txt")
        if permission.crawl_delay:
            self.slow_down(request, min(permission.crawl_delay, self.delay_max))

    async def went_by(self, origin: Origin, copy: Copy) -> None:
        """Has the archive hold what the night goes by."""
        archive = self.crawler.get_downloader_middleware(ArchiveMiddleware)
        if archive is not None:
            await archive.keep_copy(address(origin), copy.body, copy.fetched_at)

    async def download(self, url: str) -> Response:
        """One request for robots.txt, past all middlewares but not its redirects."""
        meta = {
            ROBOTS: True,
            "dont_obey_robotstxt": True,
            "dont_redirect": True,
            "allow_offsite": True,
        }
        request = Request(url, callback=NO_CALLBACK, priority=PRIORITY, meta=meta)
        engine = self.crawler.engine
        assert engine is not None  # noqa: S101 - it is what asked
        return await engine.download_async(request)

    def slow_down(self, request: Request, asked: float) -> None:
        """Raises the delay of the host's slot to ``asked`` seconds; never lowers it."""
        engine = self.crawler.engine
        assert engine is not None  # noqa: S101 - it is what asked
        downloader = engine.downloader
        key = downloader.get_slot_key(request)
        # Scrapy forgets idle slots, and makes new ones from these settings
        kept = downloader.per_slot_settings.setdefault(key, {})
        configured = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        delay = max(asked, configured, kept.get("delay", 0))
        kept.update(delay=delay, jitter=0)
        slot = downloader.slots.get(key)
        if slot is not None and slot.delay <= delay:
            # a pause that varies would sometimes be shorter than asked for
            slot.delay, slot.jitter = delay, 0
        request.meta[CRAWL_DELAY] = delay
        self.crawler.stats.max_value("robotstxt/crawl_delay", delay)

    def stop(self, origin: Origin, why: str) -> bool:
        """Ends the run where it is the site itself whose rules are unknown; whether it
        is."""
        site = getattr(self.crawler.spider, "origin", None)
        if not site or place_of(site) != origin:
            return False
        if self.ending.reason is None:
            self.crawler.stats.set_value("verdict/detail", f"{address(origin)}: {why}")
            self.ending.end(RobotsUnavailable.reason)
        return True


class OfTheNight:
    """Copies that a replayed night went by, as good as they were then."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    def keep(self, origin: Origin, body: bytes, now: datetime) -> None:
        """They are in the archive."""

    def last(self, origin: Origin, now: datetime) -> Copy | None:
        replay = self.crawler.get_downloader_middleware(ReplayMiddleware)
        body = replay.gone_by(address(origin), GOOD_FOR) if replay else None
        return Copy(now, body) if body is not None else None


async def fetch(download: Callable[[str], Awaitable[Response]], url: str) -> Answer:
    """Asks for a robots.txt, and follows up to five redirects, to any host.

    Args:
        download: an address -> its response, redirects not followed; may raise.
    """
    for _ in range(policy.REDIRECTS_MAX + 1):
        try:
            response = await download(url)
        except Exception as error:  # whatever it was, there is no robots.txt
            why = reason_of(error)
            if why in NOT_DONE:
                raise  # the run ends, and that says nothing of the site
            if why == "replay_miss":
                # an archive that holds none; nobody is asked for anything in a replay
                return Answer(Standing.UNAVAILABLE, why)
            logger.warning("%s was not received (%s): %s", url, why, error)
            return Answer(Standing.UNREACHABLE, why)
        leads = response.headers.get("Location")
        if response.status not in policy.REDIRECTS or not leads:
            return policy.of_response(response.status, response.body)
        url = urljoin(url, leads.decode("latin-1"))
    return Answer(Standing.UNAVAILABLE, "redirects")
