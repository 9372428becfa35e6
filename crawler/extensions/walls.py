"""Ends a run that gets walls instead of stories or lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.ends.ending import Ending
from crawler.ends.failures import WALLS
from crawler.items import TOLD, PageItems

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.items import FrontierEnd

# Before that a share says little
PAGES_MIN = 20
PASSED = frozenset({"stored", "unchanged", "redirected"})


@dataclass(frozen=True, slots=True)
class Walled:
    """Pages that came: stories and walls of any kind, the walls, and those in a row."""

    pages: int = 0
    walls: int = 0
    row: int = 0

    def after(self, end: FrontierEnd) -> Walled:
        """The count with one more page; a list that was read only ends the row."""
        if end.reason in WALLS:
            return Walled(self.pages + 1, self.walls + 1, self.row + 1)
        if end.state == "not_a_story":
            return Walled(self.pages + 1, self.walls, self.row)
        if end.state in PASSED:
            return Walled(self.pages + 1, self.walls)
        return Walled(self.pages, self.walls) if end.state == "read" else self

    def enough(self, longest: int) -> bool:
        """``longest`` walls in a row, or more than half of at least 20 pages."""
        return self.row >= longest or (
            self.pages >= PAGES_MIN and 2 * self.walls > self.pages
        )


class WallWatch:
    """Closes the spider with reason ``walled``: asking on would tell the site that we
    do not care, and bring nothing. Stats: ``walls/pages``."""

    def __init__(self, crawler: Crawler, longest: int) -> None:
        self.crawler = crawler
        self.longest = longest
        self.count = Walled()
        self.ending = Ending(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        longest = crawler.settings.getint("WALLS_MAX")
        if not crawler.settings.getint("RUN_ID") or not longest:
            raise NotConfigured
        watch = cls(crawler, longest)
        crawler.signals.connect(watch.scraped, signal=signals.item_scraped)
        crawler.signals.connect(watch.scraped, signal=TOLD)
        return watch

    def scraped(self, item: object) -> None:
        """A page is stored, with its end."""
        if not isinstance(item, PageItems) or item.end is None:
            return
        self.count = self.count.after(item.end)
        if self.count.walls:
            self.crawler.stats.set_value("walls/pages", self.count.walls)
        if self.count.enough(self.longest):
            self.ending.end("walled")
