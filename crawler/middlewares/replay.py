"""Answers every request from an archive; the network is off."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import CloseSpider, IgnoreRequest, NotConfigured

from crawler import times, urls
from crawler.archive.reader import Damaged, response_of
from crawler.archive.shelf import Shelf
from crawler.items import CAPTURED
from crawler.middlewares.conditional import HELD
from crawler.pages.captured import META, SEEN_AT, dated

if TYPE_CHECKING:
    from datetime import timedelta

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class ReplayMiss(IgnoreRequest):
    """The archive holds no capture of the address, and nothing else is asked."""

    reason = "replay_miss"


class ReplayedFailure(Exception):
    """The night got no answer to this request either; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReplayMiddleware:
    """Downloader middleware in the place of the archive's own, nearest to the network
    that is not there: all others see what they saw in the night."""

    def __init__(self, crawler: Crawler, files: list[Path], at: str) -> None:
        self.crawler = crawler
        self.files, self.at = files, at
        self.shelf: Shelf | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        if not settings["REPLAY"]:
            raise NotConfigured
        files = [Path(name) for name in settings.getlist("REPLAY")]
        middleware = cls(crawler, files, settings["REPLAY_AT"])
        crawler.signals.connect(middleware.opened, signal=signals.spider_opened)
        return middleware

    def opened(self) -> None:
        """Reads the archive, and has the rows of its captures written."""
        shelf = Shelf(
            self.files,
            origin=getattr(self.crawler.spider, "origin", urls.SITE),
            root=Path(self.crawler.settings["VAR_DIR"]).absolute() / "archive",
            at=times.parse_since(self.at) if self.at else None,
        )
        try:
            for capture in shelf.open():
                self.crawler.signals.send_catch_log(CAPTURED, capture=capture)
        except Damaged as error:
            # what could be read is replayed; what could not is missed, and counted
            self.crawler.stats.inc_value("replay/damaged_files")
            self.crawler.stats.set_value("verdict/detail", str(error))
        if not shelf.places:
            self.crawler.stats.set_value("verdict/detail", self.nothing())
        self.shelf = shelf

    def nothing(self) -> str:
        """Why a replay has nothing to answer with."""
        if self.at:
            return f"the archive holds no capture of {self.at} or before"
        return "the archive holds no capture"

    def gone_by(self, url: str, good_for: timedelta) -> bytes | None:
        """What the night went by where it was not given what it asked for."""
        return self.shelf.gone_by(url, good_for) if self.shelf is not None else None

    async def process_request(self, request: Request) -> Response:
        if self.shelf is None:
            raise CloseSpider("replay_not_open")
        try:
            # a 304 answers only who holds the page
            stored = self.shelf.last(request.url, whole=HELD not in request.meta)
        except Damaged:
            self.crawler.stats.inc_value("replay/damaged_captures")
            stored = None
        if stored is None:
            self.crawler.stats.inc_value("replay/miss")
            raise ReplayMiss(ReplayMiss.reason)
        self.crawler.stats.inc_value("replay/hit")
        request.meta[META] = stored.capture_id
        if stored.failure:
            request.meta[SEEN_AT] = stored.fetched_at
            raise ReplayedFailure(stored.failure)
        response = response_of(stored, url=request.url)
        request.meta[SEEN_AT] = dated(response, stored.fetched_at)
        return response
