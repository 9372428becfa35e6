"""A row the database cannot hold is cleaned or kept aside; it harms no other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.items import Contributor, Figure, Incident, PageItems
from crawler.times import ET
from pipelines.storage import runs
from pipelines.storage.text import QUARANTINED_TEXT_MAX, TEXT_MAX
from tests.storing import (
    NOON,
    SITE,
    Connection,
    Item,
    article,
    link,
    rows,
    store,
)


def test_what_no_database_can_hold_is_cleaned_away(
    database: str, db: Connection
) -> None:
    dirty = article(1, title="公\x00車\ud83d", keywords=("\ud83d\ude00",))
    counted = store(database, 1, dirty, link(1, anchor_text="公\x00車"))
    assert rows(db, "SELECT title FROM article") == ["公車"]
    assert rows(db, "SELECT keyword FROM keyword") == ["😀"]
    assert rows(db, "SELECT anchor_text FROM link") == ["公車"]
    assert rows(db, "SELECT count(*) FROM quarantine") == [0]
    assert counted["store/cleaned"] == 3


POISON: dict[str, tuple[Item, str]] = {
    "rank 0": (link(0), "23514 "),
    "rank beyond integer": (link(2**40), "22003 "),
    "story beyond bigint": (article(2**70), "22003 "),
    "no title": (article(999, title=""), "23514 "),
    "title of NUL only": (article(999, title="\x00"), "23514 "),
    "enormous keyword": (article(999, keywords=("字" * 900_000,)), "23514 "),
    "enormous list name": (link(999, scope_key="x" * 601), "23514 "),
    "two photos at one rank": (
        article(999, figures=(Figure(position=1, url="x"),) * 2),
        "23505 ",
    ),
    "day 40": (article(999, dateline_day=40), "23514 "),
    "overlong text": (article(999, title="字" * (TEXT_MAX + 1)), "a text of 1000001 "),
    "no zone": (link(999, listed_at=NOON.replace(tzinfo=None)), "an instant without"),
    "no kind": (Incident(kind="", page_url=SITE), "23514 "),
}


@pytest.mark.parametrize(("poison", "why"), POISON.values(), ids=POISON)
def test_a_poison_row_is_quarantined_alone(
    database: str, db: Connection, poison: Item, why: str
) -> None:
    good: list[Item] = [article(n) for n in range(1, 15)]
    good += [link(n) for n in range(1, 15)]
    counted = store(database, 1, *good[:9], poison, *good[9:])
    assert rows(db, "SELECT count(*) FROM article") == [14]
    assert rows(db, "SELECT count(*) FROM link") == [14]
    ((target, reason, kept),) = rows(db, "SELECT target, reason, item FROM quarantine")
    assert target == type(poison).__name__.lower()
    assert reason.startswith(why)
    assert set(kept) == set(poison.__slots__)
    told = rows(db, "SELECT kind, detail FROM incident")
    assert told == [("row_quarantined", {"target": target, "reason": reason})]
    assert counted["store/quarantined"] == 1


def test_an_overlong_text_is_kept_cut_and_the_page_around_it_whole(
    database: str, db: Connection
) -> None:
    page = PageItems(
        article=article(1, paragraphs=("字" * (TEXT_MAX + 1),)),
        links=(link(1), link(2, summary="字" * (TEXT_MAX + 1)), link(3)),
    )
    store(database, 1, page)
    assert rows(db, "SELECT position FROM link ORDER BY 1") == [1, 3]
    cut = "SELECT length(item->'paragraphs'->>0), length(item->>'summary')"
    found = rows(db, f"{cut} FROM quarantine ORDER BY target")
    assert found == [(QUARANTINED_TEXT_MAX, None), (None, QUARANTINED_TEXT_MAX)]


def test_a_batch_of_nothing_but_poison_is_kept_row_by_row(
    database: str, db: Connection
) -> None:
    store(database, 1, *(link(1, scope_key="x" * n) for n in range(601, 641)))
    assert rows(db, "SELECT count(*) FROM quarantine") == [40]
    assert rows(db, "SELECT count(*) FROM link") == [0]


def test_poison_of_every_night_is_one_row(database: str, db: Connection) -> None:
    store(database, 1, link(0))
    run = runs.start_run(db, spider="test", arguments={})
    store(database, run, link(0))
    for table in ("quarantine", "incident"):
        seen = f"SELECT first_seen_run, last_seen_run FROM {table}"  # noqa: S608
        assert rows(db, seen) == [(1, run)]


def test_what_came_in_order_again_is_stored(database: str, db: Connection) -> None:
    store(database, 1, article(1, title=""))
    store(database, 1, article(1))
    assert rows(db, "SELECT story_id FROM article") == [1]


DIRTY = st.text(st.characters(), max_size=6) | st.sampled_from(["", "\x00", "\ud83d"])
MAYBE = st.none() | DIRTY
NUMBER = st.sampled_from([None, 1, 31, 0, -1, 2**31, 2**63, 2**70])
INSTANT = st.none() | st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, ET]),
)
ARTICLES = st.fixed_dictionaries(
    {"title": DIRTY, "byline": MAYBE},
    optional={
        "channel_id": NUMBER,
        "dateline_day": NUMBER,
        "published_at": INSTANT,
        "date_witnesses": st.dictionaries(DIRTY, DIRTY, max_size=2),
        "paragraphs": st.lists(DIRTY, max_size=2).map(tuple),
        "keywords": st.lists(DIRTY, max_size=2).map(tuple),
        "contributors": st.lists(
            st.builds(Contributor, role=DIRTY, name=DIRTY), max_size=2
        ).map(tuple),
        "figures": st.lists(
            st.builds(Figure, position=st.integers(-1, 2**32), url=DIRTY), max_size=2
        ).map(tuple),
    },
)
LINKS = st.fixed_dictionaries(
    {"anchor_text": MAYBE},
    optional={"story_id": NUMBER, "listed_at": INSTANT, "summary": MAYBE},
)


def ends(db: Connection, table: LiteralString, column: LiteralString) -> list[int]:
    """Numbers of the items that are in their table or in quarantine."""
    aside = f"SELECT (item->>'{column}')::bigint FROM quarantine"  # noqa: S608
    return sorted(
        [
            *rows(db, f"SELECT {column} FROM {table}"),  # noqa: S608
            *rows(db, f"{aside} WHERE target = '{table}'"),
        ]
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(ARTICLES, max_size=6), st.lists(LINKS, max_size=6))
def test_whatever_a_page_says_ends_in_its_table_or_in_quarantine(
    database: str,
    db: Connection,
    stories: list[dict[str, object]],
    seen: list[dict[str, object]],
) -> None:
    db.execute("TRUNCATE article, link, quarantine, incident CASCADE")
    items: list[Item] = [article(n, **each) for n, each in enumerate(stories, 1)]
    items += [link(n, **each) for n, each in enumerate(seen, 1)]
    store(database, 1, *items)
    assert ends(db, "article", "story_id") == [*range(1, len(stories) + 1)]
    assert ends(db, "link", "position") == [*range(1, len(seen) + 1)]
    before = rows(db, "SELECT count(*) FROM quarantine")
    again = store(database, 1, *items)
    assert "store/article/changed" not in again
    assert "store/link/inserted" not in again
    assert rows(db, "SELECT count(*) FROM quarantine") == before
