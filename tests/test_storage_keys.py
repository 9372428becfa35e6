"""Two rows are the same exactly when what identifies them is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.items import Incident, Link, Scope, Section
from pipelines.storage.keys import digest, incident_id, link_id, link_key

URL = "https://www.worldjournal.com/wj/story/1/2"
IDENTITY = ("scope", "scope_key", "section", "position", "url", "anchor_text")

# Few letters, so that equal values and texts that could pass for two come up
WORD = st.text('a",\\1\ud83d\x00字', max_size=3)
PART = WORD | st.integers(0, 20) | st.none()
LINKS = st.builds(
    Link,
    page_url=WORD,
    page_story_id=st.none() | st.integers(1, 3),
    section=st.sampled_from(Section),
    scope=st.sampled_from(Scope),
    scope_key=WORD,
    position=st.integers(0, 3),
    url=WORD,
    story_id=st.none(),
    anchor_text=st.none() | WORD | st.just("None"),
)


def link() -> Link:
    return Link(
        page_url=URL,
        page_story_id=2,
        section=Section.HOT,
        scope=Scope.CHANNEL,
        scope_key="121106",
        position=1,
        url=URL,
        story_id=2,
        anchor_text="公車開通",
    )


def identity(one: Link) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in IDENTITY)


@settings(deadline=None)
@given(LINKS, LINKS)
def test_link_keys_are_equal_exactly_when_what_names_the_link_is(
    one: Link, other: Link
) -> None:
    assert (link_key(one) == link_key(other)) == (identity(one) == identity(other))


@settings(deadline=None)
@given(LINKS, st.sampled_from(IDENTITY), st.data())
def test_one_other_field_is_another_link(
    one: Link, name: str, data: st.DataObject
) -> None:
    value = getattr(data.draw(LINKS), name)
    other = replace(one, **{name: value})
    assert (link_id(one) == link_id(other)) == (value == getattr(one, name))


def test_what_does_not_name_a_link_does_not_change_its_key() -> None:
    other = replace(
        link(),
        page_url=f"{URL}3",
        page_story_id=None,
        story_id=None,
        listed_at=datetime(2026, 3, 1, tzinfo=UTC),
        date_witnesses={"list_et": "2026-03-01 07:00"},
        image_url=URL,
        image_caption="x",
        summary="x",
        placement="wj_hot",
        incidents=(Incident(kind="k", page_url=URL),),
    )
    assert link_id(other) == link_id(link())


@settings(deadline=None)
@given(st.lists(PART, max_size=4), st.lists(PART, max_size=4))
def test_no_text_can_pass_for_two(one: list[str | None], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


def test_a_number_and_its_text_and_nothing_are_three_things() -> None:
    assert len({digest(1), digest("1"), digest(None), digest("None")}) == 4


def test_keys_stay_what_they_are_in_the_databases_of_our_users() -> None:
    assert digest("公車", 1, None).hex() == "2c03f85b1faf05c7929e2135e7dfe2b8"
    assert link_id(link()) == UUID("23de2069-2aba-b8fc-17e5-96deaae619b8")
    bare = replace(link(), anchor_text=None)
    assert link_id(bare) == UUID("4e4a1573-1eb0-4b83-fd9a-7f933a2565cb")
    seen = Incident(kind="k", page_url=URL, detail={"b": "字", "a": "\ud83d"})
    assert incident_id(seen) == UUID("febd84f2-b9b8-a475-aa6f-63586659dd5c")


def test_a_key_is_its_id_in_16_bytes() -> None:
    assert link_id(link()).bytes == link_key(link())
    assert len(link_key(link())) == 16


@settings(deadline=None)
@given(st.dictionaries(WORD, WORD, max_size=4))
def test_the_order_of_the_details_makes_no_other_incident(
    detail: dict[str, str],
) -> None:
    turned = dict(reversed(detail.items()))
    one = Incident(kind="k", page_url=URL, detail=detail)
    assert incident_id(one) == incident_id(replace(one, detail=turned))
    assert incident_id(one) == incident_id(replace(one, story_id=7))


@pytest.mark.parametrize(
    "change",
    [{"kind": "l"}, {"page_url": "x"}, {"section": "hot"}, {"detail": {"a": "c"}}],
    ids=lambda change: next(iter(change)),
)
def test_another_fact_is_another_incident(change: dict[str, str]) -> None:
    one = Incident(kind="k", page_url=URL, detail={"a": "b"})
    other = Incident(**{"kind": "k", "page_url": URL, "detail": {"a": "b"}, **change})  # type: ignore[arg-type]
    assert incident_id(one) != incident_id(other)
