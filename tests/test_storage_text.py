"""What Postgres cannot hold never reaches it, and nothing else is touched."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.items import Article, Contributor, Figure, Incident, Link, Scope, Section
from pipelines.storage.text import (
    QUARANTINED_TEXT_MAX,
    TEXT_MAX,
    Refused,
    as_json,
    clean,
    clean_text,
    storable,
)

URL = "https://www.worldjournal.com/wj/story/1/2"
SURROGATE = re.compile("[\ud800-\udfff]")
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")

DIRT = st.sampled_from(["\x00", "\ud83d", "\ude00", "\udfff", "\ud83d\ude00", "😀"])
DIRTY = st.lists(st.text(st.characters(), max_size=5) | DIRT).map("".join)
CLEAN = st.text().filter(lambda text: "\x00" not in text)


def expected(text: str) -> str:
    """The same by another road: pairs become characters, the rest goes."""
    text = text.replace("\x00", "")
    text = PAIR.sub(
        lambda p: p[0].encode("utf-16", "surrogatepass").decode("utf-16"), text
    )
    return SURROGATE.sub("", text)


def article(text: str) -> Article:
    """``text`` at every depth at which an article holds texts."""
    return Article(
        story_id=2,
        url=URL,
        title=text,
        contributors=(Contributor(role="reporter", name=text),),
        date_witnesses={text: text},
        paragraphs=("公車", text),
        figures=(Figure(position=1, url=URL, caption=text),),
        keywords=(text,),
        incidents=(Incident(kind="k", page_url=URL, detail={"raw": text}),),
    )


def link(text: str | None) -> Link:
    return Link(
        page_url=URL,
        page_story_id=2,
        section=Section.HOT,
        scope=Scope.CHANNEL,
        scope_key="121106",
        position=1,
        url=URL,
        story_id=2,
        anchor_text=text,
    )


@settings(deadline=None)
@given(DIRTY)
def test_cleaned_text_holds_no_nul_and_no_surrogate(text: str) -> None:
    cleaned = clean_text(text)
    assert "\x00" not in cleaned
    assert not SURROGATE.search(cleaned)
    assert cleaned.encode().decode() == cleaned


@settings(deadline=None)
@given(DIRTY)
def test_only_what_cannot_be_stored_is_removed(text: str) -> None:
    assert clean_text(text) == expected(text)


@settings(deadline=None)
@given(DIRTY)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@settings(deadline=None)
@given(CLEAN)
def test_clean_text_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text
    for item in (article(text), link(text)):
        assert clean(item) == (item, 0)


@settings(deadline=None)
@given(DIRTY)
def test_an_item_is_cleaned_at_every_depth(text: str) -> None:
    cleaned, number = clean(article(text))
    assert cleaned == article(clean_text(text))
    assert (number == 0) == (clean_text(text) == text)
    assert clean(link(text))[0] == link(clean_text(text))
    assert clean(cleaned) == (cleaned, 0)


def test_the_number_of_cleaned_texts_is_counted() -> None:
    dirty = replace(article("公車"), title="公\x00車", keywords=("\ud83d", "車"))
    cleaned, number = clean(dirty)
    assert number == 2
    assert (cleaned.title, cleaned.keywords) == ("公車", ("", "車"))


def test_a_text_nobody_wrote_is_nothing_to_clean() -> None:
    assert clean(link(None)) == (link(None), 0)


def test_the_longest_text_passes_and_one_more_character_is_refused() -> None:
    longest = "字" * TEXT_MAX
    assert clean(article(longest))[1] == 0
    with pytest.raises(Refused, match=f"{TEXT_MAX + 1} characters"):
        clean(link(longest + "字"))


def test_many_long_texts_are_not_one_overlong_text() -> None:
    long = replace(article("x"), paragraphs=("字" * (TEXT_MAX // 2),) * 3)
    assert clean(long) == (long, 0)


def test_an_instant_without_a_zone_is_refused() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert clean(replace(article("x"), published_at=now))[1] == 0
    for item in (
        replace(article("x"), published_at=now.replace(tzinfo=None)),
        replace(link("x"), listed_at=now.replace(tzinfo=None)),
    ):
        with pytest.raises(Refused, match="without a zone: 2026-03-01 12:00"):
            clean(item)


@settings(deadline=None)
@given(DIRTY)
def test_any_item_can_be_kept_as_json(text: str) -> None:
    for item in (article(text), link(text)):
        kept = json.dumps(as_json(item), ensure_ascii=False)
        assert "\\u0000" not in kept.replace("\\\\", "")
        assert kept.encode().decode() == kept


def test_a_kept_item_is_whole_but_for_overlong_texts() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    kept = as_json(replace(link("字" * (QUARANTINED_TEXT_MAX + 1)), listed_at=now))
    assert kept["anchor_text"] == "字" * QUARANTINED_TEXT_MAX
    assert kept["listed_at"] == "2026-03-01 12:00:00+00:00"
    assert (kept["section"], kept["position"], kept["summary"]) == ("hot", 1, None)
    assert set(kept) == set(Link.__slots__)


@given(st.lists(DIRTY | st.none(), max_size=5))
def test_several_texts_are_storable_at_once_if_each_of_them_is(
    texts: list[str | None],
) -> None:
    # two halves of a character in two texts are no character
    each = [text is None or clean_text(text) == text for text in texts]
    lone = any(SURROGATE.search(text or "") for text in texts)
    assert storable(texts) == (all(each) and not lone)


def test_texts_longer_than_one_may_be_are_looked_at_one_by_one() -> None:
    assert storable(["字" * TEXT_MAX])
    assert not storable(["字" * TEXT_MAX, "字"])
