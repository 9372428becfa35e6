"""What the commands share that look at pages and store nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.core.scheduler import Scheduler
from scrapy.exceptions import UsageError

from crawler import arguments
from crawler.reach.pin import pin
from crawler.secrets.discretion import keep_secret
from crawler.version import introduce

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


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
            pin(self.settings)
            introduce(self.settings)
            keep_secret(self.settings["DATABASE_URL"])
        try:
            if getattr(opts, "site", ""):
                arguments.origin(opts.site)
        except ValueError as error:
            raise UsageError(str(error), print_help=False) from error


def add_site(parser: ArgumentParser) -> None:
    """``--site``: without it nothing on this machine or its network is reached."""
    parser.add_argument(
        "--site",
        default="",
        metavar="ORIGIN",
        help="another origin, such as the replica's: it may be on this machine",
    )
