"""A page is stored as one unit, and a bad row in it harms nothing else."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import (
    FrontierEnd,
    FrontierRequest,
    Observation,
    PageItems,
)
from pipelines.dates import DatesPipeline
from pipelines.dedupe import DedupePipeline
from pipelines.storage import runs
from pipelines.storage.batch import PageCount
from pipelines.storage.committing import StoreError
from pipelines.storage.keys import link_id
from pipelines.storage.units import Queue, Unit
from tests.storing import (
    SITE,
    Connection,
    article,
    capture,
    lease,
    link,
    opened,
    rows,
    store,
    writer,
)

XMINS = """
SELECT xmin::text FROM article UNION SELECT xmin::text FROM link
UNION SELECT xmin::text FROM frontier
"""
PER_PAGE = """
SELECT page_story_id, count(DISTINCT xmin::text), count(*) FROM link
GROUP BY 1 ORDER BY 1
"""


def request(number: int, **other: Any) -> FrontierRequest:
    values: dict[str, Any] = {
        "fingerprint": number.to_bytes(20, "big"),
        "url": f"{SITE}/wj/story/1/{number}",
        "callback": "parse_story",
        "errback": "failed",
        "priority": number,
        "story_id": number,
        "arguments": {"depth": 0, "channel": {"code": "us", "ids": [1, None, 2.5]}},
    }
    return FrontierRequest(**{**values, **other})


def end(number: int, state: str = "stored") -> FrontierEnd:
    return FrontierEnd(fingerprint=number.to_bytes(20, "big"), state=state)


def page(number: int, links: int = 30, **other: Any) -> PageItems:
    """A story page with links that no other page shows."""
    shown = [
        link(rank, page_story_id=number, scope_key=str(number))
        for rank in range(1, links + 1)
    ]
    return PageItems(**{"article": article(number), "links": tuple(shown), **other})


def test_no_page_is_split_over_transactions(database: str, db: Connection) -> None:
    pages = [page(number) for number in range(1, 21)]
    counted = store(database, 1, *pages, batch_max=100)
    assert rows(db, PER_PAGE) == [(number, 1, 30) for number in range(1, 21)]
    assert counted["store/commit"] == math.ceil(20 / (100 // 31))


def test_a_page_larger_than_a_batch_is_one_transaction(
    database: str, db: Connection
) -> None:
    counted = store(database, 1, page(1, 90), page(2), page(3), batch_max=62)
    assert rows(db, PER_PAGE) == [(1, 1, 90), (2, 1, 30), (3, 1, 30)]
    assert counted["store/commit"] == 2


def test_what_a_page_leads_to_is_stored_with_it(database: str, db: Connection) -> None:
    store(database, 1, PageItems(requests=(request(1), request(1))))
    lease(db)
    both = page(1, requests=(request(3), request(2)), end=end(1))
    assert store(database, 1, both)["store/commit"] == 1
    found = "SELECT story_id, state, job_id FROM frontier ORDER BY 1"
    assert rows(db, found) == [(1, "stored", 1), (2, "pending", 1), (3, "pending", 1)]
    assert len(rows(db, XMINS)) == 1
    assert rows(db, "SELECT DISTINCT arguments FROM frontier") == [request(1).arguments]


def test_the_frontier_is_that_of_the_job(database: str, db: Connection) -> None:
    runs.start_run(db, spider="test", arguments={})
    store(database, 2, PageItems(requests=(request(1),)), job=1)
    assert rows(db, "SELECT job_id FROM frontier") == [1]


def test_the_rows_of_the_frontier_come_last() -> None:
    whole = page(1, requests=(request(2),), end=end(1), repeats=(link(99),))
    handed_in = writer("", 1).rows(whole)
    assert handed_in[-2:] == [request(2), end(1)]
    assert isinstance(handed_in[-3], PageCount)


@pytest.mark.parametrize("at_once", [1, 100])
def test_a_poisoned_page_harms_no_other(
    database: str, db: Connection, at_once: int
) -> None:
    pages = [
        page(number, links=4, requests=(request(1000 + number),))
        for number in range(1, at_once + 1)
    ]
    bad = at_once // 2 + 1
    ranks = [link(n, page_story_id=bad, scope_key="bad") for n in (1, 2, 0, 3, 4)]
    pages[bad - 1] = replace(pages[bad - 1], links=tuple(ranks))
    counted = store(database, 1, *pages, batch_max=10_000)
    assert counted["store/article/inserted"] == at_once
    assert counted["store/link/inserted"] == 4 * at_once
    assert counted["store/quarantined"] == 1
    assert counted["store/frontier/request"] == at_once
    assert [story for story, commits, _ in rows(db, PER_PAGE) if commits > 1] == [bad]


def test_a_poisoned_page_ends_only_when_all_of_it_is_kept(
    database: str, db: Connection
) -> None:
    whole = page(1, links=20, requests=(request(2),), end=end(1))
    bad = replace(whole, links=(*whole.links, link(0)))
    store(database, 1, PageItems(requests=(request(1),)))
    lease(db)
    store(database, 1, bad)
    newest = "SELECT max(xmin::text::bigint) FROM {}"
    others = [
        rows(db, newest.format(table))[0]
        for table in ("article", "link", "quarantine", "incident")
    ]
    ends = rows(db, "SELECT DISTINCT xmin::text::bigint FROM frontier")
    assert len(ends) == 1
    assert ends[0] > max(others)


def test_a_bad_request_fails_its_page_and_no_other(
    database: str, db: Connection
) -> None:
    bad = page(1, requests=(request(2, url=""),), end=end(1))

    async def whole() -> None:
        async with opened(database, 1) as pipeline:
            await pipeline.process_item(PageItems(requests=(request(1),)))
            first, second = await asyncio.gather(
                pipeline.process_item(bad),
                pipeline.process_item(page(5)),
                return_exceptions=True,
            )
            assert isinstance(first, StoreError)
            assert isinstance(second, PageItems)

    asyncio.run(whole())
    assert rows(db, "SELECT count(*) FROM quarantine") == [0]
    assert rows(db, "SELECT story_id, state FROM frontier") == [(1, "pending")]


def test_a_row_that_cannot_be_set_aside_fails_its_page_but_not_its_neighbours(
    database: str, db: Connection
) -> None:
    visit = Observation(story_id=2**70, outcome="alive")
    bad = page(1, links=10, observations=(visit,), requests=(request(2),))

    async def whole() -> None:
        async with opened(database, 1) as pipeline:
            with pytest.raises(StoreError, match="22003"):
                await pipeline.process_item(bad)

    asyncio.run(whole())
    assert rows(db, "SELECT count(*) FROM link") == [10]
    assert rows(db, "SELECT count(*) FROM frontier") == [0]


async def test_what_a_page_leads_to_passes_the_pipelines(database: str) -> None:
    told = page(1, requests=(request(2),), end=end(1))
    for pipeline in (DedupePipeline(), DatesPipeline(writer(database, 1).stats)):
        passed = await pipeline.process_item(told)
        assert isinstance(passed, PageItems)
        assert (passed.requests, passed.end) == (told.requests, told.end)


def test_arguments_of_a_request_are_cleaned_too(database: str, db: Connection) -> None:
    dirty = request(1, arguments={"channel": {"name": ["公\x00車", 1]}})
    store(database, 1, PageItems(requests=(dirty,)))
    assert rows(db, "SELECT arguments FROM frontier") == [
        {"channel": {"name": ["公車", 1]}}
    ]


def test_a_capture_is_stored_though_nobody_waits(database: str, db: Connection) -> None:
    async def whole() -> None:
        async with opened(database, 1) as pipeline:
            pipeline.captured(capture(1))
            pipeline.told(page(1, requests=(request(2),), end=end(1)))

    store(database, 1, PageItems(requests=(request(1),)))
    lease(db)
    asyncio.run(whole())
    assert rows(db, "SELECT count(*) FROM capture") == [1]
    found = "SELECT state FROM frontier ORDER BY story_id"
    assert rows(db, found) == ["stored", "pending"]


SIZES = st.lists(st.integers(1, 12), max_size=40)


@given(SIZES, st.integers(1, 30))
def test_batches_are_whole_units_in_their_order(sizes: list[int], most: int) -> None:
    async def whole() -> None:
        queue = Queue()
        units = [Unit.of([PageCount(link_id(link(1)), 1)] * size) for size in sizes]
        for unit in units:
            queue.put(unit)
        taken = []
        while batch := queue.take(most):
            assert len(batch) == 1 or sum(map(len, batch)) <= most
            taken += batch
        assert taken == units
        assert queue.rows == 0

    asyncio.run(whole())
