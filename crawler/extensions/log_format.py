"""The lines Scrapy writes for items: a repeated link is no news."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter, LogFormatterResult

if TYPE_CHECKING:
    from scrapy.http import Response


class QuietDrops(LogFormatter):
    """Writes an item's kind instead of its whole text: a log is no second archive."""

    def item_error(
        self, item: Any, exception: BaseException, response: Response | None
    ) -> LogFormatterResult:
        return {
            "level": logging.ERROR,
            "msg": "Not stored: %(kind)s of %(page)s",
            "args": {"kind": type(item).__name__, "page": response},
        }
