"""Unknown stories are always fetched, known ones while they are young."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import Response

from crawler import revisit

NOW = datetime(2026, 3, 8, 9, 10, tzinfo=UTC)
WINDOW = timedelta(hours=48)


@dataclass
class Held:
    """A known story; ages and pauses in hours before NOW."""

    published_at: datetime | None
    visited_at: datetime | None = None
    absent_since: datetime | None = None
    absences: int = 0
    title: str = "原題"
    words: tuple[str, ...] = ()


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
        (None, (), False),
        ("原題", (), False),
        ("新題", (), True),
        ("新題", ("新題",), False),
    ],
)
def test_an_old_story_is_due_only_when_a_list_calls_it_what_none_called_it_before(
    words: str | None, heard: tuple[str, ...], due: bool
) -> None:
    known = Held(ago(500), visited_at=ago(400), words=heard)
    assert revisit.due(known, now=NOW, window=WINDOW, words=words) is due


@pytest.mark.parametrize(
    ("absent", "visited", "absences", "due"),
    [
        (24, 24, 1, True),
        (400, 24, 1, True),
        (24, 1, 1, False),
        (48, 24, 2, True),
        (72, 24, 3, False),
        (72, 48, 3, True),
        (24 * 40, 24 * 20, 6, False),
    ],
)
def test_a_vanished_story_is_asked_for_until_certain_and_then_ever_less_often(
    absent: int, visited: int, absences: int, due: bool
) -> None:
    known = Held(ago(900), ago(visited), ago(absent), absences)
    assert revisit.due(known, now=NOW, window=WINDOW) is due


def test_the_sites_own_clock_decides() -> None:
    response = Response("http://x", headers={"Date": "Sun, 08 Mar 2026 09:10:00 GMT"})

    assert revisit.site_clock(response) == NOW


@pytest.mark.parametrize("date", ["", "tomorrow", "Sun, 99 Mar 2026 09:10:00 GMT"])
def test_without_a_readable_date_header_it_is_this_machines_time(date: str) -> None:
    before = datetime.now(UTC)

    read = revisit.site_clock(Response("http://x", headers={"Date": date}))

    assert before <= read <= datetime.now(UTC)
