"""The spider with one thing broken: BREAK names it (tests/breaking.py)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from crawler.spiders import udn_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.settings import BaseSettings

WHAT = os.environ.get("BREAK", "")


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
