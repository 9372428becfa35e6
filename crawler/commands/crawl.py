"""``scrapy crawl``: the nightly job, with a verdict cron can see."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from crawler.ends.verdict import Exit
from crawler.night import SPIDER, Night
from crawler.reach.pin import pin
from crawler.secrets.discretion import keep_secret
from crawler.version import introduce

if TYPE_CHECKING:
    from argparse import Namespace


class Command(crawl.Command):
    """Scrapy's own command ends with 0 whatever happened; this one tells the truth."""

    def short_desc(self) -> str:
        return "Run the nightly job (udn_world) and end with a verdict"

    def long_desc(self) -> str:
        return (
            "Crawl World Journal into Postgres. Example: scrapy crawl udn_world "
            "-a channels=china,us -a since=2026-02-01 -a max_stories=50. "
            "Exit codes: README, 'Exit codes'."
        )

    def process_options(self, args: list[str], opts: Namespace) -> None:
        level = self.settings["LOG_LEVEL"] if self.settings is not None else "INFO"
        if level not in logging.getLevelNamesMapping():
            known = ", ".join(logging.getLevelNamesMapping())
            print(f"Not started: LOG_LEVEL={level!r}: one of {known} is expected.")
            sys.exit(int(Exit.CONFIGURATION))
        if sys.stderr.isatty() and self.settings is not None:
            # the live line tells how far it is; the log would tear it apart
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
        super().process_options(args, opts)
        if self.settings is not None:
            pin(self.settings)
            introduce(self.settings)

    def run(self, args: list[str], opts: Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one spider: scrapy crawl udn_world")
        if args != [SPIDER] or self.crawler_process is None or self.settings is None:
            super().run(args, opts)
            return
        keep_secret(self.settings["DATABASE_URL"])
        verdict = Night(self.crawler_process, self.settings).run(opts.spargs)
        print(verdict.line, flush=True)
        self.exitcode = int(verdict.code)
