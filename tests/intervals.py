"""How long links stood at their ranks, by the truth of several nights."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

List = tuple[str, str, str]


class Shown(NamedTuple):
    """A link at its rank: ``its_list`` is scope, scope key and section."""

    its_list: List
    position: int
    url: str
    anchor_text: str


class Interval(NamedTuple):
    """First and last night (from 1) that saw a link at its rank; ``pages``: the most
    that showed it in one of them."""

    shown: Shown
    first: int
    last: int
    pages: int


@dataclass
class Crawled:
    """Several nights of one site: the truth of each, and what was asked for in it."""

    dsn: str
    truths: list[dict[str, Any]] = field(default_factory=list)
    asked: list[set[str]] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)

    def day(self, night: int) -> date:
        """Of a night, counted from 1; the site's nights are begun and ended by UTC."""
        return datetime.fromisoformat(self.truths[night - 1]["now"]).date()


def shown(nights: Crawled, night: int) -> dict[List, Counter[Shown]]:
    """List -> what the fetched pages of a night (from 1) showed in it, by the truth,
    and how many did."""
    found: dict[List, Counter[Shown]] = defaultdict(Counter)
    for page, links in nights.truths[night - 1]["pages"].items():
        for link in links if page in nights.asked[night - 1] else ():
            its_list = (link["scope"], link["scope_key"], link["section"])
            rank = (link["position"], link["url"], link["anchor_text"])
            found[its_list][Shown(its_list, *rank)] += 1
    return found


def expected_intervals(nights: Crawled) -> set[Interval]:
    """Cut where the list was seen without the link."""
    open_since: dict[Shown, Interval] = {}
    closed = set()
    for night in range(1, len(nights.truths) + 1):
        for its_list, now in shown(nights, night).items():
            left = [k for k in open_since if k.its_list == its_list and k not in now]
            closed |= {open_since.pop(key) for key in left}
            for key, pages in now.items():
                before = open_since.get(key, Interval(key, night, night, 0))
                pages = max(pages, before.pages)
                open_since[key] = Interval(key, before.first, night, pages)
    return closed | set(open_since.values())


def of_section(
    nights: Crawled, section: str
) -> list[tuple[int, str, str, str, int, int]]:
    """Rank, address, words, scope key, first and last night of a section's links."""
    return [
        (*one.shown[1:], one.shown.its_list[1], one.first, one.last)
        for one in expected_intervals(nights)
        if one.shown.its_list[2] == section
    ]
