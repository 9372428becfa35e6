"""Which stories say the same: pure functions from a text to what can be compared.

A text is the set of its character n-grams, two texts are as similar as the Jaccard
coefficient of their sets (A. Broder, "On the resemblance and containment of
documents", 1997), and MinHash estimates that from 128 numbers a text. LSH banding
(J. Leskovec, A. Rajaraman, J. Ullman, "Mining of Massive Datasets", chapter 3.4)
makes keys of them: who shares no key need not be compared.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from rensa import RMinHash  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterable

# Counts up whenever the same text gets another signature (normalisation, n-grams, seed,
# bands, a new algorithm in rensa): signatures of two methods cannot be compared.
METHOD = 1

# Measured on invented stories of 120 to 1,200 characters, edited (four words, a new
# sentence, a moved paragraph) against unrelated ones that share half their vocabulary,
# and on two real stories. n = 3: unrelated up to 0.43, real ones 0.016. n = 5:
# unrelated up to 0.28, real ones 0.003, the worst edit of the shortest text still 0.55.
# n = 8 would separate no better (0.16) but lose that edit (0.43).
GRAM = 5

# Characters after normalisation. Shorter is a photo with its headline, or one sentence:
# there a shared stock phrase of 30 characters would be half of the text. From here on
# it makes less than 0.35 of two different texts.
CHARACTERS_MIN = 60

PERMUTATIONS = 128
SEED = 20260301

# 42 bands of 3 numbers (two are left over). Of pairs with an estimate of exactly 64 of
# 128 all but 0.07 % share a band (4 numbers a band: all but 10 %); of those with a true
# Jaccard of 0.5 all but (1 - 0.5^3)^42 = 0.4 %. Of unrelated pairs (0.01) 0.004 % do.
BAND_ROWS = 3
BANDS = PERMUTATIONS // BAND_ROWS

WORDS = struct.Struct(f"<{PERMUTATIONS}I")

# Marks that Chinese text is full of, and what NFKC makes of them. Replaced first the
# text comes out the same, since NFKC would decompose them before all else; and most
# texts are then in NFKC already, which takes 2 microseconds to see and 200 to do.
WIDE = [(chr(ord(mark) + 0xFEE0), mark) for mark in "!%(),./:;?~"]
WIDE += [("\u3000", " "), ("\u2026", "...")]

NO_WORD = re.compile(r"[\W_]+")
DIGIT = re.compile(r"\d")
NUMERAL = r"[一二三四五六七八九十]{1,3}|\d{1,2}"
# 3月2日(一) is a Monday, no part; 之一 in 「最老的車站之一」 is none either, but a part
# counts only against another part of the same stem
_OPEN, _CLOSE = r"[(\[〈《【〔「]", r"[)\]〉》】〕」]"
_SERIES = r"(?:系列|part|ep)\W?"
PART = re.compile(
    rf"(?<![日號\d]){_OPEN}(?:之?(?P<a>[上中下完續終]|{NUMERAL})[篇集部]?"
    rf"|(?P<b>{NUMERAL})[之/-](?P<c>{NUMERAL})|(?:第|{_SERIES})(?P<d>{NUMERAL})[篇集部]?)"
    rf"{_CLOSE}|(?:之(?P<e>{NUMERAL})|(?P<f>[上中下])[篇集]|第(?P<g>{NUMERAL})[篇集部])"
    rf"(?=$|[\s:|/,、])|{_SERIES}(?P<h>{NUMERAL})$|(?<=[\s:—–|/-])(?P<i>[上中下])$",
    re.IGNORECASE,
)
CIRCLED = re.compile("[①-⑳]")
DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}

# Texts that return with other numbers. A word alone is not enough: who won the lottery
# and who heads the weather bureau is news. So the headline must name the form too, ...
GAME = (
    r"樂透|威力球|強力球|超級百萬|今彩|六合彩|雙贏彩|彩券|彩票|powerball|lotto"
    r"|mega ?millions|(?:pick|take|win|daily|fantasy|cash) ?\d"
)
SKY = r"天氣|氣象|氣溫"
FORECAST = r"高溫|低溫|降雨|雨量|空氣品質|潮汐|日出|體感"
SIGN = (
    r"(?:牡羊|白羊|金牛|雙子|巨蟹|獅子|處女|天秤|天蠍|射手|人馬|摩羯|山羊|水瓶|雙魚)座"
)
RATES = r"匯率|匯價|牌價|外匯|金價|油價|利率"
DAY = r"[今明本每一下][日天周週月年]|周末|週末"
TEMPLATE = re.compile(
    rf"(?:{GAME}).*(?:開獎|號碼|獎號)|(?:開獎|頭獎)號碼"
    rf"|(?:{SKY})(?:預報|報告|概況|資訊)|(?:{DAY}|各地|全美)(?:{SKY})|^(?:{SKY})\W"
    rf"|(?:星座|生肖|塔羅|{DAY}).{{0,8}}運勢|運勢.{{0,8}}(?:星座|生肖|塔羅)"
    rf"|(?:12|十二)(?:星座|生肖).*(?:排行|運)|^(?:星座|生肖)\W|{SIGN}.{{0,8}}運"
    rf"|(?:星座|生肖).{{0,8}}運[程氣]|農民?曆|黃曆|(?:節目|播出|賽程|時刻)表|訃[聞告]"
    rf"|(?:{RATES}).{{0,4}}(?:表|牌告|一覽|行情)|牌告(?:{RATES})|今[日天](?:{RATES})"
)
# ... or name the matter over a body with this share of digits. The real stories at hand
# have 0.03 (their fullest paragraph 0.145); a forecast of one line 0.23, a list of
# drawn numbers 0.58, of rates 0.53.
MATTER = re.compile(rf"{GAME}|{SKY}|{FORECAST}|{RATES}")
MATTER_DIGITS = 0.15
# Characters of a headline that are looked at: the patterns take the square of them
TITLE_MAX = 500
# Whatever the headline: such a body is a table
TABLE_DIGITS = 0.3


@dataclass(frozen=True, slots=True)
class Signature:
    """``minima``: 128 unsigned 32-bit numbers, little-endian, 512 bytes. ``bands``: 42
    keys, signed 64-bit; two texts are candidates when any one is in both."""

    minima: bytes
    bands: tuple[int, ...]


def signature(title: str, paragraphs: Iterable[str]) -> Signature | None:
    """What stands for a story's text in comparisons; the same text, the same bytes.

    The headline counts as its first words, and paragraphs are joined: where the breaks
    are makes no difference.

    Returns:
        None for fewer than ``CHARACTERS_MIN`` characters: too short to judge.
    """
    text = normalised("".join([title, *paragraphs]))
    if len(text) < CHARACTERS_MIN:
        return None
    sketch = RMinHash(PERMUTATIONS, SEED)
    sketch.update([text[i : i + GRAM] for i in range(len(text) - GRAM + 1)])
    minima = WORDS.pack(*sketch.digest())
    return Signature(minima, _bands(minima))


def similarity(one: Signature, other: Signature) -> float:
    """Estimated Jaccard coefficient of two texts, 0 to 1; standard error <= 0.045.

    ``text_similarity`` in the database gives the same number.
    """
    pairs = zip(WORDS.unpack(one.minima), WORDS.unpack(other.minima), strict=True)
    return [a == b for a, b in pairs].count(True) / PERMUTATIONS


def normalised(text: str) -> str:
    """Letters and digits only, in one width and lower case (NFKC)."""
    for wide, narrow in WIDE:
        text = text.replace(wide, narrow)
    return NO_WORD.sub("", unicodedata.normalize("NFKC", text).lower())


def part_of(title: str) -> tuple[str, str] | None:
    """Stem and part of a headline that numbers the parts of a series, or None.

    「港區（上）舊碼頭」 is part 上 of 港區: the stem is what stands before the number,
    or behind it if it comes first. Normalised, so that parts of one series agree.
    """
    title = unicodedata.normalize("NFKC", CIRCLED.sub(r"(\g<0>)", title)).strip()
    for found in PART.finditer(title):
        stem = normalised(title[: found.start()]) or normalised(title[found.end() :])
        if stem:
            told = (part for part in found.groupdict().values() if part)
            return stem, min(told, key=_number)  # 三之一 and 1/3 are the first of three
    return None


def _number(part: str) -> int:
    """What a part's numeral counts; 0 for a word (上, 完)."""
    if part.isdecimal():
        return int(part)
    tens, ten, ones = part.rpartition("十")
    return 10 * DIGITS.get(tens, 1) * bool(ten) + DIGITS.get(ones, 0)


def is_template(title: str, paragraphs: Iterable[str]) -> bool:
    """Whether a story is a form that returns with other numbers: lottery draws,
    forecasts, horoscopes, tables of rates. Two of them are no duplicates."""
    title = unicodedata.normalize("NFKC", title[:TITLE_MAX]).strip().lower()
    if TEMPLATE.search(title):
        return True
    share = _digits(normalised("".join(paragraphs)))
    return share >= (MATTER_DIGITS if MATTER.search(title) else TABLE_DIGITS)


def _digits(text: str) -> float:
    """Share of digits among the characters of a text, 0 to 1."""
    return len(DIGIT.findall(text)) / len(text) if text else 0.0


def _bands(minima: bytes) -> tuple[int, ...]:
    """A hash of each band, with the band's number in it: the same numbers in two
    different bands mean nothing."""
    size = BAND_ROWS * 4
    return tuple(
        int.from_bytes(
            blake2b(
                minima[band * size : (band + 1) * size],
                digest_size=8,
                salt=band.to_bytes(2, "little"),
            ).digest(),
            "little",
            signed=True,
        )
        for band in range(BANDS)
    )
