"""What nights cost by kind: the policy itself against a history of the replica, without
HTTP and database. ``python -m bench.nights [--nights 30] [--new 300] [--rows 20]``

It decides as a night does that asks for one page at a time; of lists that use other
words, and of retries, it knows nothing; docs/figures.md compares it with real nights.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from crawler.items import Link, Scope, Section
from crawler.pages.list_page import ListPage
from crawler.policy.revisit import FORGOTTEN
from crawler.policy.selection import Selection
from crawler.policy.walk import Reach, Walk
from crawler.told import Signal
from pipelines.storage.known import KnownStory
from tests.site import faults, times
from tests.site.history.world import HistoryWorld

if TYPE_CHECKING:
    from tests.site.history.night import HistoryNight
    from tests.site.stories import Story

SITE = "https://www.worldjournal.com"
WINDOW = timedelta(hours=48)
FIXED = 4  # home page, robots.txt, two sitemaps
LISTS = 9  # the breaking list and eight channels; the sitemap covers what is below


@dataclass
class Held:
    """A story of the archive: ``known`` as runs before left it, ``story`` as last read,
    ``absent_at``: last visit that did not find it."""

    known: KnownStory
    story: Story
    absent_at: datetime | None = None


class Archive:
    """What nights leave for the next; ``looks``: (why, was it edited) of those that
    prove the signal."""

    def __init__(self) -> None:
        self.held: dict[int, Held] = {}
        self.looks: list[tuple[str, bool]] = []
        self.missed = 0

    async def again(
        self, *, now: datetime, window: timedelta
    ) -> list[tuple[str, KnownStory]]:
        """As ``pipelines.storage.known.young``."""
        young, since = now - window, now - max(window, FORGOTTEN)
        return [
            (one.known.url, one.known)
            for one in self.held.values()
            if one.story.published >= young
            or (one.known.changed_at and one.known.changed_at >= young)
            or (one.known.absences and one.absent_at and one.absent_at >= since)
        ]

    async def proof(self) -> tuple[int, int]:
        told = sum(why == "signalled" and edited for why, edited in self.looks)
        clean = sum(why != "signalled" and not edited for why, edited in self.looks)
        return told, clean

    def new(self, story: Story, night: HistoryNight) -> None:
        known = KnownStory(
            story_id=story.id,
            of_this_job=False,
            url=f"{SITE}/wj/story/1/{story.id}",
            published_at=story.published,
            title=story.title,
            changed_at=None,
            visited_at=night.now,
            absent_since=None,
            absences=0,
            read_night=night.number,
            told=None,
            told_since=None,
            told_seen=None,
            words=[],
        )
        self.held[story.id] = Held(known, night.stories.get(story.id, story))

    def visit(self, number: int, why: str, night: HistoryNight) -> None:
        one, now = self.held[number], night.now
        found, known = night.stories.get(number), replace(one.known, visited_at=now)
        if found is not None and number not in night.half:
            edited = plain(found) != plain(one.story)
            if why in ("signalled", "audit", "quiet"):
                self.looks.append((why, edited))
            known = replace(known, absent_since=None, absences=0)
            known = replace(known, read_night=night.number)
            one.story = found
            one.known = replace(known, changed_at=now) if edited else known
        elif night.faults.get(number) in faults.ABSENT:
            since, absences = known.absent_since or now, known.absences + 1
            one.known = replace(known, absent_since=since, absences=absences)
            one.absent_at = now
        else:
            one.known = known

    def heard(self, told: dict[int, str], run: int) -> None:
        """As ``pipelines.storage.signals.store``."""
        for number, value in told.items():
            known = self.held[number].known
            if known.told != value:
                known = replace(known, told=value, told_since=run)
            self.held[number].known = replace(known, told_seen=run)

    def audit(self, night: HistoryNight) -> None:
        """Counts what the night ought to have found out, and did not."""
        for number, one in self.held.items():
            found, gone = night.stories.get(number), one.known.absences > 0
            if found is None:
                self.missed += night.faults.get(number) in faults.ABSENT and not gone
            elif number not in night.half:
                self.missed += gone or plain(found) != plain(one.story)


def plain(story: Story) -> Story:
    """A story without what only lists say of it."""
    return replace(story, list_title="", modified=None)


def list_page(stories: list[Story], *, end: bool) -> ListPage:
    """A page of the list API, as ``parse_api`` reads it."""
    links = tuple(
        Link(
            page_url=f"{SITE}/api/more",
            page_story_id=None,
            section=Section.CHANNEL_LIST,
            scope=Scope.CHANNEL,
            scope_key="breaking",
            position=at,
            url=f"{SITE}/wj/story/1/{story.id}",
            story_id=story.id,
            anchor_text=story.list_title,
            date_witnesses={"list_et": times.et(story.published)},
        )
        for at, story in enumerate(stories, 1)
    )
    told = tuple(
        Signal(story_id=story.id, value=str(story.modify_time)) for story in stories
    )
    return ListPage(links=links, end=end, signals=told)


async def crawl(archive: Archive, night: HistoryNight, rows: int) -> Counter[str]:
    """One night; what it asked for, by kind."""
    stats = MemoryStatsCollector(get_crawler())
    selection = Selection(stats, since=None, related_depth=1, window=WINDOW)
    selection.held = archive.again  # type: ignore[assignment]
    walk = Walk(selection, share=0.02, needed=10)
    walk.proof = archive.proof
    before = set(archive.held)
    cost = Counter(lists=LISTS, fixed=FIXED)
    reach, chosen = Reach(night.now.isoformat()), []
    told: dict[int, str] = {}
    for first in range(0, len(night.newest), rows):
        stories = night.newest[first : first + rows]
        end = first + rows >= len(night.newest)
        page = list_page(stories, end=end)
        known, reach = await walk.page(page, reach)
        chosen += known
        told |= {signal.story_id: signal.value for signal in page.signals}
        cost["api"] += 1
        if before.issuperset(s.id for s in stories) and not walk.goes_on(reach):
            break
    chosen += await walk.rest(reach)
    for one in chosen:
        cost[str(one.found["why"])] += 1
        archive.visit(one.story_id, str(one.found["why"]), night)
    for story in night.newest:
        if story.id not in before:
            cost["new"] += 1
            archive.new(story, night)
    archive.heard(told, night.number)
    archive.audit(night)
    return cost


def worth(told: dict[str, Any]) -> int:
    """New stories of a night, and those that it changed, withdrew or returned."""
    edited = {int(key) for key, kind in told["edited"].items() if kind != "list_title"}
    return len({*edited, *told["withdrawn"], *told["returned"], *told["new"]})


@dataclass(frozen=True)
class Told:
    """Kinds of each night, and what each was worth; ``missed``: of all."""

    costs: list[Counter[str]]
    worths: list[int]
    missed: int


async def simulate(nights: int, *, new: int, rows: int) -> Told:
    """``nights`` of ``new`` stories each, the first of which has 320."""
    world, archive = HistoryWorld(7, new_a_night=new), Archive()
    costs = [await crawl(archive, world.night(n + 1), rows) for n in range(nights)]
    worths = [worth(told) for told in world.history_truth(nights)["nights"]]
    return Told(costs, worths, archive.missed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("nights", 30), ("new", 300), ("rows", 20)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    given = parser.parse_args()
    told = asyncio.run(simulate(given.nights, new=given.new, rows=given.rows))
    total: Counter[str] = sum(told.costs, Counter())
    shown = [n for n in (1, 2, 3, 4, 8, 15, 30) if n <= given.nights]
    table = Table("kind", *(f"night {n}" for n in shown), "all")
    for kind in sorted(total):
        numbers = [*(told.costs[n - 1][kind] for n in shown), total[kind]]
        table.add_row(kind, *map(str, numbers))
    table.add_row(
        "all", *(str(told.costs[n - 1].total()) for n in shown), str(total.total())
    )
    table.add_row(
        "new or changed",
        *(str(told.worths[n - 1]) for n in shown),
        str(sum(told.worths)),
    )
    Console().print(table)
    print(f"{total.total() / sum(told.worths):.3f} requests per new or changed story")
    print(f"{told.missed} edits, withdrawals and reappearances missed")


if __name__ == "__main__":
    main()
