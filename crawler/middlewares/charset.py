"""Sees to it that a page is decoded as it was written, or not read at all."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache, lru_cache
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
# What a browser decodes (https://encoding.spec.whatwg.org/#names-and-labels), by
# Python's names. Its other codecs (idna, punycode, rot13 …) are none of a page; some
# take minutes for one
CHARSETS = frozenset(
    {"utf-8", "ascii", "utf-16", *WIDE, "big5", "big5hkscs", "cp950", "gb2312", "gbk"}
    | {"gb18030", "hz", "euc_jp", "iso2022_jp", "shift_jis", "cp932", "euc_kr", "cp949"}
    | {"koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "cp874", "tis-620"}
    | {f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17))}
    | {f"cp{page}" for page in range(1250, 1259)}
)
ASCII = re.compile("[\0-\x7f]+")
# One of these is on any page of the paper
USUAL = re.compile("[，。的一年月日]")
MARKS = "“”‘’–—…·•×©®\u00a0\ufeff"
SILENT = re.compile("<(?:script|style)|<!--", re.IGNORECASE)
ENDS = {
    "<script": re.compile("</script", re.IGNORECASE),
    "<style": re.compile("</style", re.IGNORECASE),
    "<!--": re.compile("-->"),
}
# Signs beyond ASCII that are judged; with fewer than FEW there is nothing to judge
SAMPLE, FEW = 5000, 20
# Share of usual characters: right readings of Chinese have 0.99, of Cantonese 0.75,
# wrong ones below 0.7, most below 0.4 (measured on texts of every coding below)
CERTAIN, PLAUSIBLE = 0.9, 0.7
# Characters that may be broken: a summary cut by a program in the midst of one
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
        return _read_as(
            response, declared if is_charset(declared) else "utf-8", declared
        )
    text = strictly(body, declared) if declared in UTF8 else None
    if text and USUAL.search(text):
        return _whole(response, declared, declared, text)
    return _second(response, declared, wide)


@lru_cache(maxsize=256)
def is_charset(name: str) -> bool:
    """Is it one that pages are written in?"""
    try:
        return codecs.lookup(name).name in CHARSETS
    except (LookupError, ValueError):
        return False


def _second(response: TextResponse, declared: str, wide: bool) -> Decoded:
    """Every charset that may be meant, on trial."""
    body = response.body
    inside = html_body_declared_encoding(body)
    others = [inside] if inside else []
    named = dict.fromkeys([declared, *others, *CHINESE, *(WIDE if wide else ())])
    names = list(filter(is_charset, named))
    whole = {name: text for name in names if (text := strictly(body, name)) is not None}
    for name, text in whole.items():
        if name in UTF8 and USUAL.search(text):
            return _whole(response, name, declared, text)
    if not whole:
        return _mended(response, names, declared)
    shares = {name: usual_share(text) for name, text in whole.items()}
    best = max(shares, key=lambda name: shares[name])
    if shares.get(declared, 0) >= CERTAIN:
        best = declared
    if shares[best] < PLAUSIBLE:
        raise Undecodable(f"{response.url}: no charset gives a Chinese text")
    return _whole(response, best, declared, whole[best])


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


def _whole(response: TextResponse, name: str, declared: str, text: str) -> Decoded:
    """A page without a broken byte; what its writer could not decode is in it as a
    broken character. Of scripts, where it may be meant, nobody reads a text."""
    if BROKEN in text and BROKEN in shown(text):
        return _mended(response, [name], declared)
    return _read_as(response, name, declared)


def shown(page: str) -> str:
    """A page without its scripts, styles and comments."""
    kept, at = [], 0
    while opening := SILENT.search(page, at):
        kept.append(page[at : opening.start()])
        closing = ENDS[opening[0].lower()].search(page, opening.end())
        if closing is None:
            return "".join(kept)
        at = closing.end()
    return "".join([*kept, page[at:]])


def _read_as(response: TextResponse, name: str, declared: str) -> Decoded:
    if name == declared or (name in UTF8 and declared in UTF8):
        return Decoded(response)
    return Decoded(response.replace(encoding=name), wrong=declared)


def _mended(response: TextResponse, names: list[str], declared: str) -> Decoded:
    """A page with a few broken characters, or bytes that make none, without these.

    Raises:
        Undecodable: they are not a few.
    """
    for name in names:
        text = response.body.decode(name, "replace")
        broken, signs = text.count(BROKEN), len(ASCII.sub("", text))
        kept = text.replace(BROKEN, "")
        few = broken <= max(CUT_MAX, CUT_SHARE * signs)
        if few and usual_share(kept) >= CERTAIN:
            mended = response.replace(body=kept.encode(), encoding="utf-8")
            wrong = None if name == declared else declared
            return Decoded(mended, wrong=wrong, dropped=broken)
    raise Undecodable(f"{response.url}: no charset gives a text that is whole")
