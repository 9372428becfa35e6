"""The body: story text and photos in reading order, and no page chrome."""

from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.sections.body import Body, read_body

PHOTO = "https://uc.udn.com.tw/photo/wj/"


def read(html: str) -> Body:
    return read_body(
        lxml.html.fragment_fromstring(
            f'<section class="article-content__editor ">{html}</section>'
        )
    )


def figure(number: int, caption: str = "") -> str:
    return (
        f'<figure><picture><img data-src="{PHOTO}{number}.jpg" alt="{caption}">'
        f"</picture><figcaption>{caption}</figcaption></figure>"
    )


TEXTS = [
    # paragraphs
    ("<p>\n</p><p>\n一，二。</p>", ["一，二。"]),
    ("<!--0--><p>一</p><!--1--><p> </p><p>二</p><!--99-->", ["一", "二"]),
    ("<p>同</p><p>同</p>", ["同", "同"]),
    ("<p>去<a href='/t'><strong>舊港</strong></a><!-- # -->、橋</p>", ["去舊港、橋"]),
    ("<p>一<br>二</p>", ["一 二"]),
    ("<p>5 &lt; 6 &amp; 7</p>", ["5 < 6 & 7"]),
    ("<p>一<script>var x = '樹';</script>二<style>p {}</style></p>", ["一二"]),
    # subheads
    ("<p><strong>小標</strong></p><p>文</p>", ["小標", "文"]),
    ("<h2>小標</h2><p>文</p>", ["小標", "文"]),
    ("<h3>小標</h3><h5>再小</h5><p>文</p>", ["小標", "再小", "文"]),
    # other wrappings
    ("開頭<p>一</p>中間<p>二</p>結尾", ["開頭", "一", "中間", "二", "結尾"]),
    ("一<br><br>二<br/>三", ["一", "二", "三"]),
    ("<span>一</span><b>二</b><p>三</p>", ["一二", "三"]),
    ("<div><p>一</p><div>二<p>三</p></div></div>", ["一", "二", "三"]),
    ("<div>一</div><div>二</div>", ["一", "二"]),
    ("<ul><li>一</li><li>二</li></ul>", ["一", "二"]),
    ("<blockquote>引</blockquote><p>文</p>", ["引", "文"]),
    ("<blockquote><p>引一</p><p>引二</p></blockquote>", ["引一", "引二"]),
    ("<table><tr><td>甲</td><td>乙</td></tr></table>", ["甲", "乙"]),
    ("", []),
]


@pytest.mark.parametrize(("html", "expected"), TEXTS)
def test_every_paragraph_is_read_once_and_whole(html: str, expected: list[str]) -> None:
    assert read(html).paragraphs == expected


CHROME = [
    "<div><span>聽新聞</span><span>test</span><span>0:00 /0:00</span></div>",
    "<p>聽新聞</p><p>test</p><p>0:00 /0:00</p>",
    "<p>聽新聞 test 0:00 / 3:25</p>",
    "<div class='udn-ads-300x250--border'><div class='udn-ads'>廣告</div></div>",
    "<div class='udn-ads'><p>廣告</p></div>",
    "<div id='div-gpt-ad-1617286621665-0'><p>廣告</p></div>",
    "<div id='ads-inline'><p>廣告</p></div>",
    "<div id='admaruPlayerWrapperContainer'><p>廣告</p></div>",
    "<div id='underlay-checkpoint'>廣告</div>",
    "<div class='article-content__ads--bd'><p>廣告</p></div>",
    "<aside class='article-content__social'><p>掃一掃</p></aside>",
    "<p class='wechat__hint'>掃一掃</p>",
    "<script>tips[0] = \"<a href='#'>➤➤➤訂閱</a>\"; document.write('<p>')</script>",
    "<style>.article-content__ads--bd {}</style>",
    "<noscript><p>廣告</p></noscript>",
    "<div class='video-container'><iframe src='https://v.example/x'>影</iframe></div>",
    "<p>➤➤➤想看更多</p>",
    "<p><a href='#'><strong>➤➤➤訂閱電子報</strong></a></p>",
    "<p>▲ 影片來源：平台＠某（請連絡刪除。）This image(video) is used for news</p>",
    "<p>影片來源:記者林大明</p>",
    "<p><strong>世報陪您半世紀</strong></p>",
    "<p>\u00a0</p><p>\u200b</p>",
    "<!-- 文章大圖 -->",
]


@pytest.mark.parametrize("chrome", CHROME)
def test_what_is_no_story_text_is_left_out(chrome: str) -> None:
    body = read(f"<p>一</p>{chrome}<p>二</p>")
    assert body.paragraphs == ["一", "二"]
    assert body.links == []
    assert body.figures == []


STORY_TEXT = [
    "他說，聽新聞的人變多了",
    "影片來源不明，警方調查中",
    "世報陪您半世紀，走過十座城市",
    "比賽打成0:00 /0:00之後",
    "test 一下新步道",
]


@pytest.mark.parametrize("text", STORY_TEXT)
def test_a_sentence_that_only_begins_like_chrome_is_kept(text: str) -> None:
    assert read(f"<p>{text}</p>").paragraphs == [text]


ENDS = [
    "<div id='story_end'></div>",
    "<section class='keywords'><a href='/t'>橋</a></section>",
    "<section class='next-page'><a href='/n'><p>上一則</p><h3>題</h3></a></section>",
    "<section class=' next-page x '><p>下一則</p></section>",
    "<div><p>二</p><div id='story_end'></div></div>",
]


