"""The list of a channel page, by any one of its witnesses."""

from __future__ import annotations

from collections.abc import Callable

import lxml.html
import pytest

from crawler.items import Link, Scope, Section
from crawler.loaders import Page
from crawler.sections.channel_list import read_channel_list

Lose = Callable[[str], str]
PAGE = Page(
    url="https://www.worldjournal.com/wj/cate/arts/121251", channel_key="arts/121251"
)
PHOTO = "https://pgw.worldjournal.com/gw/photo.php?u=http://p.example/1.jpg&amp;s=Y"
NO_PHOTO = (
    "https://pgw.worldjournal.com/gw/photo.php?u=https://p.example/noimg_cid1.jpg"
)

# The second row's address is relative, its picture a placeholder, its Taipei time a
# comment; around the list lie links of other sections
HTML = f"""<html><body>
<section class="breaking-news__wrapper"><h2 class="breaking-news">
<a href="/wj/story/1/90?from=wj_msg" data-slotname="list_快訊">快訊一</a></h2></section>
<main><div class="subcate-list" id="breaknews"><div class="subcate-list__wrapper">
<div class="subcate-list__content-big">
  <a href="https://www.worldjournal.com/wj/story/121251/11?from=wj_catelistnews"
   data-slotname="list_最新文章"><picture>
   <img data-src="{PHOTO}" alt="標題一"></picture></a>
  <div class="subcate-list__link__text">
  <a href="/wj/cate/arts">藝文</a>
  <a href="https://www.worldjournal.com/wj/story/121251/11?from=wj_catelistnews"
   title="標題一" data-slotname="list_最新文章">
   <h3 class="subcate-list__link__title"> 標題一 </h3>
   <p class="subcate-list__link__content">摘要一，<b>重點</b>。</p></a>
  <span class="subcate-list__time">2026-01-10 01:00</span>
  <span class="subcate-list__time subcate-list__time--roc">2026-01-10 14:00</span>
  </div>
</div>
<div class="udn-ads"><a href="https://ads.example/x">廣告</a></div>
<div class="subcate-list__link">
  <div class="subcate-list__link__text">
  <a href="/wj/story/121252/12?from=wj_catelistnews" title="標題二"
   data-slotname="list_最新文章"><img data-src="{NO_PHOTO}" alt="">
   <h3 class="subcate-list__link__title">標題二</h3></a>
  <span class="subcate-list__time">2026-01-09 23:30<!-- roc：2026-01-10 12:30 --></span>
  </div>
</div>
</div></div></main>
<div class="wrapper-side"><section class="sideHot">
<a href="/wj/story/1/91?from=wj_hotnews_story" class="sideHot-lists"
 data-slotname="list_熱門文章右側"><h3>熱門</h3></a></section></div>
</body></html>"""


def row(position: int, **fields: object) -> Link:
    return Link(
        page_url=PAGE.url,
        page_story_id=None,
        section=Section.CHANNEL_LIST,
        scope=Scope.CHANNEL,
        scope_key="arts/121251",
        position=position,
        **fields,  # type: ignore[arg-type]
    )


ROWS = (
    row(
        1,
        url="https://www.worldjournal.com/wj/story/121251/11",
        story_id=11,
        anchor_text="標題一",
        date_witnesses={"list_et": "2026-01-10 01:00", "list_roc": "2026-01-10 14:00"},
        image_url="https://p.example/1.jpg",
        summary="摘要一，重點。",
        placement="wj_catelistnews",
    ),
    row(
        2,
        url="https://www.worldjournal.com/wj/story/121252/12",
        story_id=12,
        anchor_text="標題二",
        date_witnesses={
            "list_et": "2026-01-09 23:30",
            "list_roc": "roc：2026-01-10 12:30",
        },
        placement="wj_catelistnews",
    ),
)


def read(html: str, first_rank: int = 1) -> tuple[Link, ...]:
    return read_channel_list(
        lxml.html.document_fromstring(html), PAGE, first_rank=first_rank
    )


def without_classes(html: str) -> str:
    return html.replace("subcate-list", "lost").replace('id="breaknews"', "")


def without_slotnames(html: str) -> str:
    return html.replace("data-slotname", "data-lost")


def without_placements(html: str) -> str:
    return html.replace("?from=wj_catelistnews", "")


def test_every_row_is_read_whole() -> None:
    assert read(HTML) == ROWS


@pytest.mark.parametrize(
    "lost",
    [
        (without_classes,),
        (without_slotnames,),
        (without_classes, without_slotnames),
    ],
)
def test_the_token_alone_finds_the_same_rows(lost: tuple[Lose, ...]) -> None:
    html = HTML
    for lose in lost:
        html = lose(html)
    assert read(html) == ROWS


@pytest.mark.parametrize("lose", [without_classes, without_slotnames, str])
def test_without_tokens_the_others_find_the_same_stories(lose: Lose) -> None:
    found = read(lose(without_placements(HTML)))
    assert [(li.story_id, li.anchor_text, li.placement) for li in found] == [
        (11, "標題一", None),
        (12, "標題二", None),
    ]
    assert [li.date_witnesses for li in found] == [li.date_witnesses for li in ROWS]


def test_ranks_go_on_where_the_page_before_ended() -> None:
    assert [li.position for li in read(HTML, first_rank=21)] == [21, 22]


def test_a_page_without_a_list_has_no_rows() -> None:
    assert read("<html><body><a href='/wj/story/1/2'>x</a></body></html>") == ()
