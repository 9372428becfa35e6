"""A run keeps a story once and a link once per list, however many pages show them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.exceptions import DropItem

from crawler.items import Article, Incident, Link, PageItems, Repeat, Scope, Section
from pipelines.dedupe import DedupePipeline, DuplicateLink, DuplicateStory
from pipelines.storage import runs
from tests.storing import SITE, Item, opened

if TYPE_CHECKING:
    from collections.abc import Sequence


def article(story: int, title: str = "新公車路線") -> Article:
    return Article(story_id=story, url=f"{SITE}/wj/story/1/{story}", title=title)


def link(page: int = 1, position: int = 1, text: str = "公車開通") -> Link:
    """The popular list of the whole site, as page ``page`` shows it."""
    return Link(
        page_url=f"{SITE}/wj/story/1/{page}",
        page_story_id=page,
        section=Section.POPULAR,
        scope=Scope.SITE,
        scope_key="site",
        position=position,
        url=f"{SITE}/wj/story/1/77",
        story_id=77,
        anchor_text=text,
    )


def run_of(*items: Item) -> list[Item | type[DropItem]]:
    """What one run lets through of ``items``, or the kind of the drop."""

    async def one(pipeline: DedupePipeline, item: Item) -> Item | type[DropItem]:
        try:
            return await pipeline.process_item(item)
        except DropItem as drop:
            return type(drop)

    async def every() -> list[Item | type[DropItem]]:
        pipeline = DedupePipeline()
        return [await one(pipeline, item) for item in items]

    return asyncio.run(every())


def test_a_story_passes_once_per_run() -> None:
    first, other = article(1), article(2)
    again = replace(first, url=f"{SITE}/wj/story/9/1", title="x")
    assert run_of(first, other, again) == [first, other, DuplicateStory]


def test_the_next_run_takes_the_story_again() -> None:
    assert run_of(article(1)) == run_of(article(1)) == [article(1)]


def test_a_link_passes_once_per_run_and_list() -> None:
    hot = replace(link(), section=Section.HOT, scope=Scope.CHANNEL, scope_key="121106")
    other = replace(hot, scope_key="121093")
    page = replace(hot, scope=Scope.PAGE)
    seen = run_of(hot, other, page, replace(hot, page_url="x"))
    assert seen == [hot, other, page, Repeat(link=replace(hot, page_url="x"))]


def test_a_link_twice_on_one_page_is_dropped() -> None:
    assert run_of(link(), link()) == [link(), DuplicateLink]
    assert run_of(link(), link(2), link(2))[2] == DuplicateLink


@pytest.mark.parametrize(
    "change",
    [
        {"position": 2},
        {"anchor_text": "公車停駛"},
        {"anchor_text": None},
        {"section": Section.TICKER},
        {"url": f"{SITE}/wj/story/1/78"},
    ],
    ids=lambda change: "-".join(change),
)
def test_a_changed_rank_or_text_is_a_new_row(change: dict[str, object]) -> None:
    other = replace(link(2), **change)  # type: ignore[arg-type]
    assert run_of(link(1), other) == [link(1), other]


@pytest.mark.parametrize(
    "change",
    [{"placement": "wj_x"}, {"summary": "x"}, {"image_url": "x"}, {"story_id": None}],
    ids=lambda change: "-".join(change),
)
def test_what_merely_decorates_a_link_is_no_new_row(change: dict[str, object]) -> None:
    other = replace(link(2), **change)  # type: ignore[arg-type]
    assert run_of(link(1), other) == [link(1), Repeat(link=other)]


def test_incidents_and_repeats_pass_always() -> None:
    incident = Incident(kind="witness_lost", page_url=SITE)
    repeat = Repeat(link=link())
    items: list[Item] = [incident, incident, repeat, repeat]
    assert run_of(*items) == items


def test_a_known_story_leaves_the_links_of_its_page() -> None:
    incident = Incident(kind="witness_lost", page_url=SITE)
    page = PageItems(article=article(1), links=(link(2),), incidents=(incident,))
    assert run_of(article(1), page)[1] == replace(page, article=None)


def test_a_page_keeps_the_order_of_its_links_and_its_own_repeats() -> None:
    earlier = link(2, 9)
    links = tuple(link(2, position) for position in (3, 1, 2, 1))
    page = PageItems(links=links, repeats=(earlier,))
    assert run_of(link(1, 1), page)[1] == PageItems(
        links=(link(2, 3), link(2, 2)), repeats=(earlier, link(2, 1))
    )


@pytest.mark.parametrize("together", [True, False], ids=["pages", "single items"])
def test_furniture_of_1000_pages_is_one_row_that_counts_them(
    database: str, together: bool
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        run = runs.start_run(connection, spider="test", arguments={})
        pages = [link(page) for page in range(1, 1001)]
        items = [PageItems(links=(one,)) if together else one for one in pages]
        asyncio.run(stored(database, run, items))
        rows = connection.execute(
            "SELECT page_url, page_count, last_seen_pages FROM link"
        ).fetchall()
    assert rows == [(f"{SITE}/wj/story/1/1", 1000, 1000)]


async def stored(dsn: str, run: int, items: Sequence[Item]) -> None:
    """``items`` through both pipelines, sixteen at a time as in a crawl."""
    dedupe, slots = DedupePipeline(), asyncio.Semaphore(16)
    async with opened(dsn, run) as postgres:

        async def handle(item: Item) -> None:
            async with slots:
                await postgres.process_item(await dedupe.process_item(item))

        await asyncio.gather(*map(handle, items))


PAGES = st.lists(
    st.tuples(
        st.none() | st.integers(1, 3),
        st.integers(1, 4),
        st.lists(
            st.tuples(st.integers(1, 3), st.sampled_from(["公車", "地鐵"])), max_size=6
        ),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(PAGES)
def test_a_page_and_its_single_items_agree(
    shown: list[tuple[int | None, int, list[tuple[int, str]]]],
) -> None:
    pages = [
        PageItems(
            article=article(story) if story else None,
            links=tuple(link(page, rank, text) for rank, text in links),
        )
        for story, page, links in shown
    ]
    singles: list[list[Item]] = [
        [*([p.article] if p.article else []), *p.links] for p in pages
    ]
    passed = iter(run_of(*(item for items in singles for item in items)))
    for whole, items in zip(run_of(*pages), singles, strict=True):
        kept = [next(passed) for _ in items]
        assert isinstance(whole, PageItems)
        story = [whole.article] if whole.article else []
        assert story == [k for k in kept if isinstance(k, Article)]
        assert list(whole.links) == [k for k in kept if isinstance(k, Link)]
        repeated = [k.link for k in kept if isinstance(k, Repeat)]
        assert list(whole.repeats) == repeated
