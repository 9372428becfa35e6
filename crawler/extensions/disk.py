"""Ends a run before the disk of the archive is full."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from crawler.ends.ending import Ending
from crawler.ends.room import shortage

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.utils.asyncio import AsyncioLoopingCall
    from twisted.internet.task import LoopingCall

SECONDS = 5.0


class DiskWatch:
    """Looks every few seconds; below DISK_FREE_MIN_MB the run ends with reason
    ``disk_full``, while there still is room to end in good order."""

    def __init__(self, crawler: Crawler, folder: Path, least_mb: float) -> None:
        self.crawler = crawler
        self.folder, self.least_mb = folder, least_mb
        self.ending = Ending(crawler)
        self.looks: AsyncioLoopingCall | LoopingCall | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings["ARCHIVE"]:
            raise NotConfigured
        folder = Path(crawler.settings["VAR_DIR"]).absolute() / "archive"
        extension = cls(crawler, folder, crawler.settings.getfloat("DISK_FREE_MIN_MB"))
        crawler.signals.connect(extension.opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.closed, signal=signals.spider_closed)
        return extension

    def opened(self) -> None:
        self.looks = create_looping_call(self.look)
        self.looks.start(SECONDS, now=False)

    def look(self) -> None:
        short = shortage(self.folder, self.least_mb)
        if short is not None and self.ending.reason is None:
            self.crawler.stats.set_value("verdict/detail", short)
            self.ending.end("disk_full")

    def closed(self) -> None:
        if self.looks is not None and self.looks.running:
            self.looks.stop()
