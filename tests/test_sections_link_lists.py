"""The lists of a story page, by any one of their three witnesses alone."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.items import Incident, Link, Section
from crawler.loaders import Page
from crawler.sections.link_lists import missing, read_link_lists
from crawler.sections.page_index import PageIndex

if TYPE_CHECKING:
    from collections.abc import Callable

SITE = "https://www.worldjournal.com"
PAGE = Page(url=f"{SITE}/wj/story/121339/77", story_id=77, channel_key="121010")
PROXY = "https://pgw.worldjournal.com/gw/photo.php?u="
Found = dict[Section, tuple[Link, ...]]


def ticker(number: int) -> str:
    return f"""<h2 class="breaking-news">
<a href="{SITE}/wj/story/1/{number}?from=wj_msg" title="題{number}"
 data-slotname="list_快訊"><span class="breaking-news__title"> 題{number}
</span></a></h2>"""


def neighbour(number: int, token: str, css: str, label: str) -> str:
    return f"""<a href="/wj/story/1/{number}?from={token}" class="{css}"
 title="題{number}" data-slotname="list_上下則"><i class="i-arrow"></i>
<div class="next-page__text"><p>{label}</p><h3>題{number}</h3></div></a>"""


def card(number: int, token: str, slot: str, alt: str = "", time: str = "") -> str:
    return f"""<div class="cate-list__content-big">
<a href="{SITE}/wj/story/1/{number}?from={token}" class="cate-list__link"
 title="題{number}" data-slotname="{slot}"><picture><img alt="{alt}"
 data-src="{PROXY}https://p.example/{number}.jpg&amp;x=0"></picture>
<div class="cate-list__text"><h3 class="cate-list__link__title">題{number}</h3>
{time}</div></a></div>"""


def box(title: str, *cards: str) -> str:
    return f"""<div class="cate-list__container cate-lists-3">
<div class="cate-list__title"><h2>{title}</h2></div>
<div class="cate-list__content">{"".join(cards)}</div></div>"""


def popular(number: int) -> str:
    return f"""<a href="{SITE}/wj/story/1/{number}?from=wj_hotnews_story"
 class="sideHot-lists" title="題{number}" data-slotname="list_熱門文章右側">
<div class="sideHot-lists__img"><img alt="題{number}"
 data-src="{PROXY}https://p.example/noimg_cid1_2.jpg"></div>
