"""``scrapy shell``: Scrapy's own, which reaches no more than a run does."""

from __future__ import annotations

from scrapy.commands import shell

from crawler.looking import LookingCommand


class Command(LookingCommand, shell.Command):
    """Stores nothing; no setting takes its guard away (``crawler.reach.pin``)."""

    def short_desc(self) -> str:
        return "Look at a page in a Python console"

    def long_desc(self) -> str:
        return (
            "Scrapy's own. It reaches no more than a run does, and stores nothing. "
            "Example: scrapy shell URL. "
            "Exit codes: 0 done, 2 the command line cannot be understood, 3 a "
            "setting cannot be used."
        )
