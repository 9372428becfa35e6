"""What the commands share that look at pages and store nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.core.scheduler import Scheduler

from crawler.discretion import keep_secret

if TYPE_CHECKING:
    from argparse import Namespace


class LookingCommand(ScrapyCommand):
    """No pipelines, and a log that tells only what went wrong."""

    requires_project = True
    looking: ClassVar[dict[str, Any]] = {
        "ITEM_PIPELINES": {},
        "SCHEDULER": Scheduler,
        "LOG_LEVEL": "WARNING",
    }

    def process_options(self, args: list[str], opts: Namespace) -> None:
        # a command's default_settings would yield to the project's
        if self.settings is not None:
            self.settings.setdict(self.looking, priority="cmdline")
        super().process_options(args, opts)
        if self.settings is not None:
            keep_secret(self.settings["DATABASE_URL"])
