"""What a night need not ask for: lists that the sitemap covers, most audits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from bench.nights import simulate
from crawler.policy.coverage import Coverage
from crawler.policy.selection import Candidate, Selection
from crawler.policy.walk import AUDITS_MIN, CLEAN, Walk
from tests.replaying import night
from tests.site.server import ReplicaServer
from tests.test_selection import NOW, Held

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://www.worldjournal.com"
BEHIND = {"11": "/wj/cate/us/11", "12": "/wj/cate/us/12"}


def named(story_id: int, place: int) -> Candidate:
    return Candidate(
        story_id=story_id, url=f"{SITE}/wj/story/{place}/{story_id}", depth=0
    )


def test_without_a_sitemap_every_list_behind_a_new_page_is_asked_for() -> None:
    assert Coverage().beyond({1, 2}, BEHIND) == list(BEHIND.values())
    assert Coverage().beyond((), {}) == []


def test_only_where_the_sitemap_reaches_what_is_held_a_list_is_needless() -> None:
    coverage = Coverage()
    coverage.add([named(9, 11), named(8, 12), named(1, 11)], new={9, 8})
    assert coverage.beyond({8, 9}, BEHIND) == ["/wj/cate/us/12"]


def test_a_channel_of_which_the_sitemap_leaves_out_a_row_is_not_covered() -> None:
    coverage = Coverage()
    coverage.add([named(9, 11), named(1, 11), named(2, 12)], new={9})
    assert coverage.beyond({8, 9}, BEHIND) == list(BEHIND.values())
    assert coverage.beyond({9}, BEHIND) == []


async def audits(clean: int, stories: int = 400) -> int:
    """How many of ``stories`` young ones are drawn by a share of a half."""
    stats = MemoryStatsCollector(get_crawler())
    selection = Selection(
        stats, since=None, related_depth=1, window=timedelta(hours=48)
    )

    async def held(**_: Any) -> list[Any]:
        young = Held(NOW - timedelta(hours=30), visited_at=NOW - timedelta(days=1))
        return [(f"{SITE}/wj/story/11/{n}", young) for n in range(1, stories + 1)]

    async def proof() -> tuple[int, int]:
        return 50, clean

    selection.held = held
    walk = Walk(selection, share=0.5, needed=10)
    walk.proof = proof
    await walk.begin(NOW)
    return len(walk.audits)


@pytest.mark.parametrize(
    ("clean", "least", "most"),
    [(10, 150, 250), (CLEAN - 1, 150, 250), (CLEAN, 5, 40), (10 * CLEAN, 5, 40)],
)
async def test_a_signal_long_proven_is_audited_a_tenth_as_often(
    clean: int, least: int, most: int
) -> None:
    assert least <= await audits(clean) <= most


async def test_some_are_audited_however_well_the_signal_is_proven() -> None:
    assert await audits(10 * CLEAN, stories=6) == AUDITS_MIN


def test_a_night_with_many_new_stories_reads_no_list_that_the_sitemap_covers(
    database: str, tmp_path: Path
) -> None:
    size: dict[str, Any] = {"stories": 120, "channels": 2, "new_a_night": 80}
    lists, found = {}, {}
    with ReplicaServer(seed=7, history=True, **size) as site:
        for number in (1, 2):
            site.night = number
            site.requests.clear()
            run = night(site, database, str(tmp_path), "-s", "ERROR_RATIO_MAX=1")
            assert run.returncode == 0, run.stderr
            lists[number] = {one for one in site.requests if "/wj/cate/" in one}
            found[number] = {one for one in site.requests if "/wj/story/" in one}
        new = site.history_truth()["nights"][1]["new"]
    assert len(lists[2]) == 3
    assert lists[2] < lists[1]
    assert set(new) <= {int(one.rpartition("/")[2]) for one in found[2]}


async def test_thirty_nights_miss_nothing_for_what_they_cost() -> None:
    told = await simulate(30, new=40, rows=20)
    assert told.missed == 0
    cost = sum(one.total() for one in told.costs) / sum(told.worths)
    print(f"{cost:.3f} requests per new or changed story")
    # what was measured, and a little: docs/figures.md
    assert cost < 1.55


async def test_a_story_gone_for_good_is_watched_no_longer_than_the_rule_says() -> None:
    """With long pages the walk would follow it for 32 days, had each night its turn."""
    told = await simulate(24, new=40, rows=100)
    assert told.missed == 0
    assert max(one["api"] for one in told.costs[8:]) <= 8
