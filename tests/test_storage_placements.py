"""Lists and placements as the pipeline writes them, outside a crawl."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.items import PageItems
from tests.storing import NOON, Connection, link, rows, store

if TYPE_CHECKING:
    from collections.abc import Sequence

LATER = NOON + timedelta(minutes=5)


@pytest.mark.parametrize("ranks", [(1, 2), (2, 1)])
def test_a_list_was_last_seen_when_the_last_of_its_links_was(
    database: str, db: Connection, ranks: Sequence[int]
) -> None:
    first, last = ranks
    shown = (link(last, seen_at=LATER), link(first, seen_at=NOON))
    store(database, 1, PageItems(links=shown))
    assert rows(db, "SELECT seen_at FROM list") == [LATER]


def test_a_link_of_two_pages_of_a_batch_is_one_interval(
    database: str, db: Connection
) -> None:
    other = link(1, page_url="https://www.worldjournal.com/wj/story/1/2")
    store(database, 1, PageItems(links=(link(1),)), PageItems(links=(other, link(2))))
    found = rows(
        db, "SELECT position, number, pages FROM placement JOIN link USING (link_id)"
    )
    assert sorted(found) == [(1, 1, 1), (2, 1, 1)]
