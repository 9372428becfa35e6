"""``scrapy crawl``: the nightly job, with a verdict cron can see."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

from scrapy.commands import crawl
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.spiderloader import get_spider_loader

from crawler.ends.not_started import NotStarted
from crawler.ends.verdict import Exit
from crawler.looking import misunderstood, usable_log_level
from crawler.night import SPIDER, Night
from crawler.reach.pin import pin
from crawler.secrets.discretion import keep_secret
from crawler.version import introduce

if TYPE_CHECKING:
    from argparse import Namespace

# Spiders that write nothing: a command of their name says what they found
OTHERWISE = frozenset({"survey"})


class Command(crawl.Command):
    """Scrapy's own command ends with 0 whatever happened; this one tells the truth."""

    def short_desc(self) -> str:
        return "Run the nightly job (udn_world) and end with a verdict"

    def long_desc(self) -> str:
        return (
            "Crawl World Journal into Postgres. Example: scrapy crawl udn_world "
            "-a channels=china,us -a since=2026-02-01 -a max_stories=50. "
            "Exit codes: all from 0 to 15, README, 'Exit codes': 2 the command line "
            "cannot be understood, 3 an argument or setting cannot be used."
        )

    def process_options(self, args: list[str], opts: Namespace) -> None:
        super().process_options(args, opts)
        if self.settings is None:
            return
        known_spider(args, get_spider_loader(self.settings).list())
        try:
            usable_log_level(self.settings)
        except ValueError as error:
            not_started(error)
        given = self.settings.getpriority("LOG_LEVEL") or 0
        if sys.stderr.isatty() and given < SETTINGS_PRIORITIES["cmdline"]:
            # the live line tells how far it is; the log would tear it apart
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
        pin(self.settings)
        introduce(self.settings)

    def run(self, args: list[str], opts: Namespace) -> None:
        if args != [SPIDER] or self.crawler_process is None or self.settings is None:
            super().run(args, opts)
            return
        keep_secret(self.settings["DATABASE_URL"])
        verdict = Night(self.crawler_process, self.settings).run(opts.spargs)
        print(verdict.line, flush=True)
        self.exitcode = int(verdict.code)


def known_spider(args: list[str], there: list[str]) -> None:
    """Ends the command unless one spider is named that it can run.

    Raises:
        UsageError: none, more than one, or one that is not there.
    """
    names = ", ".join(there)
    if len(args) != 1:
        raise misunderstood(f"name one spider, such as {SPIDER}; there are {names}")
    if args[0] not in there:
        raise misunderstood(f"no spider {args[0]!r}; there are {names}")
    if args[0] in OTHERWISE:
        not_started(f"spider {args[0]} is run by scrapy {args[0]}")


def not_started(reason: object) -> NoReturn:
    """The line of a run that cannot begin, and its exit code."""
    verdict = NotStarted(Exit.CONFIGURATION, reason).verdict
    print(verdict.line)
    sys.exit(int(verdict.code))
