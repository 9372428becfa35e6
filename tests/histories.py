"""Nights of a replica with a history, crawled one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler import urls
from tests.crawling import crawl
from tests.replaying import rows

if TYPE_CHECKING:
    from tests.site.server import ReplicaServer

REVISIONS = "SELECT story_id, run_id, changed_sections FROM revision WHERE number > 1"
ABSENT = "('not_found', 'gone', 'redirected', 'no_headline')"
ABSENCES = (
    f"SELECT story_id, run_id, outcome FROM observation WHERE outcome IN {ABSENT}"  # noqa: S608
)
COUNTERS = "SELECT run_id, counters FROM run ORDER BY run_id"
# The order of a real night, in which the sitemap is read before all other lists
ONE_AT_A_TIME = (
    *("-s", "CONCURRENT_REQUESTS=1", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1"),
    *("-s", "SCRAPER_SLOT_MAX_ACTIVE_SIZE=1"),
)
WORDS = "list_title"  # only lists say it: no change of the story


@dataclass
class Told:
    """Nights that were crawled: their truth, and the pages asked for in each; night n
    is run n. ``requests``: how many each cost, all counted; ``ledger``: what a test
    keeps of the database to compare."""

    dsn: str
    robots: str = "open"
    truth: dict[str, Any] = field(default_factory=dict)
    asked: dict[int, set[str]] = field(default_factory=dict)
    requests: dict[int, int] = field(default_factory=dict)
    ledger: list[Any] = field(default_factory=list)

    def visited(self, story: int, night: int) -> bool:
        return story in {urls.story_id(url) for url in self.asked[night]}

    def trusted(self) -> list[int]:
        """Of each run whether it trusted the signals."""
        return [int(c.get("signal/trusted", 0)) for _, c in rows(self.dsn, COUNTERS)]

    def by_kind(self, run: int) -> dict[str, int]:
        """What a run asked for -> how often."""
        counters = dict(rows(self.dsn, COUNTERS))[run]
        found = {
            re.sub("^cost/", "", k): v for k, v in counters.items() if "cost/" in k
        }
        return dict(sorted(found.items()))

    def worth(self, night: int) -> int:
        """New stories of a night, and those that it changed, withdrew or returned."""
        of_night = self.truth["nights"][night - 1]
        edited = {int(k) for k, kind in of_night["edited"].items() if kind != WORDS}
        moved = {*edited, *of_night["withdrawn"], *of_night["returned"]}
        return len(moved | set(of_night["new"]))


def crawl_nights(
    told: Told, site: ReplicaServer, nights: range, *arguments: str
) -> Told:
    """Crawls ``nights`` of ``site`` and tells their truth."""
    for night in nights:
        site.night = night
        site.requests.clear()
        run = crawl(site.url, told.dsn, "-s", "ERROR_RATIO_MAX=1", *arguments)
        assert run.returncode == 0, run.stderr
        told.asked[night] = {urls.canonical(path) for path in site.requests}
        told.requests[night] = site.requests.total()
    told.truth = site.history_truth()
    return told


def edits(told: Told) -> tuple[set[Any], set[Any]]:
    """(story, night, sections) of all edits but list words: by the truth, as found."""
    expected = {
        (int(story), row["night"], tuple(sorted(row["sections"])))
        for story, its in told.truth["revisions"].items()
        for row in its
        if row["number"] > 1
    }
    found = {
        (story, run, tuple(sorted(sections)))
        for story, run, sections in rows(told.dsn, REVISIONS)
    }
    return expected, found
