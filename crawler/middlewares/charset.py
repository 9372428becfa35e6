"""Sees to it that a page is decoded as it was written, or not read at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Self, TypeGuard

from scrapy.exceptions import IgnoreRequest
from scrapy.http import JsonResponse, TextResponse, XmlResponse
from w3lib.encoding import html_body_declared_encoding

from crawler import urls
from crawler.items import TOLD, Incident

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

BROKEN = "\ufffd"
UTF8 = ("utf-8", "utf8", "ascii")
# What a Chinese page may be written in; Hong Kong's Big5 holds Taiwan's
CHINESE = ("utf-8", "big5hkscs", "gb18030")
WIDE = ("utf-16-le", "utf-16-be")
ASCII = re.compile("[\0-\x7f]+")
# One of these is on any page of the paper
USUAL = re.compile("[，。的一年月日]")
MARKS = "“”‘’–—…·•×©®\u00a0\ufeff"
# Signs beyond ASCII that are judged; with fewer than FEW there is nothing to judge
SAMPLE, FEW = 5000, 20
# Share of usual characters: right readings of Chinese have 0.99, of Cantonese 0.75,
# wrong ones below 0.7, most below 0.4 (measured on texts of every coding below)
CERTAIN, PLAUSIBLE = 0.9, 0.7
# Characters that may be missing half of their bytes: a summary cut by a program
CUT_MAX, CUT_SHARE = 3, 0.01


class Undecodable(IgnoreRequest):
    """No charset gives a text that can be one."""

    reason = "undecodable"


@dataclass(frozen=True, slots=True)
class Decoded:
    """``response`` reads right. ``wrong``: the declared charset, if it was another;
    ``dropped``: broken characters that were left out."""

    response: TextResponse
    wrong: str | None = None
    dropped: int = 0


class CharsetMiddleware:
    """Downloader middleware behind the unpacking. A second decode leaves an incident;
    a page that no charset fits is a failure: nothing is stored with U+FFFD."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        if not is_page(response):
            return response
        try:
            found = decoded(response)
        except Undecodable:
            self.crawler.stats.inc_value("charset/undecodable")
            raise
        if found.wrong or found.dropped:
            self.tell(request, found)
        return found.response

    def tell(self, request: Request, found: Decoded) -> None:
        """Counts it, and leaves an incident."""
        self.crawler.stats.inc_value("charset/second_decode")
        origin = getattr(self.crawler.spider, "origin", urls.SITE)
        incident = Incident(
            kind="charset_wrong",
            page_url=urls.canonical(request.url, origin=origin),
            story_id=urls.story_id(request.url, origin=origin),
            detail={
                "declared": found.wrong or found.response.encoding,
                "read_as": found.response.encoding,
                "characters_dropped": str(found.dropped),
            },
        )
        self.crawler.signals.send_catch_log(TOLD, item=incident)


def is_page(response: Response) -> TypeGuard[TextResponse]:
    """Is it read as HTML, whatever it calls itself? XML and JSON say by their own
    rules how they are written; of robots.txt only the ASCII part counts."""
    if not isinstance(response, TextResponse) or response.status >= 300:
        return False
    others = isinstance(response, (XmlResponse, JsonResponse))
    return not others and not response.url.endswith("/robots.txt")


def decoded(response: TextResponse) -> Decoded:
    """The page with the charset it is written in.

    Its declared charset is believed where that gives a text without a broken character
    that can be Chinese; then what the page itself says, and each of the usual ones.

    Raises:
        Undecodable: none fits.
    """
    body, declared = response.body, response.encoding.lower()
    wide = b"\0" in body[:SAMPLE]
    if body.isascii() and not wide and not declared.startswith("utf-16"):
        return Decoded(response)
    if declared in UTF8 and USUAL.search(strictly(body, declared) or ""):
        return Decoded(response)
    return _second(response, declared, wide)


def _second(response: TextResponse, declared: str, wide: bool) -> Decoded:
    """Every charset that may be meant, on trial."""
    body = response.body
    inside = html_body_declared_encoding(body)
    others = [inside] if inside else []
    names = dict.fromkeys([declared, *others, *CHINESE, *(WIDE if wide else ())])
    whole = {name: text for name in names if (text := strictly(body, name)) is not None}
    for name, text in whole.items():
        if name in UTF8 and USUAL.search(text):
            return _read_as(response, name, declared)
    if not whole:
        return _mended(response, list(names), declared)
    shares = {name: usual_share(text) for name, text in whole.items()}
    best = max(shares, key=lambda name: shares[name])
    if shares.get(declared, 0) >= CERTAIN:
        best = declared
    if shares[best] < PLAUSIBLE:
        raise Undecodable(f"{response.url}: no charset gives a Chinese text")
    return _read_as(response, best, declared)


def strictly(body: bytes, name: str) -> str | None:
    """The text, if every byte of it belongs to a character."""
    try:
        return body.decode(name)
    except (UnicodeError, LookupError):
        return None


def usual_share(text: str) -> float:
    """Share of usual Chinese characters and marks among what is not ASCII (0 to 1);
    1 where that is too little to tell."""
    signs = ASCII.sub("", text)[:SAMPLE]
    if len(signs) < FEW:
        return 1.0
    usual = usual_signs()
    return sum(sign in usual for sign in signs) / len(signs)


@cache
def usual_signs() -> frozenset[str]:
    """The first levels of Big5 (A440 to C67E) and GB 2312 (B0A1 to D7F9), which hold
    what texts are written with; the marks, kana, bopomofo and full-width forms."""
    signs = set(MARKS)
    signs.update(map(chr, [*range(0x3000, 0x3130), *range(0xFF00, 0xFFEF)]))
    for coding, first, last in (("big5", 0xA440, 0xC67E), ("gb2312", 0xB0A1, 0xD7F9)):
        for code in range(first, last + 1):
            signs.update(strictly(code.to_bytes(2, "big"), coding) or "")
    return frozenset(signs - set(map(chr, range(128))))


def _read_as(response: TextResponse, name: str, declared: str) -> Decoded:
    if name == declared or (name in UTF8 and declared in UTF8):
        return Decoded(response)
    return Decoded(response.replace(encoding=name), wrong=declared)


def _mended(response: TextResponse, names: list[str], declared: str) -> Decoded:
    """A page with a few characters that lack half of their bytes, without these.

    Raises:
        Undecodable: they are not a few.
    """
    for name in names:
        try:
            text = response.body.decode(name, "replace")
        except LookupError:
            continue
        broken, signs = text.count(BROKEN), len(ASCII.sub("", text))
        kept = text.replace(BROKEN, "")
        few = broken <= max(CUT_MAX, CUT_SHARE * signs)
        if few and usual_share(kept) >= CERTAIN:
            mended = response.replace(body=kept.encode(), encoding="utf-8")
            wrong = None if name == declared else declared
            return Decoded(mended, wrong=wrong, dropped=broken)
    raise Undecodable(f"{response.url}: no charset fits its bytes")
