"""Lists and placements as the pipeline writes them, outside a crawl."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crawler.items import PageItems, Scope, Section
from pipelines.storage import runs
from tests.storing import NOON, Connection, article, link, rows, store

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


def page(night: int, *related: int, own: bool = True, **says: Any) -> PageItems:
    """A story's page: what stands beside it, and (``own``) the story before it."""
    at = NOON + timedelta(days=night)
    of_page = {"scope": Scope.PAGE, "scope_key": "1", "seen_at": at}
    links = [link(n, section=Section.RELATED, **of_page) for n in related]
    if own:
        links.append(link(1, section=Section.PREVIOUS, **of_page))
    text = article(1, seen_at=at, **says)
    return PageItems(article=text, links=tuple(links))


RELATED = """
SELECT first_run, last_run FROM placement JOIN link USING (link_id)
WHERE section = 'related' ORDER BY first_run
"""


@pytest.mark.parametrize(
    ("between", "intervals"),
    [
        (page(2), [(1, 1), (3, 3)]),
        (page(2, 1), [(1, 3)]),
        # of a page that shows no link at all nobody knows what it would show
        (page(2, own=False), [(1, 3)]),
        # nor of one that came but in part
        (page(2, paragraphs=()), [(1, 3)]),
    ],
)
def test_a_page_that_shows_none_of_its_related_stories_ends_their_intervals(
    database: str,
    db: Connection,
    between: PageItems,
    intervals: list[tuple[int, int]],
) -> None:
    for night, shown in enumerate((page(1, 1), between, page(3, 1)), 1):
        if night > 1:
            runs.start_run(db, spider="test", arguments={})
        store(database, night, shown)
    assert rows(db, RELATED) == intervals
