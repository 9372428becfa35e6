"""Charsets, as labelled and as they are: a story page in every wrong combination."""

from __future__ import annotations

from typing import NamedTuple

from tests.faults.answers import page
from tests.faults.server import Resource  # noqa: TC001 - of a field

# Hong Kong's additions to Big5 among the usual characters
HONG_KONG = "深水埗嘅茶餐廳喺街市旁邊"
SIMPLIFIED = "纽约的图书馆下个月开始举办免费的电脑课程，报名从星期一开始"
TRADITIONAL = "紐約的圖書館下個月開始舉辦免費的電腦課程，報名從星期一開始"


class Case(NamedTuple):
    """``body`` is ``text`` in ``coding``; the header says ``header``, the page
    ``meta``. ``cut``: bytes that are missing in the midst of a character."""

    name: str
    coding: str
    header: str | None
    meta: str | None = None
    text: str = TRADITIONAL
    cut: int = 0

    def html(self, number: int = 9300001) -> str:
        """A story page of invented text."""
        meta = f'<meta charset="{self.meta}">' if self.meta else ""
        url = f"https://www.worldjournal.com/wj/story/121339/{number}"
        body = "".join(f"<p>{self.text}。{n}</p>" for n in range(12))
        return (
            f"<!doctype html><html><head>{meta}<title>{self.text}</title>"
            f'<link rel="canonical" href="{url}"></head><body>'
            '<section class="article-content__wrapper">'
            '<article class="article-content">'
            f'<h1 class="article-content__title">{self.text}</h1>'
            f'<section class="article-content__editor">{body}</section>'
            "</article></section></body></html>"
        )

    def body(self, number: int = 9300001) -> bytes:
        sent = self.html(number).encode(self.coding)
        if self.cut:
            place = sent.index("7</p>".encode(self.coding)) - 3
            sent = sent[: place - self.cut] + sent[place:]
        return sent

    def resource(self, number: int = 9300001) -> Resource:
        kind = f"text/html; charset={self.header}" if self.header else "text/html"
        return page(self.body(number), kind=kind)


CASES = (
    Case("utf-8", "utf-8", "utf-8"),
    Case("utf-8 labelled big5", "utf-8", "big5"),
    Case("utf-8 labelled latin-1", "utf-8", "iso-8859-1"),
    Case("utf-8 unlabelled", "utf-8", None),
    Case("big5 labelled utf-8", "big5", "utf-8"),
    Case("big5 labelled gb18030", "big5", "gb18030"),
    Case("big5 unlabelled", "big5", None),
    Case("big5 with a wrong meta", "big5", None, "utf-8"),
    Case("hkscs labelled big5", "big5hkscs", "big5", text=HONG_KONG),
    Case("gb18030 labelled gb2312", "gb18030", "gb2312", text=SIMPLIFIED),
    Case("gb18030 labelled big5", "gb18030", "big5", text=SIMPLIFIED),
    Case("utf-16 labelled utf-8", "utf-16", "utf-8"),
    Case("utf-8 with a cut character", "utf-8", "utf-8", cut=1),
)
