"""The project's settings with spiders that go wherever they are sent, and without the
middlewares that keep a run on its site: what is left is the last guard."""

from __future__ import annotations

from typing import Any

from crawler import settings as ours
from crawler.middlewares.guard import NeverRequestedMiddleware

globals().update({name: one for name, one in vars(ours).items() if name.isupper()})

SPIDER_MODULES = ["crawler.spiders", "tests.reaching.spiders"]
DOWNLOADER_MIDDLEWARES = {**ours.DOWNLOADER_MIDDLEWARES, NeverRequestedMiddleware: None}
SCHEDULER = "scrapy.core.scheduler.Scheduler"
ITEM_PIPELINES: dict[Any, int] = {}
EXTENSIONS: dict[Any, int] = {}
DOWNLOAD_DELAY = 0
DOWNLOAD_TIMEOUT = 5
LOG_LEVEL = "ERROR"
