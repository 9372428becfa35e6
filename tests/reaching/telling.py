"""The project's settings, and an extension that writes down what is in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler import settings as ours

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

globals().update({name: one for name, one in vars(ours).items() if name.isupper()})


class Tell:
    """``TELL_TO``: the file to write to, while the crawl is running."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Tell:
        if not crawler.settings["TELL_TO"]:
            raise NotConfigured
        tell = cls(crawler)
        crawler.signals.connect(tell.tell, signal=signals.response_received)
        return tell

    def tell(self) -> None:
        from twisted.internet import reactor

        settings, engine = self.crawler.settings, self.crawler.engine
        found = {name: settings[name] for name in settings}
        extensions = self.crawler.extensions.middlewares
        assert engine is not None
        handlers = engine.downloader.handlers._schemes
        found["extensions"] = [type(one).__name__ for one in extensions]
        found["handlers"] = {scheme: str(one) for scheme, one in handlers.items()}
        found["resolver"] = type(reactor.nameResolver).__name__
        path = Path(settings["TELL_TO"])
        path.write_text(json.dumps(found, default=str), encoding="utf-8")


EXTENSIONS = {**ours.EXTENSIONS, Tell: 500}
