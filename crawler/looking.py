"""What the commands share that look at pages or rows and store nothing.

One rule for all: exit code 2 for a command line that cannot be understood, 3 for one
that is understood and cannot be used (README, "Exit codes").
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from scrapy.commands import ScrapyCommand
from scrapy.core.scheduler import Scheduler
from scrapy.exceptions import UsageError

from crawler import arguments
from crawler.ends.verdict import Exit
from crawler.reach.pin import pin
from crawler.secrets.discretion import fit_to_show, keep_secret
from crawler.version import introduce

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

    from scrapy.settings import BaseSettings


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
        no_unknown_options(args)
        try:
            if self.settings is not None:
                pin(self.settings)
                introduce(self.settings)
                keep_secret(self.settings["DATABASE_URL"])
                usable_log_level(self.settings)
            if getattr(opts, "site", None) is not None:
                arguments.origin(opts.site)
        except ValueError as error:
            stop(error)


def add_site(parser: ArgumentParser) -> None:
    """``--site``: without it nothing on this machine or its network is reached."""
    parser.add_argument(
        "--site",
        metavar="ORIGIN",
        help="another origin, such as the replica's: it may be on this machine",
    )


def no_unknown_options(args: Iterable[str]) -> None:
    """Scrapy's parser leaves options that it does not know among the arguments.

    Raises:
        UsageError: names the first of them.
    """
    for one in args:
        if one.startswith("-"):
            raise misunderstood(f"unknown option {one}")


def usable_log_level(settings: BaseSettings) -> None:
    """Raises ValueError for a LOG_LEVEL that Python's logging does not know."""
    level, known = settings["LOG_LEVEL"], logging.getLevelNamesMapping()
    if level not in known:
        raise ValueError(f"LOG_LEVEL={level!r}: one of {', '.join(known)} is expected")


def whole_number(given: str) -> int:
    """A run's or job's number as typed; for argparse and for arguments.

    Raises:
        ValueError: it is none, or one that no Postgres bigint can hold.
    """
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise ValueError(f"{given!r} is no number")
    return int(given)


def misunderstood(reason: object) -> UsageError:
    """To be raised for a command line that cannot be understood: exit code 2."""
    return UsageError(fit_to_show(str(reason)), print_help=False)


def stop(reason: object) -> NoReturn:
    """One line, and the exit code of what is understood and cannot be used."""
    print(fit_to_show(f"{reason}."), file=sys.stderr)
    sys.exit(int(Exit.CONFIGURATION))
