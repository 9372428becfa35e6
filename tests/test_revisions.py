"""A revision is a change of the story's own words, and its kind is told."""

from __future__ import annotations

import json
import uuid
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from crawler.items import Article, Figure, Incident
from pipelines.revisions import (
    SECTIONS,
    changed,
    classify,
    content,
    half_loaded,
    hashes,
)
from tests.storing import NOON, article

BODY = ("市長王大同周一表示，公車下月開通。", "共有5條路線，經費3萬元。")
PHOTOS = (
    Figure(position=1, url="https://p/1.jpg", caption="車站。", credit="本報資料照"),
    Figure(position=2, url="https://p/2.jpg", caption="河岸", after_paragraph=1),
)
BASE: dict[str, Any] = {
    "title": "新公車路線 5月上路",
    "paragraphs": BODY,
    "figures": PHOTOS,
    "keywords": ("公車", "AI"),
}


def story(**other: Any) -> dict[str, Any]:
    return content(article(7, **{**BASE, **other}))


def difference(**other: Any) -> tuple[list[str], tuple[str, ...]]:
    """What changed, and what kinds of edit, from the base to an edit of it."""
    old, new = story(), story(**other)
    return changed(hashes(old), hashes(new)), classify(old, new)


def test_content_holds_the_story_whole_as_json_and_its_hashes_survive_it() -> None:
    whole = story()
    stored = json.loads(json.dumps(whole))

    assert tuple(whole) == SECTIONS
    assert stored == whole
    assert hashes(stored) == hashes(whole)
    assert whole["byline"]["contributors"] == [{"role": "reporter", "name": "王小明"}]
    assert whole["figures"][1] == {
        "position": 2,
        "url": "https://p/2.jpg",
        "caption": "河岸",
        "credit": None,
        "after_paragraph": 1,
    }


def test_hashes_are_32_hexadecimal_characters_a_section() -> None:
    assert set(hashes(story())) == set(SECTIONS)
    assert all(len(h) == 32 and int(h, 16) >= 0 for h in hashes(story()).values())


def test_hashes_stay_the_same_from_version_to_version() -> None:
    # another value here makes a false revision of every stored story
    assert hashes(story())["title"] == "26c5b6aa830bd94ef4a9956f47c2859d"
    assert hashes(story())["figures"] == "21240e9c9848f98813b36e7d94604c37"


def test_going_back_to_an_earlier_text_gives_the_earlier_hashes() -> None:
    first, second, third = story(), story(title="另一個標題"), story()

    assert changed(hashes(first), hashes(second)) == ["title"]
    assert changed(hashes(second), hashes(third)) == ["title"]
    assert hashes(first) == hashes(third)


def test_what_is_not_the_storys_own_content_makes_no_revision() -> None:
    visit = {
        "incidents": (Incident(kind="x", page_url="https://p/"),),
        "capture_id": uuid.uuid4(),
        "date_witnesses": {"meta_date": "2026-03-01 07:00:00"},
        "content_level": "member",
        "language": "zh-Hant",
        "url": "https://www.worldjournal.com/wj/story/2/7",
    }
    assert difference(**visit) == ([], ())


def test_every_field_of_a_story_is_content_or_knowingly_not() -> None:
    whole = story()
    stated = set(whole) | {"published_at", "modified_at"}
    stated |= set(whole["byline"]) | set(whole["channel"])
    visit = {"story_id", "url", "date_witnesses", "content_level", "language"}
    visit |= {"incidents", "capture_id", "seen_at"}

    assert {each.name for each in fields(Article)} - stated - visit == set()


@pytest.mark.parametrize(
    "title",
    ["新公車路線\u30005月上路", " 新公車路線 \n5月上路 ", "新公車路線\xa05月上路"],
)
def test_white_space_makes_no_revision(title: str) -> None:
    assert difference(title=title) == ([], ())


def test_another_unicode_spelling_of_the_same_letters_makes_no_revision() -> None:
    composed, decomposed = story(title="Café"), story(title="Cafe\u0301")

    assert hashes(composed) == hashes(decomposed)
    assert classify(composed, decomposed) == ()


def test_the_same_instant_in_another_zone_makes_no_revision() -> None:
    taipei = NOON.astimezone(timezone(timedelta(hours=8)))

    assert difference(published_at=taipei) == ([], ())


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        story(published_at=datetime(2026, 3, 1))  # noqa: DTZ001 - what is refused


def test_photos_are_compared_by_rank_however_they_come() -> None:
    assert difference(figures=PHOTOS[::-1]) == ([], ())


def test_dates_are_stored_in_utc() -> None:
    published = datetime(2026, 3, 1, 7, tzinfo=timezone(timedelta(hours=-5)))

    assert story(published_at=published)["dates"]["published_at"] == NOON.isoformat()
    assert NOON.tzinfo is UTC


# half-loaded pages

LONG = ("公車" * 60, "路線" * 60)  # 240 characters
FULL: dict[str, Any] = {"paragraphs": LONG}


def doubt(old: dict[str, Any], new: dict[str, Any]) -> str | None:
    return half_loaded(story(**{**FULL, **old}), story(**{**FULL, **new}))


@pytest.mark.parametrize(
    ("before", "after", "doubtful"),
    [
        (240, 119, True),
        (240, 120, False),
        (200, 99, True),
        (200, 100, False),
        (199, 20, False),
        (199, 0, True),
        (30, 0, True),
        (30, 1, False),
        (240, 500, False),
    ],
)
def test_a_page_that_lost_most_of_a_long_body_is_no_new_truth(
    before: int, after: int, doubtful: bool
) -> None:
    reason = doubt({"paragraphs": ("字" * before,)}, {"paragraphs": ("字" * after,)})

    expected = f"{after} of {before} characters of the body are left"
    assert reason == (expected if doubtful else None)


NO_BYLINE: dict[str, Any] = {"byline": None, "contributors": ()}
NO_PHOTOS: dict[str, Any] = {"figures": ()}
NO_KEYWORDS: dict[str, Any] = {"keywords": ()}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ({}, NO_BYLINE | NO_PHOTOS, None),
        (
            {},
            NO_BYLINE | NO_PHOTOS | NO_KEYWORDS,
            "3 of 5 sections are empty: byline, figures, keywords",
        ),
        # of four that had something, two are half
        (
            NO_KEYWORDS,
            NO_KEYWORDS | NO_BYLINE | NO_PHOTOS,
            "2 of 4 sections are empty: byline, figures",
        ),
        (NO_KEYWORDS, NO_KEYWORDS | NO_PHOTOS, None),
        # what was empty before is not lost
        (NO_BYLINE | NO_PHOTOS, NO_BYLINE | NO_PHOTOS, None),
        (NO_BYLINE | NO_PHOTOS, {}, None),
        # a short body that is gone counts as a section
        (
            {"paragraphs": ("短訊。",)} | NO_BYLINE | NO_PHOTOS | NO_KEYWORDS,
            {"paragraphs": ()} | NO_BYLINE | NO_PHOTOS | NO_KEYWORDS,
            "1 of 2 sections are empty: paragraphs",
        ),
    ],
)
def test_a_page_that_lost_half_of_its_sections_is_no_new_truth(
    old: dict[str, Any], new: dict[str, Any], reason: str | None
) -> None:
    assert doubt(old, new) == reason


def test_a_page_that_became_fuller_is_no_reason_to_doubt() -> None:
    assert half_loaded(story(paragraphs=(), figures=()), story()) is None