@pytest.mark.parametrize("end", ENDS)
def test_nothing_behind_the_story_s_end_is_body(end: str) -> None:
    after = f"<p>上一則</p>散{figure(9)}<p>下一則<a href='/x'>x</a></p>"
    body = read(f"<p>一</p>{end}{after}")
    assert body.paragraphs in (["一"], ["一", "二"])
    assert (body.figures, body.links) == ([], [])


def places(html: str) -> list[tuple[str, int]]:
    """(file name, paragraphs before it) of each photo."""
    figures = read(html).figures
    assert [one.position for one in figures] == list(range(1, len(figures) + 1))
    return [(one.url.removeprefix(PHOTO), one.after_paragraph) for one in figures]


PLACES = [
    (figure(1) + "<p>一</p>", [("1.jpg", 0)]),
    (f"<p>一</p>{figure(1)}<p>二</p>{figure(2)}", [("1.jpg", 1), ("2.jpg", 2)]),
    (f"<p>一</p><p>\n</p>{figure(1)}", [("1.jpg", 1)]),
    (f"<p>一{figure(1)}</p><p>二</p>", [("1.jpg", 1)]),
    (f"<p>{figure(1)}一</p><p>二</p>", [("1.jpg", 0)]),
    (f"<p>{figure(1)}一{figure(2)}</p>", [("1.jpg", 0), ("2.jpg", 1)]),
    (f"<p>{figure(1, '橋')}{figure(2)}一</p>", [("1.jpg", 0), ("2.jpg", 0)]),
    (f"<p><br>一{figure(1)}</p>", [("1.jpg", 1)]),
    (f"<p>一<b>二</b>{figure(1)}三</p>", [("1.jpg", 1)]),
    (f"<span>{figure(1)}</span><p>一</p>", [("1.jpg", 0)]),
    (f"<p>一</p><a href='/x'>{figure(1)}</a>", [("1.jpg", 1)]),
    (f"<p>{figure(1)}</p><p>一</p>", [("1.jpg", 0)]),
    (f"散文{figure(1)}<p>一</p>", [("1.jpg", 1)]),
    (f"<div><div>{figure(1)}</div></div><p>一</p>", [("1.jpg", 0)]),
    (f"<p>一</p><img data-src='{PHOTO}1.jpg'><p>二</p>", [("1.jpg", 1)]),
    (f"<p>一<img data-src='{PHOTO}1.jpg'></p>", [("1.jpg", 1)]),
    (f"{figure(1)}<p>一</p>{figure(1)}", [("1.jpg", 0)]),
    ("<figure><img data-src='https://p.example/noimg_cid1.jpg'></figure><p>一</p>", []),
    (f"<div class='udn-ads'>{figure(1)}</div><p>一</p>", []),
]


@pytest.mark.parametrize(("html", "expected"), PLACES)
def test_photos_stand_where_the_page_prints_them(
    html: str, expected: list[tuple[str, int]]
) -> None:
    assert places(html) == expected


WITH_CAPTION = figure(1, "橋（路透）")


@pytest.mark.parametrize(
    "html",
    [
        f"{WITH_CAPTION}<p>一</p>",
        f"<p>一{WITH_CAPTION}</p>",
        f"<p>{WITH_CAPTION}一</p>",
        f"<div>{WITH_CAPTION}<p>一</p></div>",
        f"<strong>{WITH_CAPTION}</strong><p>一</p>",
    ],
)
def test_a_caption_is_the_photo_s_and_no_paragraph(html: str) -> None:
    body = read(html)
    assert body.paragraphs == ["一"]
    assert [(one.caption, one.credit) for one in body.figures] == [("橋", "路透")]


def test_links_of_the_text_come_in_order() -> None:
    body = read(
        "<p>去<a href='/1'>港</a>和<a href='/2'>橋</a></p><p><a>無</a></p>"
        "<span><a href='/3'>樹</a></span><p>\n</p>"
    )
    assert [link.get("href") for link in body.links] == ["/1", "/2", "/3"]


TAGS = st.sampled_from(
    (
        *("p", "div", "span", "h3", "figure", "figcaption", "img", "a", "ul", "li"),
        *("br", "table", "td", "blockquote", "picture", "source", "script", "svg"),
    )
)
ATTRIBUTES = st.sampled_from(
    (
        *("", " class='keywords'", " id='story_end'", " class='udn-ads'", " class=' '"),
        *(f" data-src='{PHOTO}1.jpg'", " href='/wj/story/1/2'", " data-src='http://['"),
    )
)
LEAVES = st.sampled_from(("", "文", " \n", "&#0;", "<!--x-->", "<?x?>", "➤➤➤", "&amp;"))
NESTED = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda tag, attribute, parts: f"<{tag}{attribute}>{''.join(parts)}</{tag}>",
        TAGS,
        ATTRIBUTES,
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(NESTED, max_size=4).map("".join))
def test_any_nesting_is_read_without_empty_strings(html: str) -> None:
    body = read(html)
    assert all(text and text == text.strip() for text in body.paragraphs)
    assert [one.position for one in body.figures] == [
        at for at, _ in enumerate(body.figures, 1)
    ]
    for one in body.figures:
        assert 0 <= one.after_paragraph <= len(body.paragraphs)
