"""Each class of edit is told by its narrowest kind, alone and with others."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Contributor, Figure
from pipelines.revisions import (
    KINDS,
    SECTIONS,
    changed,
    classify,
    half_loaded,
    hashes,
)
from tests.storing import NOON
from tests.test_revisions import BODY, PHOTOS, difference, story

EDITS: list[tuple[dict[str, Any], list[str], tuple[str, ...]]] = [
    ({"title": "票價 5月公布"}, ["title"], ("headline",)),
    ({"title": "新公車路線 6月上路"}, ["title"], ("facts",)),
    ({"title": "新公車路線：5月上路！"}, ["title"], ("punctuation",)),
    ({"byline": "記者李大華／紐約報導"}, ["byline"], ("byline",)),
    ({"byline": None}, ["byline"], ("byline",)),
    ({"byline": "記者王小明╱紐約報導"}, ["byline"], ("punctuation",)),
    ({"place": "紐約"}, ["byline"], ("byline",)),
    (
        {"contributors": (Contributor(role="author", name="王小明"),)},
        ["byline"],
        ("byline",),
    ),
    ({"paragraphs": (BODY[0], "路線尚未決定。")}, ["paragraphs"], ("body",)),
    ({"paragraphs": BODY[:1]}, ["paragraphs"], ("body",)),
    (
        {"paragraphs": (BODY[0], "共有6條路線，經費3萬元。")},
        ["paragraphs"],
        ("facts",),
    ),
    (
        {"paragraphs": (BODY[0], "共有5條路線，經費3萬元！")},
        ["paragraphs"],
        ("punctuation",),
    ),
    (
        {"paragraphs": (BODY[0], "共有６條路線；經費3萬元。")},
        ["paragraphs"],
        ("facts", "punctuation"),
    ),
    ({"paragraphs": ("".join(BODY),)}, ["paragraphs"], ("structure",)),
    (
        {"paragraphs": ("".join(BODY).replace("。", "！"),)},
        ["paragraphs"],
        ("punctuation", "structure"),
    ),
    (
        {"paragraphs": ("".join(BODY).replace("5", "7"),)},
        ["paragraphs"],
        ("facts", "structure"),
    ),
    ({"keywords": ("公車",)}, ["keywords"], ("keywords",)),
    ({"keywords": ("AI", "公車")}, ["keywords"], ("keywords",)),
    ({"keywords": ("公車", "ＡＩ")}, ["keywords"], ("punctuation",)),
    ({"channel": "美國"}, ["channel"], ("channel",)),
    ({"subcategory_id": 12}, ["channel"], ("channel",)),
    ({"modified_at": NOON}, ["dates"], ("dates",)),
]


def photo(rank: int, **other: Any) -> Figure:
    base = PHOTOS[rank - 1]
    values = {each.name: getattr(base, each.name) for each in fields(Figure)}
    return Figure(**{**values, **other})


FIGURES: list[tuple[tuple[Figure, ...], tuple[str, ...]]] = [
    ((photo(1, caption="新車站。"), PHOTOS[1]), ("caption",)),
    ((photo(1, credit="中央社"), PHOTOS[1]), ("caption",)),
    ((photo(1, caption="車站"), PHOTOS[1]), ("punctuation",)),
    ((photo(1, url="https://p/3.jpg"), PHOTOS[1]), ("structure",)),
    ((photo(2, position=1), photo(1, position=2)), ("structure",)),
    ((PHOTOS[0], photo(2, after_paragraph=2)), ("structure",)),
    (
        (
            photo(1, caption="河岸", credit=None),
            photo(2, caption="車站。", credit="本報資料照"),
        ),
        ("structure",),
    ),
    (
        (photo(1, caption="新車站。"), photo(2, url="https://p/3.jpg")),
        ("caption", "structure"),
    ),
    (PHOTOS[:1], ("caption",)),
    ((*PHOTOS, Figure(position=3, url="https://p/3.jpg")), ("structure",)),
    ((*PHOTOS, Figure(position=3, url="https://p/3.jpg", caption="新")), ("caption",)),
]


@pytest.mark.parametrize(("edit", "sections", "kinds"), EDITS)
def test_each_class_of_edit_is_told(
    edit: dict[str, Any], sections: list[str], kinds: tuple[str, ...]
) -> None:
    assert difference(**edit) == (sections, kinds)


@pytest.mark.parametrize(("figures", "kinds"), FIGURES)
def test_words_and_places_of_photos_are_told_apart(
    figures: tuple[Figure, ...], kinds: tuple[str, ...]
) -> None:
    assert difference(figures=figures) == (["figures"], kinds)


def test_a_photo_that_a_new_paragraph_pushes_down_is_no_edit_of_its_own() -> None:
    found = difference(
        paragraphs=("先前報導如下。", *BODY),
        figures=(PHOTOS[0], photo(2, after_paragraph=2)),
    )
    assert found == (["paragraphs", "figures"], ("body",))


def test_edits_of_all_sections_at_once_are_told_in_a_fixed_order() -> None:
    found = difference(
        title="票價公布",
        byline="記者李大華",
        paragraphs=("路線尚未決定。",),
        figures=(photo(1, caption="月台", url="https://p/3.jpg"), PHOTOS[1]),
        keywords=("AI", "公車！"),
        channel="美國",
        modified_at=NOON,
    )
    sections, kinds = found

    assert tuple(sections) == SECTIONS
    assert kinds == tuple(k for k in KINDS if k not in ("facts", "punctuation"))


PIECE = st.sampled_from(
    ["市長", "王", "公車", "5", "三", "。", "，", " ", "A", "㎡", "的"]
)
WORDS = st.lists(PIECE, max_size=6).map("".join)


PARAGRAPHS = st.lists(WORDS, max_size=3).map(tuple)
SAID = st.sampled_from([None, "河岸", "河岸。", "中央社"])
PHOTO = st.builds(
    lambda url, caption, credit, after: Figure(
        position=1, url=url, caption=caption, credit=credit, after_paragraph=after
    ),
    st.sampled_from(["https://p/1.jpg", "https://p/2.jpg"]),
    *(SAID, SAID, st.integers(0, 2)),
)
STORIES = st.builds(
    story,
    title=WORDS,
    paragraphs=PARAGRAPHS,
    figures=st.lists(PHOTO, max_size=3).map(tuple),
    keywords=PARAGRAPHS,
    byline=st.none() | WORDS,
)


@given(STORIES, STORIES)
def test_there_is_a_kind_exactly_when_a_section_changed(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    kinds = classify(old, new)

    assert bool(changed(hashes(old), hashes(new))) == bool(kinds)
    assert kinds == tuple(kind for kind in KINDS if kind in kinds)
    assert classify(old, old) == ()
    assert half_loaded(old, old) is None


@given(STORIES, st.lists(PHOTO, max_size=3).map(tuple))
def test_photos_that_differ_in_anything_are_told(
    old: dict[str, Any], figures: tuple[Figure, ...]
) -> None:
    new = {**old, "figures": story(figures=figures)["figures"]}

    assert bool(changed(hashes(old), hashes(new))) == bool(classify(old, new))
