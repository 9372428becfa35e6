"""The JSON list API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scrapy.http import TextResponse

from crawler.items import Link, Scope, Section
from crawler.pages.api import parse_api
from crawler.pages.list_page import NotAList

URL = "https://www.worldjournal.com/api/more?type=breaknews&page=2"
ROW = {
    "url": "https://pgw.worldjournal.com/gw/photo.php?u=http://p.example/1.jpg&s=Y",
    "titleLink": "https://www.worldjournal.com/wj/story/121251/11?from=wj_catebreaknews",
    "title": "林大明 <em>陳小華</em>",
    "paragraph": " 第一句。\n第二句。 ",
    "cateLink": "https://www.worldjournal.com/wj/cate/arts",
    "cateTitle": "藝文",
    "time": {
        "art_roc_time": "2026-01-10 14:00:00",
        "date": "2026-01-10 01:00",
        "modify_time": 1768024926848,
    },
    "slotname": "x",
    "content_level": "開放閱讀",
}
LINK = Link(
    page_url=URL,
    page_story_id=None,
    section=Section.CHANNEL_LIST,
    scope=Scope.CHANNEL,
    scope_key="breaking",
    position=21,
    url="https://www.worldjournal.com/wj/story/121251/11",
    story_id=11,
    anchor_text="林大明 陳小華",
    date_witnesses={"list_et": "2026-01-10 01:00", "list_roc": "2026-01-10 14:00:00"},
    image_url="https://p.example/1.jpg",
    summary="第一句。 第二句。",
    placement="wj_catebreaknews",
)


def answer(body: Any) -> TextResponse:
    return TextResponse(URL, body=json.dumps(body).encode(), encoding="utf-8")


def test_a_row_is_a_link_of_the_list_that_goes_on() -> None:
    page = parse_api(
        answer({"lists": [ROW], "end": False}), scope_key="breaking", first_rank=21
    )
    assert page.links == page.rows == (LINK,)
    assert not page.end


def test_rows_that_say_little_are_kept_and_ranked() -> None:
    rows = [{"ad": 1}, {"titleLink": "/wj/story/1/2", "time": None}, ROW, "x"]
    page = parse_api(answer({"lists": rows}), scope_key="breaking")
    assert [(li.position, li.story_id) for li in page.links] == [(1, 2), (2, 11)]
    first = page.links[0]
    assert (first.anchor_text, first.date_witnesses, first.summary) == (None, {}, None)


@pytest.mark.parametrize(
    "body", [{"lists": [], "end": False}, {"lists": [ROW], "end": True}]
)
def test_the_end_is_said_or_shown(body: Any) -> None:
    assert parse_api(answer(body), scope_key="breaking").end


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"lists": [',
        b"[]",
        b'{"lists": {}}',
        b"\xff\xfe{",
        b"[" * 9999,
    ],
)
def test_what_is_no_list_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(NotAList, match="api/more"):
        parse_api(TextResponse(URL, body=body), scope_key="breaking")
