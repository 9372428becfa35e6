"""List pages as a whole."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse, JsonResponse, Response

from crawler.pages.channel import parse_channel, scope_key
from crawler.pages.list_page import NotAList

SITE = "https://www.worldjournal.com"
HTML = """<html><head><meta name="cate_id" content="121106"/>
<title>上下古今 | 藝文 | 世界新聞網</title></head><body>
<div class="subcate-list"><div class="subcate-list__link">
<a href="/wj/story/121251/11?from=wj_catelistnews" title="標題一"></a>
</div></div></body></html>"""


def page(html: str, url: str = f"{SITE}/wj/cate/arts/121251") -> HtmlResponse:
    return HtmlResponse(url, body=html.encode(), encoding="utf-8")


def test_a_list_page_tells_its_channel_and_its_rows() -> None:
    read = parse_channel(page(HTML))
    assert (read.channel, read.channel_id) == ("藝文", 121106)
    (row,) = read.rows
    assert (row.story_id, row.anchor_text, row.scope_key) == (
        11,
        "標題一",
        "arts/121251",
    )


def test_the_breadcrumb_names_the_channel_first() -> None:
    crumb = '<nav><a class="breadcrumb-items">美國</a></nav></body>'
    assert parse_channel(page(HTML.replace("</body>", crumb))).channel == "美國"


def test_a_replicas_page_gives_the_sites_addresses() -> None:
    origin = "http://127.0.0.1:8000"
    read = parse_channel(page(HTML, f"{origin}/wj/cate/arts"), origin=origin)
    assert read.links[0].page_url == f"{SITE}/wj/cate/arts"
    assert read.links[0].url == f"{SITE}/wj/story/121251/11"


def test_a_page_without_a_list_says_so() -> None:
    read = parse_channel(page("<html><body></body></html>"))
    assert read.links == ()
    assert [one.kind for one in read.incidents] == ["section_missing"]


@pytest.mark.parametrize(
    "response",
    [
        Response(f"{SITE}/wj/cate/arts", body=b"\x89PNG"),
        JsonResponse(f"{SITE}/wj/cate/arts", body=b"{}"),
    ],
)
def test_what_is_no_html_is_refused(response: Response) -> None:
    with pytest.raises(NotAList, match="no HTML"):
        parse_channel(response)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/wj/cate/breaking", "breaking"),
        ("/wj/cate/breaking/121006", "breaking/121006"),
        ("/rank/newest/8877/121106", "rank/newest/8877/121106"),
    ],
)
def test_a_list_is_named_by_its_path(path: str, key: str) -> None:
    assert scope_key(SITE + path) == key
