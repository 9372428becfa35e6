"""Unknown stories are always fetched, known ones while they are young."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import Response

from crawler.policy import revisit

NOW = datetime(2026, 3, 8, 9, 10, tzinfo=UTC)
WINDOW = timedelta(hours=48)


@dataclass
class Held:
    """A known story; ages and pauses in hours before NOW."""

    published_at: datetime | None
    visited_at: datetime | None = None
    absent_since: datetime | None = None
    absences: int = 0
    changed_at: datetime | None = None
    title: str = "原題"
    words: tuple[str, ...] = ()
    read_night: int | None = None
    told: str | None = None
    told_since: int | None = None
    told_seen: int | None = None
    of_this_job: bool = False


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("known", "due"),
    [
        (None, True),
        (Held(ago(47)), True),
        (Held(ago(48)), True),
        (Held(ago(49)), False),
        (Held(ago(-1)), True),
        (Held(None), True),
        (Held(ago(30), visited_at=ago(24)), True),
        (Held(ago(30), visited_at=ago(1)), False),
    ],
)
def test_a_story_is_due_while_unknown_or_young_and_not_just_seen(
    known: Held | None, due: bool
) -> None:
    assert revisit.due(known, now=NOW, window=WINDOW) is due


@pytest.mark.parametrize(
    ("words", "heard", "due"),
    [
        ((), (), False),
        (("原題",), (), False),
        (("新題",), (), True),
        (("新題",), ("新題",), False),
        (("原題", "新題"), (), True),
        (("原題", "新題"), ("新題",), False),
    ],
)
def test_an_old_story_is_due_only_when_a_list_calls_it_what_none_called_it_before(
    words: tuple[str, ...], heard: tuple[str, ...], due: bool
) -> None:
    known = Held(ago(500), visited_at=ago(400), words=heard)
    assert revisit.due(known, now=NOW, window=WINDOW, words=words) is due


@pytest.mark.parametrize(
    ("absent", "visited", "absences", "due"),
    [
        (24, 24, 1, True),
        (24, 1, 1, False),
        (72, 24, 3, True),
        (24 * 8, 24, 8, True),
        (24 * 9, 24, 8, False),
        (24 * 16, 24 * 8, 8, True),
        (24 * 20, 24 * 4, 9, False),
        (24 * 32, 24 * 16, 9, True),
        (24 * 40, 24 * 20, 9, False),
    ],
)
def test_a_vanished_story_is_asked_for_until_certain_and_then_ever_less_often(
    absent: int, visited: int, absences: int, due: bool
) -> None:
    known = Held(ago(900), ago(visited), ago(absent), absences)
    assert revisit.due(known, now=NOW, window=WINDOW) is due


def test_a_story_that_was_changed_of_late_is_looked_at_like_a_young_one() -> None:
    known = Held(ago(90), visited_at=ago(24), changed_at=ago(30))
    assert revisit.due(known, now=NOW, window=WINDOW)
    known.changed_at = ago(50)
    assert not revisit.due(known, now=NOW, window=WINDOW)


def test_a_vanished_story_that_a_list_names_again_is_due_at_once() -> None:
    known = Held(ago(900), visited_at=ago(24), absent_since=ago(72), absences=3)
    assert revisit.due(known, now=NOW, window=WINDOW, words=("原題",))


def test_the_sites_own_clock_decides() -> None:
    response = Response("http://x", headers={"Date": "Sun, 08 Mar 2026 09:10:00 GMT"})

    assert revisit.site_clock(response) == NOW


@pytest.mark.parametrize(
    "date",
    [
        *("", "tomorrow", "Sun, 99 Mar 2026 09:10:00 GMT"),
        "Fri, 31 Dec 9999 23:59:59 -1200",
    ],
)
def test_without_a_readable_date_header_it_is_this_machines_time(date: str) -> None:
    before = datetime.now(UTC)

    read = revisit.site_clock(Response("http://x", headers={"Date": date}))

    assert before <= read <= datetime.now(UTC)