<div class="sideHot-lists__text"><h3>題{number}</h3></div></a>"""


AD = '<div class="cate-list__content-ad"><a href="https://ads.example/">廣告</a></div>'
TAIPEI = "<!-- roc：2026-01-10 14:00 -->"
TIME = f'<span class="cate-list__time">2026-01-10 01:00{TAIPEI}</span>'
RELATED, HOT = ("wj_referralnews", "list_延伸閱讀"), ("wj_hot_story", "list_熱門新聞")
HTML = f"""<html><body><header><a href="/wj/index">首頁</a></header>
<section class="breaking-news__wrapper"><div class="breaking-news__container">
<div class="breaking-news__icon">快訊</div>{ticker(11)}{ticker(12)}</div></section>
<main><div class="container"><div class="wrapper-left">
<section class="article-content__wrapper">
<a href="/wj/cate/china" class="breadcrumb-items">中國</a>
<section class="article-content__editor">
<p>文<a href="/search/tagging/8877/x">字</a></p>
<section class="keywords"><a href="/search/tagging/8877/y">字</a></section>
<section class="next-page">
{neighbour(21, "wj_lastnews_story", "next-page__prev", "上一則")}
{neighbour(31, "wj_nextnews_story", "next-page__next", "下一則")}
</section></section></section>
{box("延伸閱讀", card(41, *RELATED, "題41"), AD, card(42, *RELATED, "題42"), AD)}
{box("熱門新聞", card(51, *HOT, "橋（路透）", TIME), card(52, *HOT, "", TIME))}
</div><div class="wrapper-side"><div class="side-sticky"><section class="sideHot">
<header><div class="sideHot-header"><h2>超人氣</h2></div>
<a href="/rank/pv/8877" class="read-more">更多</a></header>
<div class="sideHot-container">{popular(61)}{popular(62)}</div></section></div></div>
</div></main></body></html>"""
IDS = {
    Section.TICKER: [11, 12],
    Section.PREVIOUS: [21],
    Section.NEXT: [31],
    Section.RELATED: [41, 42],
    Section.HOT: [51, 52],
    Section.POPULAR: [61, 62],
}


def read(html: str) -> tuple[Found, tuple[Incident, ...]]:
    found, incidents = read_link_lists(
        PageIndex(lxml.html.document_fromstring(html)), PAGE
    )
    return {section: links for section, links in found.items() if links}, incidents


def ids(found: Found) -> dict[Section, list[int | None]]:
    return {section: [link.story_id for link in found[section]] for section in found}


def lose_token(html: str) -> str:
    return html.replace("?from=", "?lost=")


def lose_slot(html: str) -> str:
    return html.replace("data-slotname", "data-lost")


def lose_place(html: str) -> str:
    for name in ("breaking-news", "next-page", "cate-list", "sideHot"):
        html = html.replace(name, "lost")
    for words in ("上一則", "下一則", "快訊<", "延伸閱讀<", "熱門新聞<", "超人氣"):
        html = html.replace(words, "新" + "<" * words.endswith("<"))
    return html


LOSE: dict[str, Callable[[str], str]] = {
    "token": lose_token,
    "slot": lose_slot,
    "place": lose_place,
}


def lost(incidents: tuple[Incident, ...]) -> set[tuple[str | None, str]]:
    assert {incident.kind for incident in incidents} <= {"witness_lost"}
    assert {incident.story_id for incident in incidents} <= {77}
    return {(incident.section, incident.detail["witness"]) for incident in incidents}


def test_every_row_is_in_its_list_and_nothing_else_is() -> None:
    found, incidents = read(HTML)
    assert ids(found) == IDS
    assert incidents == ()


def test_a_row_is_read_whole() -> None:
    found, _ = read(HTML)
    for section, links in found.items():
        assert [link.position for link in links] == list(range(1, len(links) + 1))
        for link in links:
            assert link.section == section
            assert link.anchor_text == f"題{link.story_id}"
            assert link.url == f"{SITE}/wj/story/1/{link.story_id}"
            assert (link.page_url, link.page_story_id) == (PAGE.url, 77)
    first, second = found[Section.HOT]
    assert (first.image_caption, second.image_caption) == ("橋（路透）", None)
    assert first.image_url == "https://p.example/51.jpg"
    assert first.date_witnesses == {
        "list_et": "2026-01-10 01:00",
        "list_roc": "roc：2026-01-10 14:00",
    }


def test_only_hot_pictures_have_a_caption_and_placeholders_are_none() -> None:
    found, _ = read(HTML)
    assert {link.image_caption for link in found[Section.RELATED]} == {None}
    assert {link.image_url for link in found[Section.POPULAR]} == {None}


@pytest.mark.parametrize("gone", [[], *combinations(LOSE, 1), *combinations(LOSE, 2)])
def test_any_one_witness_finds_the_same_rows_and_the_lost_are_named(
    gone: tuple[str, ...],
) -> None:
    html = HTML
    for name in gone:
        html = LOSE[name](html)
    found, incidents = read(html)
    assert ids(found) == IDS
    assert lost(incidents) == {(section, name) for section in IDS for name in gone}


@pytest.mark.parametrize("gone", [(), ("token",), ("slot",)])
@pytest.mark.parametrize(
    ("title", "section"), [("延伸閱讀", Section.RELATED), ("熱門新聞", Section.HOT)]
)
def test_a_box_without_heading_is_not_taken_for_the_one_beside_it(
    title: str, section: Section, gone: tuple[str, ...]
) -> None:
    html = HTML.replace(f"<h2>{title}</h2>", "")
    for name in gone:
        html = LOSE[name](html)
    found, incidents = read(html)
    assert ids(found) == IDS
    assert (section, "place") in lost(incidents)


def test_a_witness_that_one_row_has_lost_is_named_for_its_section_only() -> None:
    html = HTML.replace("/42?from=wj_referralnews", "/42")
    found, incidents = read(html)
    assert ids(found) == IDS
    assert lost(incidents) == {(Section.RELATED, "token")}


def test_two_witnesses_outvote_one() -> None:
    found, _ = read(HTML.replace("/42?from=wj_referralnews", "/42?from=wj_hot_story"))
    assert ids(found) == IDS


def test_links_of_the_body_are_no_rows() -> None:
    html = HTML.replace("/search/tagging/8877/x", "/wj/story/1/99?from=wj_hot_story")
    index = PageIndex(lxml.html.document_fromstring(html))
    (inside,) = index.root.xpath("//p/a[contains(@href, '/99')]")
    found, _ = read_link_lists(index, PAGE, body=[inside])
    assert 99 not in ids(found)[Section.HOT]


@pytest.mark.parametrize("section", [Section.RELATED, Section.HOT, Section.POPULAR])
def test_a_list_that_vanished_is_told(section: Section) -> None:
    found, _ = read(HTML)
    assert missing(found, PAGE.url, 77) == ()
    (incident,) = missing({**found, section: ()}, PAGE.url, 77)
    assert (incident.kind, incident.section) == ("section_missing", section)


PIECES = st.sampled_from(
    [ticker(1), popular(2), card(3, *HOT), AD, TIME, "<h2>超人氣</h2>", "文"]
)
TAGS = st.sampled_from(["div", "a href='x'", "a href='http://['", "h2", "p", "section"])
NESTED = st.recursive(
    PIECES | st.text(max_size=5),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
        TAGS,
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(NESTED, max_size=4).map("".join))
def test_any_nesting_is_read_with_ranks_without_gaps(html: str) -> None:
    found, incidents = read(f"<html><body><i></i>{html}</body></html>")
    lost(incidents)
    for links in found.values():
        assert [link.position for link in links] == list(range(1, len(links) + 1))
        assert all(link.anchor_text != "" for link in links)
