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
    published_at: datetime | None


@pytest.mark.parametrize(
    ("known", "due"),
    [
        (None, True),
        (Held(NOW - timedelta(hours=47)), True),
        (Held(NOW - timedelta(hours=48)), True),
        (Held(NOW - timedelta(hours=49)), False),
        (Held(NOW + timedelta(hours=1)), True),
        (Held(None), True),
    ],
)
def test_a_story_is_due_while_unknown_or_young(known: Held | None, due: bool) -> None:
    assert revisit.due(known, now=NOW, window=WINDOW) is due


def test_the_sites_own_clock_decides() -> None:
    response = Response("http://x", headers={"Date": "Sun, 08 Mar 2026 09:10:00 GMT"})

    assert revisit.site_clock(response) == NOW


@pytest.mark.parametrize("date", ["", "tomorrow", "Sun, 99 Mar 2026 09:10:00 GMT"])
def test_without_a_readable_date_header_it_is_this_machines_time(date: str) -> None:
    before = datetime.now(UTC)

    read = revisit.site_clock(Response("http://x", headers={"Date": date}))

    assert before <= read <= datetime.now(UTC)
