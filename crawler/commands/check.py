"""``scrapy check``: Scrapy's own, which reaches no more than a run does."""

from __future__ import annotations

from scrapy.commands import check

from crawler.looking import LookingCommand


class Command(LookingCommand, check.Command):
    """Stores nothing; no setting takes its guard away (``crawler.reach.pin``)."""

    def short_desc(self) -> str:
        return "Check the contracts of the spiders"

    def long_desc(self) -> str:
        return (
            "Scrapy's own. It reaches no more than a run does, and stores nothing. "
            "Example: scrapy check udn_world. "
            "Exit codes: 0 done, 1 a contract is broken, 2 the command line "
            "cannot be understood, 3 a setting cannot be used."
        )
