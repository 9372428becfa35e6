"""The spider with one thing broken: BREAK names it (tests/breaking.py)."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crawler.ends.outcomes import Outcomes
from crawler.spiders import udn_world
from tests.faults.sites import FIRST

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.settings import BaseSettings

WHAT = os.environ.get("BREAK", "")


class BrokenOutcomes(Outcomes):
    """Raises before a page is counted as read."""

    def read(self, response: Any) -> None:
        raise_at("story", response)
        super().read(response)


def raise_at(what: str, response: Any) -> None:
    if what == WHAT and str(FIRST) in response.url:
        raise KeyError("a bug")


class Broken(udn_world.UdnWorldSpider):
    """Fails where a spider of tomorrow may fail."""

    name = "udn_world"

    def __init__(self, *, settings: BaseSettings, **given: str) -> None:
        if WHAT == "spider_init":
            raise RuntimeError("broken __init__")
        super().__init__(settings=settings, **given)

    async def start(self) -> AsyncIterator[Any]:
        if WHAT == "start":
            raise RuntimeError("broken start")
        async for request in super().start():
            if WHAT == "callbacks":
                request = request.replace(callback=self.broken)
            yield request

    async def broken(self, response: Any) -> AsyncIterator[Any]:
        raise RuntimeError("broken callback")
        yield

    @cached_property
    def outcomes(self) -> Outcomes:
        return BrokenOutcomes(self.crawler.stats, self.origin)

    async def follow(self, response: Any, *given: Any, **named: Any) -> Any:
        raise_at("behind_story", response)
        return await super().follow(response, *given, **named)
