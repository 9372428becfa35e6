"""``scrapy view``: Scrapy's own, which reaches no more than a run does."""

from __future__ import annotations

from scrapy.commands import view

from crawler.looking import LookingCommand


class Command(LookingCommand, view.Command):
    """Stores nothing; no setting takes its guard away (``crawler.reach.pin``)."""

    def short_desc(self) -> str:
        return "Open a page in a browser as the downloader gets it"

    def long_desc(self) -> str:
        return (
            "Scrapy's own. It reaches no more than a run does, and stores nothing. "
            "Example: scrapy view URL. "
            "Exit codes: 0 done, 2 the command line cannot be understood, 3 a "
            "setting cannot be used."
        )
