"""A real story page of the site, field by field.

The page is another's text and lies beside the project, never in it. Numbers, addresses
and times are facts and stand here; words are read off the same file by a second, plain
way (regular expressions written for this one page), so that two readers must agree.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from tests.crawling import ROOT, scrapy

PAGE = ROOT.parent / "shared" / "site" / "story-8241914.html"
SITE = "https://www.worldjournal.com"
URL = f"{SITE}/wj/story/121251/8241914"
PHOTOS = "https://uc.udn.com.tw/photo/wj/realtime/2024"
NOT_HERE = "the real page is not part of the project; it lies in ../shared/site"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason=NOT_HERE)

FACTS: dict[str, Any] = {
    "item": "Article",
    "story_id": 8241914,
    "url": URL,
    "channel_id": 121106,
    "subcategory_id": 121251,
    "organization": None,
    "wire": False,
    "place": None,
    "dateline_day": None,
    "report_type": None,
    "published_at": "2024-09-28T06:00:00+00:00",
    "modified_at": "2024-09-28T06:00:00+00:00",
    "date_witnesses": {
        "jsonld_published": "2024-09-28T02:00:00-04:00",
        "jsonld_modified": "2024-09-28T02:00:00-04:00",
        "meta_date": "2024-09-28 02:00:00",
        "time_et": "2024-09-28 02:00 ET",
        "time_roc": "ROC 2024-09-28 14:00",
        "data_layer": "2024-09-28 02:00",
    },
    "figures": [
        {
            "position": 1,
            "url": f"{PHOTOS}/09/21/30572290.jpg",
            "caption": None,
            "credit": None,
            "after_paragraph": 0,
        }
    ],
    "language": "zh-TW",
}
# section -> (rank, path, ?from= token, listed_at, photo)
LISTS: dict[str, list[tuple[int, str, str, str | None, str | None]]] = {
    "ticker": [
        (1, "121257/8284790", "wj_msg", None, None),
        (2, "121551/8284798", "wj_msg", None, None),
    ],
    "previous": [(1, "122163/8256602", "wj_lastnews_story", None, None)],
    "next": [(1, "121252/8255352", "wj_nextnews_story", None, None)],
    "related": [(1, "121472/8241643", "wj_referralnews", None, "09/21/30571149")],
    "hot": [
        (
            *(1, "121535/8259682", "wj_hot_story"),
            *("2024-09-29T17:30:00+00:00", "09/30/30628643"),
        ),
        (2, "121250/8245592", "wj_hot_story", "2024-10-04T06:02:00+00:00", None),
    ],
    "popular": [(1, "121469/8283944", "wj_hotnews_story", None, "10/10/30694407")],
}
SCOPES = {
    "ticker": ("site", "site"),
    "popular": ("site", "site"),
    "hot": ("channel", "121106"),
}


@pytest.fixture(scope="module")
def raw() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def items() -> list[dict[str, Any]]:
    """What a user sees who types the command."""
    done = scrapy("extract", str(PAGE), "--url", URL)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def article(items: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = [item for item in items if item["item"] == "Article"]
    return found


@pytest.mark.parametrize("field", FACTS)
def test_every_fact_of_the_story_is_exact(article: dict[str, Any], field: str) -> None:
    assert article[field] == FACTS[field]


@pytest.mark.parametrize(
    ("field", "pattern"),
    [
        ("title", r'article-content__title">(.*?)</h1>'),
        ("channel", r'cate/arts" class="breadcrumb-items">(.*?)</a>'),
        ("subcategory", r'<a class="breadcrumb-items">(.*?)</a>'),
        ("byline", r'article-content__author">\s*(.*?)\s*</span>'),
        ("content_level", r'dataLayer\[0\]\.content_level = "(.*?)"'),
    ],
)
def test_every_short_text_is_what_the_page_prints(
    article: dict[str, Any], raw: str, field: str, pattern: str
) -> None:
    assert article[field] == only(pattern, raw)


def test_a_bare_name_in_the_byline_is_the_author(
    article: dict[str, Any], raw: str
) -> None:
    name = only(r'article-content__author">\s*(.*?)\s*</span>', raw)
    assert article["contributors"] == [{"role": "author", "name": name}]


def test_the_body_is_its_paragraphs_and_nothing_else(
    article: dict[str, Any], raw: str
) -> None:
    editor = raw.split("<!--0-->")[1].split("<!--99-->")[0]
    printed = re.findall(r"<p>\s*(.*?)</p>", without_comments(editor), re.DOTALL)
    texts = [html.unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in printed]
    assert article["paragraphs"] == [text for text in texts if text]
    assert len(article["paragraphs"]) == 4


def test_keywords_stand_in_page_order(article: dict[str, Any], raw: str) -> None:
    assert article["keywords"] == re.findall(
        r'btn-keyword" data-rel="[^"]+">(.*?)<', raw
    )
    assert len(article["keywords"]) == 3


def test_sections_come_in_page_order(items: list[dict[str, Any]]) -> None:
    order = [item.get("section", "article") for item in items]
    expected = ["article", *["ticker"] * 2, *["body"] * 2, "previous", "next"]
    assert order == [*expected, "related", *["hot"] * 2, "popular"]


@pytest.mark.parametrize("section", LISTS)
def test_every_list_is_exact_in_order_rank_address_time_and_photo(
    items: list[dict[str, Any]], section: str
) -> None:
    found = of_section(items, section)
    scope, key = SCOPES.get(section, ("page", "8241914"))
    assert found == [
        {
            **found[at],
            "page_url": URL,
            "page_story_id": 8241914,
            "scope": scope,
            "scope_key": key,
            "position": rank,
            "url": f"{SITE}/wj/story/{path}",
            "story_id": int(path.partition("/")[2]),
            "listed_at": listed_at,
            "image_url": photo and f"{PHOTOS}/{photo}.jpg",
            "summary": None,
            "placement": token,
        }
        for at, (rank, path, token, listed_at, photo) in enumerate(LISTS[section])
    ]


@pytest.mark.parametrize("section", LISTS)
def test_every_anchor_text_is_the_row_s_heading(
    items: list[dict[str, Any]], raw: str, section: str
) -> None:
    for link in of_section(items, section):
        row = only(rf'href="[^"]*/{link["story_id"]}\?from=(.*?)</a>', raw)
        heading = only(r"<(?:h3|span)[^>]*title[^>]*>(.*?)</|<h3>(.*?)</h3>", row)
        assert link["anchor_text"] == " ".join(heading.split())


def test_only_hot_rows_carry_the_caption_of_their_photo(
    items: list[dict[str, Any]], raw: str
) -> None:
    captions = [item["image_caption"] for item in items if item.get("image_caption")]
    row = only(r"8259682\?from=(.*?)</a>", raw)
    assert captions == [only(r'<img alt="(.*?)"', row)]


def test_links_inside_the_text_are_placements_of_the_body(
    items: list[dict[str, Any]], raw: str
) -> None:
    words = re.findall(r'trigger_tag".*?<strong>(.*?)</strong>', raw)
    assert [link["anchor_text"] for link in of_section(items, "body")] == words
    assert all("/search/tagging/8877/%" in i["url"] for i in of_section(items, "body"))


def of_section(items: list[dict[str, Any]], section: str) -> list[dict[str, Any]]:
    return [item for item in items if item.get("section") == section]


def only(pattern: str, text: str) -> str:
    """The first group that the first fit of a pattern has."""
    found = re.search(pattern, text, re.DOTALL)
    assert found, f"the page has nothing like {pattern}"
    return html.unescape(next(group for group in found.groups() if group is not None))


def without_comments(text: str) -> str:
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
