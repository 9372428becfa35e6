"""A story is chosen once, newest first, and nothing is left out without a count."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from crawler.items import Link, Scope, Section
from crawler.policy.selection import Selection
from crawler.policy.walk import Reach, Walk

if TYPE_CHECKING:
    from collections.abc import Collection

NOW = datetime(2026, 3, 8, 9, 10, tzinfo=UTC)


@dataclass
class Held:
    """A known story; lists call it by its own headline."""

    published_at: datetime | None
    of_this_job: bool = False
    visited_at: datetime | None = None
    absent_since: datetime | None = None
    absences: int = 0
    changed_at: datetime | None = None
    title: str = "題"
    words: tuple[str, ...] = ()
    read_night: int | None = None
    told: str | None = None
    told_since: int | None = None
    told_seen: int | None = None


def link(story_id: int, section: Section, listed: str = "", sub: int = 121339) -> Link:
    return Link(
        page_url="https://www.worldjournal.com/wj/cate/china",
        page_story_id=None,
        section=section,
        scope=Scope.CHANNEL,
        scope_key="china",
        position=1,
        url=f"https://www.worldjournal.com/wj/story/{sub}/{story_id}",
        story_id=story_id,
        anchor_text="題",
        date_witnesses={"list_et": listed} if listed else {},
    )


@pytest.fixture
def stats() -> MemoryStatsCollector:
    return MemoryStatsCollector(get_crawler())


def selection(stats: MemoryStatsCollector, **options: Any) -> Selection:
    defaults: dict[str, Any] = {
        "since": None,
        "related_depth": 1,
        "window": timedelta(hours=48),
    }
    return Selection(stats, **(defaults | options))


def test_all_that_the_lists_of_a_page_call_a_story_is_heard(
    stats: MemoryStatsCollector,
) -> None:
    sections = {Section.TICKER: "題", Section.CHANNEL_LIST: "新題", Section.BODY: "他"}
    links = [
        replace(link(5, one), anchor_text=words) for one, words in sections.items()
    ]
    (one,) = selection(stats).candidates(links)
    assert one.words == {"題", "新題"}


async def test_a_story_is_chosen_once_and_newest_first(
    stats: MemoryStatsCollector,
) -> None:
    chooser = selection(stats)
    links = [link(number, Section.HOT) for number in (5, 9, 7, 9)]

    first, _ = await chooser.choose(chooser.candidates(links), now=NOW)
    second, _ = await chooser.choose(chooser.candidates(links), now=NOW)

    assert [one.story_id for one in first] == [9, 7, 5]
    assert second == []


async def test_known_stories_are_chosen_only_while_young(
    stats: MemoryStatsCollector,
) -> None:
    chooser = selection(stats)
    held = {1: Held(NOW - timedelta(days=9)), 2: Held(NOW - timedelta(hours=2))}

    async def known(ids: Collection[int]) -> dict[int, Any]:
        return {number: held[number] for number in ids if number in held}

    chooser.known = known
    links = [link(number, Section.CHANNEL_LIST) for number in (1, 2, 3)]

    chosen, unknown = await chooser.choose(chooser.candidates(links), now=NOW)

    assert [one.story_id for one in chosen] == [3, 2]
    assert unknown == {3}
    assert stats.get_value("skip/known_or_chosen") == 1


def test_related_reading_is_followed_as_deep_as_the_setting_says(
    stats: MemoryStatsCollector,
) -> None:
    chooser = selection(stats, related_depth=1)
    links = [link(1, Section.RELATED), link(2, Section.NEXT)]

    assert {c.story_id: c.depth for c in chooser.candidates(links)} == {1: 1, 2: 0}
    assert [c.story_id for c in chooser.candidates(links, 1)] == [2]
    assert stats.get_value("skip/related_depth") == 1


def test_the_shortest_way_to_a_story_counts(stats: MemoryStatsCollector) -> None:
    links = [link(1, Section.RELATED), link(1, Section.HOT)]

    assert [c.depth for c in selection(stats).candidates(links)] == [0]


def test_since_leaves_out_what_is_listed_as_older_and_counts_it(
    stats: MemoryStatsCollector,
) -> None:
    chooser = selection(stats, since=datetime(2026, 3, 1, tzinfo=UTC))
    links = [
        link(1, Section.HOT, "2026-02-20 10:00"),
        link(2, Section.HOT, "2026-03-02 10:00"),
        link(3, Section.TICKER),
    ]

    assert [c.story_id for c in chooser.candidates(links)] == [2, 3]
    assert stats.get_value("skip/older_than_since") == 1


def test_other_channels_are_left_out_and_counted(stats: MemoryStatsCollector) -> None:
    chooser = selection(stats)
    chooser.foreign = frozenset({121172})
    links = [link(1, Section.HOT, sub=121172), link(2, Section.HOT)]

    assert [c.story_id for c in chooser.candidates(links)] == [2]
    assert stats.get_value("skip/other_channel") == 1


async def test_what_the_archive_holds_is_looked_at_again_though_no_list_names_it(
    stats: MemoryStatsCollector,
) -> None:
    chooser = selection(stats)
    address = "https://www.worldjournal.com/wj/story/121339/"
    young, old = Held(NOW - timedelta(hours=2)), Held(NOW - timedelta(days=9))

    async def held(**_: object) -> list[tuple[str, Any]]:
        return [(f"{address}1", old), (f"{address}2", young), (f"{address}3", young)]

    chooser.held = held
    walk = Walk(chooser, share=0, needed=0)
    again = await walk.rest(Reach(NOW.isoformat()))

    assert [one.story_id for one in again] == [3, 2]
    listed, _ = await chooser.choose(
        chooser.candidates([link(3, Section.HOT)]), now=NOW
    )
    assert listed == []


async def test_pages_read_at_the_same_time_see_all_that_waits(
    stats: MemoryStatsCollector,
) -> None:
    chooser = selection(stats)
    answered = asyncio.Event()

    async def held(**_: object) -> list[tuple[str, Any]]:
        await answered.wait()
        address = "https://www.worldjournal.com/wj/story/121339/"
        return [(f"{address}2", Held(published_at=NOW - timedelta(hours=5)))]

    chooser.held = held
    first = asyncio.ensure_future(chooser.load(NOW))
    second = asyncio.ensure_future(chooser.load(NOW))
    await asyncio.sleep(0)
    answered.set()
    assert [set(waiting) for waiting in await asyncio.gather(first, second)] == [
        {2}
    ] * 2


async def test_what_changed_two_nights_ago_is_due_or_not_whichever_list_comes_first(
    stats: MemoryStatsCollector,
) -> None:
    changed = Held(
        NOW - timedelta(days=4),
        changed_at=NOW - timedelta(hours=40),
        visited_at=NOW - timedelta(hours=24),
    )
    address = "https://www.worldjournal.com/wj/story/121339/1"

    async def known(_: Collection[int]) -> dict[int, Any]:
        return {1: changed}

    async def held(**_: object) -> list[tuple[str, Any]]:
        return [(address, changed)]

    async def proof() -> tuple[int, int]:
        return 9, 9

    for trusted in (True, False):
        chooser = selection(stats)
        chooser.known, chooser.held = known, held
        walk = Walk(chooser, share=0, needed=1 if trusted else 0)
        walk.proof = proof
        looked = await walk.rest(Reach(NOW.isoformat()))
        listed, _ = await chooser.choose(
            chooser.candidates([link(1, Section.HOT)]), now=NOW
        )
        assert bool(looked) is not trusted
        assert listed == []
