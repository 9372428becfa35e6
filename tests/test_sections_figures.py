"""Photos: address, caption, credit; and what is no photo at all."""

from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Figure
from crawler.photos import photo_original
from crawler.sections.figures import read_figure, split_credit

PROXY = "https://pgw.worldjournal.com/gw/photo.php?u="
PHOTO = "https://uc.udn.com.tw/photo/wj/realtime/2026/03/07/1.jpg"
SIZES = "&x=0&y=0&sw=0&sh=0&sl=W&fw=800&exp=3600&q=75"
NO_PHOTO = "https://p.udn.com.tw/upf/2020_wj/noimg_cid121010_4.jpg"


def figure(html: str) -> Figure | None:
    return read_figure(lxml.html.fragment_fromstring(html), 1, 0)


def address(html: str) -> str | None:
    found = figure(html)
    return found.url if found else None


def said(html: str) -> tuple[str | None, str | None]:
    found = figure(f'<figure><img data-src="{PHOTO}">{html}</figure>')
    assert found
    return found.caption, found.credit


CREDITS = [
    ("河岸步道。（美聯社）", ("河岸步道。", "美聯社")),
    ("河岸步道。(美聯社)", ("河岸步道。", "美聯社")),
    ("河岸步道（美聯社)", ("河岸步道", "美聯社")),
    ("河岸步道（美聯社）。", ("河岸步道", "美聯社")),
    ("河岸步道 （ 本報資料照 ） ", ("河岸步道", "本報資料照")),
    ("老樹（左）與橋（記者林大明／攝影）", ("老樹（左）與橋", "記者林大明／攝影")),
    ("老樹（左）與橋", ("老樹（左）與橋", None)),
    ("（中央社）", (None, "中央社")),
    ("河岸步道（）", ("河岸步道", None)),
    ("河岸步道（ ）", ("河岸步道", None)),
    ("河岸步道", ("河岸步道", None)),
    ("河岸步道（美聯社", ("河岸步道（美聯社", None)),
    ("河岸步道美聯社）", ("河岸步道美聯社）", None)),
    ("（圖／中央社）河岸步道", ("（圖／中央社）河岸步道", None)),
    ("", ("", None)),
    (None, (None, None)),
]


@pytest.mark.parametrize(("caption", "expected"), CREDITS)
def test_the_credit_is_what_stands_in_brackets_at_the_end(
    caption: str | None, expected: tuple[str | None, str | None]
) -> None:
    assert split_credit(caption) == expected


@given(st.text(alphabet="橋樹 （）()。／\n", max_size=40))
def test_any_caption_is_split_without_empty_strings(caption: str) -> None:
    for part in split_credit(caption or None):
        assert part is None or part


CAPTIONS = [
    ("<figcaption>橋（路透）</figcaption>", ("橋", "路透")),
    ("<figcaption>\n橋 <b>梁</b>\n（路透）</figcaption>", ("橋 梁", "路透")),
    ("<figcaption>橋<script>x()</script><!-- 註 --></figcaption>", ("橋", None)),
    ("<figcaption></figcaption>", (None, None)),
    ("<figcaption> </figcaption><img alt='樹（中央社）'>", ("樹", "中央社")),
    ("<figcaption>橋</figcaption><img alt='樹'>", ("橋", None)),
    ("<img alt='樹'>", ("樹", None)),
    ("<img alt=''><img alt='樹'>", ("樹", None)),
    ("<img title='樹'>", (None, None)),
]


@pytest.mark.parametrize(("html", "expected"), CAPTIONS)
def test_the_caption_is_the_printed_one_else_the_picture_s_alt(
    html: str, expected: tuple[str | None, str | None]
) -> None:
    assert said(html) == expected


def test_a_caption_cut_in_the_alt_is_whole_below_the_photo() -> None:
    whole = "圖書館" * 20
    cut = f'<figure><img alt="{whole[:40]}..." data-src="{PHOTO}">'
    found = figure(f"{cut}<figcaption>{whole}（路透）</figcaption></figure>")
    assert found == Figure(position=1, url=PHOTO, caption=whole, credit="路透")


ORIGINALS = [
    (f"{PROXY}{PHOTO}{SIZES}", PHOTO),
    (f"{PROXY}{PHOTO}", PHOTO),
    (f"{PROXY}http://uc.udn.com.tw/a/1.jpg{SIZES}", "https://uc.udn.com.tw/a/1.jpg"),
    (f"{PROXY}https%3A%2F%2Fp.example%2F1.jpg&s=Y", "https://p.example/1.jpg"),
    (f"https://pgw.worldjournal.com/gw/photo.php?s=Y&u={PHOTO}&x=0", PHOTO),
    (f"//pgw.worldjournal.com/gw/photo.php?u={PHOTO}&x=0", PHOTO),
    (PHOTO, PHOTO),
    ("//p.example/1.jpg", "https://p.example/1.jpg"),
    ("/static/1.jpg", "https://www.worldjournal.com/static/1.jpg"),
    (f" {PHOTO}\n", PHOTO),
    (f"{PROXY}{NO_PHOTO}{SIZES}", None),
    (NO_PHOTO, None),
    ("https://www.worldjournal.com/static/img/og_image.png", None),
    (PROXY, None),
    ("https://pgw.worldjournal.com/gw/photo.php?s=Y", None),
    ("", None),
    ("javascript:alert(1)", None),
    ("data:image/gif;base64,R0lGOD", None),
    ("file:///etc/hostname", None),
    ("https://[broken/1.jpg", None),
    ("https://p.example:port/1.jpg", None),
]


@pytest.mark.parametrize(("raw", "expected"), ORIGINALS)
def test_the_original_is_taken_out_of_the_image_proxy(
    raw: str, expected: str | None
) -> None:
    assert photo_original(raw) == expected


@given(st.text(max_size=60) | st.text(max_size=60).map(PROXY.__add__))
def test_any_address_is_a_web_address_or_no_photo(raw: str) -> None:
    found = photo_original(raw)
    assert found is None or found.startswith(("https://", "http://"))


ADDRESSES = [
    (f'<img data-src="{PHOTO}">', PHOTO),
    (f'<img src="{PHOTO}" alt="">', PHOTO),
    (f'<img src="data:image/gif;base64,x" data-src="{PHOTO}">', PHOTO),
    (f'<figure><img src="{NO_PHOTO}" data-src="{PHOTO}"></figure>', PHOTO),
    (f'<figure data-url="{PHOTO}"><img></figure>', PHOTO),
    (
        f'<figure><source data-srcset="{PHOTO} 800w, b.jpg 2x"></figure>',
        PHOTO,
    ),
    (f'<figure><img data-src="{NO_PHOTO}"><img data-src="{PHOTO}"></figure>', PHOTO),
    (
        f'<figure data-url="{NO_PHOTO}"><img data-src="{NO_PHOTO}" alt="樹"></figure>',
        None,
    ),
    ("<figure><figcaption>橋（路透）</figcaption></figure>", None),
    ('<figure><img data-src=" " src=""></figure>', None),
    ('<figure><iframe src="https://v.example/x"></iframe></figure>', None),
]


@pytest.mark.parametrize(("html", "expected"), ADDRESSES)
def test_the_photo_is_found_wherever_the_page_puts_its_address(
    html: str, expected: str | None
) -> None:
    assert address(html) == expected


def test_a_figure_says_where_it_stands() -> None:
    element = lxml.html.fragment_fromstring(f'<img data-src="{PHOTO}">')
    assert read_figure(element, 3, 5) == Figure(
        position=3, url=PHOTO, after_paragraph=5
    )
