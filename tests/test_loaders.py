"""Raw values in, frozen items out: what the loaders change and what they leave."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Article, Contributor, Figure, Link, Scope, Section
from crawler.loaders import SCOPES, ArticleLoader, LinkLoader, Page, clean
from crawler.processors import AsTuple, Each, First, Unique

SITE = "https://www.worldjournal.com"
STORY = Page(url=f"{SITE}/wj/story/121339/77", story_id=77, channel_key="121010")
LIST = Page(url=f"{SITE}/wj/cate/china", channel_key="china")
PROXY = "https://pgw.worldjournal.com/gw/photo.php?u="

TEXTS = [
    ("標題", "標題"),
    ("\n\t\t林大明\t\t", "林大明"),
    ("公車　時間\u00a0表", "公車 時間 表"),
    ("一\r\n二\u2028三", "一 二 三"),
    ("港\ufffd區", "港區"),
    ("港 \ufffd 區", "港 區"),
    ("AI，（甲）／乙╱丙/丁…", "AI，（甲）／乙╱丙/丁…"),
    ("<b>粗</b>&amp;", "<b>粗</b>&amp;"),
    ("0", "0"),
    (None, None),
    ("", None),
    (" \n\t\u3000\u00a0", None),
    ("\ufffd", None),
    ("\u200b\ufeff\u2060", None),
    ("\u200b \u200b", None),
    (" \ufeff\n\u200b ", None),
]


@pytest.mark.parametrize(("raw", "expected"), TEXTS)
def test_white_space_is_collapsed_and_nothing_else_rewritten(
    raw: str | None, expected: str | None
) -> None:
    assert clean(raw) == expected


@given(st.text(alphabet=st.sampled_from("標題 a\n\t\u3000\u00a0\u200b\ufeff\ufffd")))
def test_a_text_is_never_empty_and_cleaned_once_for_all(raw: str) -> None:
    text = clean(raw)
    if text is not None:
        assert text == text.strip() == clean(text)
        assert "  " not in text
        assert "\ufffd" not in text
        assert set(text) - set(" \u200b\ufeff")


def test_processors_keep_places_and_take_the_first_that_speaks() -> None:
    assert Each(len)(["ab", None, ""]) == [2, None, 0]
    assert First()([None, 0, 1]) == 0
    assert First()([None]) is None
    assert Unique()(["港", None, "橋", "港"]) == ("港", "橋")
    assert AsTuple()([2, None, 1, 2]) == (2, 1, 2)


def links(page: Page, section: Section, **columns: list[Any]) -> tuple[Link, ...]:
    loader = LinkLoader(page=page)
    loader.add_value("section", [section] * len(columns["url"]))
    for name, column in columns.items():
        loader.add_value(name, column)
    return loader.load_item()


ADDRESSES = ["/wj/story/1/2?from=wj_hot_story", f"{SITE}/wj/story/3/4"]
COLUMNS: dict[str, list[Any]] = {
    "url": ADDRESSES,
    "placement": ADDRESSES,
    "anchor_text": [" 老樹\n名單 ", ""],
    "image_url": [f"{PROXY}http://p.example/1.jpg&amp;s=Y", None],
    "image_caption": ["圖（中央社）", ""],
    "list_et": ["2026-01-10 01:00", None],
    "list_roc": [" roc：2026-01-10 14:00 ", None],
}
FIRST = Link(
    page_url=STORY.url,
    page_story_id=77,
    section=Section.HOT,
    scope=Scope.CHANNEL,
    scope_key="121010",
    position=1,
    url=f"{SITE}/wj/story/1/2",
    story_id=2,
    anchor_text="老樹 名單",
    date_witnesses={"list_et": "2026-01-10 01:00", "list_roc": "roc：2026-01-10 14:00"},
    image_url="https://p.example/1.jpg",
    image_caption="圖（中央社）",
    placement="wj_hot_story",
)


def test_columns_become_rows() -> None:
    first, second = links(STORY, Section.HOT, **COLUMNS)
    assert first == FIRST
    said = (second.anchor_text, second.image_url, second.image_caption)
    assert (second.position, second.story_id, second.placement) == (2, 4, None)
    assert (said, second.date_witnesses) == ((None, None, None), {})


def test_a_section_without_rows_gives_no_links() -> None:
    assert links(STORY, Section.RELATED, url=[], anchor_text=[]) == ()


def test_addresses_are_read_from_the_page_they_stand_on() -> None:
    page = Page(
        url="http://127.0.0.1:8000/wj/cate/china", origin="http://127.0.0.1:8000"
    )
    (link,) = links(
        page, Section.CHANNEL_LIST, url=["../story/1/2?from=x"], anchor_text=["題"]
    )
    assert (link.url, link.story_id) == (f"{SITE}/wj/story/1/2", 2)


@pytest.mark.parametrize(
    ("page", "section", "key"),
    [
        (STORY, Section.TICKER, "site"),
        (STORY, Section.POPULAR, "site"),
        (STORY, Section.HOT, "121010"),
        (STORY, Section.RELATED, "77"),
        (STORY, Section.PREVIOUS, "77"),
        (STORY, Section.BODY, "77"),
        (LIST, Section.CHANNEL_LIST, "china"),
        (LIST, Section.RELATED, LIST.url),
        (Page(url=STORY.url, story_id=77), Section.HOT, "77"),
        (Page(url=LIST.url), Section.CHANNEL_LIST, LIST.url),
    ],
)
def test_a_list_is_kept_under_the_name_of_its_scope(
    page: Page, section: Section, key: str
) -> None:
    assert page.scope_key(section) == key


def test_every_section_has_a_scope() -> None:
    assert SCOPES.keys() == set(Section)


def article(**values: Any) -> Article:
    loader = ArticleLoader(page=STORY)
    for name, value in {
        "story_id": 77,
        "url": STORY.url,
        "title": "題",
        **values,
    }.items():
        loader.add_value(name, value)
    return loader.load_item()


def test_the_first_witness_that_speaks_counts() -> None:
    read = article(
        title=[None, " \n", "標題　一", "標題二"],
        channel_id=[None, 121010, 5],
        subcategory=["", None],
        wire=False,
    )
    assert (read.title, read.channel_id, read.subcategory) == ("標題 一", 121010, None)
    assert read.wire is False


def test_lists_stay_in_order_and_keywords_are_said_once() -> None:
    figures = [Figure(position=2, url="b"), Figure(position=1, url="a")]
    people = [Contributor(role="reporter", name="林大明")] * 2
    read = article(
        keywords=["橋梁 ", "老樹", "橋梁", ""],
        paragraphs=["同", "異", "同"],
        figures=figures,
        contributors=people,
    )
    assert read.keywords == ("橋梁", "老樹")
    assert read.paragraphs == ("同", "異", "同")
    assert read.figures == tuple(figures)
    assert read.contributors == tuple(people)


def test_what_a_page_does_not_say_is_none_or_empty() -> None:
    assert article() == Article(story_id=77, url=STORY.url, title="題")


def test_an_item_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        article().title = "別的"  # type: ignore[misc]
