"""Which headlines number the parts of a series: 「港區更新（上）」."""

from __future__ import annotations

import re
import unicodedata

from pipelines.letters import normalised

# Stem of every headline that begins with its number: what follows may be the name of
# the series or of the part. No normalised text is this.
FRONT = "*"

NUMERAL = r"[一二三四五六七八九十]{1,3}|\d{1,2}"
_ROMAN = "i|ii|iii|iv|v|vi|vii|viii|ix|x|xi|xii"
ROMAN = {numeral: str(number) for number, numeral in enumerate(_ROMAN.split("|"), 1)}
DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}
# Single signs, put in brackets before NFKC takes them apart: ② as (2), ㊤ as (上)
SIGN = re.compile("[①-⑳㊀-㊉㊤-㊦Ⅰ-Ⅻⅰ-ⅻ]")
BLACK = {ord("❶") + n: ord("①") + n for n in range(10)}

OPENING, CLOSING = "([〈《【〔「", ")]〉》】〕」"
_OPEN, _CLOSE = f"[{re.escape(OPENING)}]", f"[{re.escape(CLOSING)}]"
_INSIDE = f"[^{re.escape(OPENING + CLOSING)}]"
_SERIES = r"(?:系列|part|ep)\W?"
_UNIT = "(?:部[分份]|[篇編集部回章])"
_HALF = "[前後](?=[篇編集])"  # （前） alone is a former mayor
# 3月2日(一) is a Monday, no part; 之一 in 「最老的車站之一」 is none either, but a part
# counts only against another part of the same stem
_NO_DATE = rf"(?<![日號\d]{_OPEN})"
PART = re.compile(
    # （上） （二） （之二） （其二） （Ⅱ） （前篇） （三之一） （1/3） （第二集）
    rf"{_OPEN}(?:(?P<a>[上中下完續終末]|{_HALF})|[之其](?P<b>{NUMERAL})"
    rf"|{_NO_DATE}(?:(?P<c>{NUMERAL}|{_ROMAN})"
    rf"|(?P<d>{NUMERAL})[之/-](?P<e>{NUMERAL}))"
    rf"|(?:第|{_SERIES})(?P<f>{NUMERAL})){_UNIT}?{_CLOSE}"
    # 〈港區更新之一〉 【港區更新上】 【港區更新第二集】: name and number
    rf"|[(\[〈【〔](?P<stem>{_INSIDE}{{1,30}}?)"
    rf"(?:(?:之|{_SERIES}|第(?={NUMERAL}{_UNIT}))(?P<g>{NUMERAL})"
    rf"|(?<={_INSIDE}{{3}})(?P<h>[上中下]|{_HALF})){_UNIT}?{_CLOSE}"
    # without brackets: 之二 其二 上篇 第二集 系列2 －下 II
    rf"|(?:之(?P<i>{NUMERAL})|(?<=\W)其(?P<j>{NUMERAL})"
    rf"|(?P<k>[上中下]|{_HALF})[篇編集]|第(?P<l>{NUMERAL}){_UNIT})(?=$|[\s:|/,、])"
    rf"|{_SERIES}(?P<m>{NUMERAL})$|(?<=[\s:—–|/-])(?P<n>[上中下]|{_ROMAN})(?=$|:)",
    re.IGNORECASE,
)


def part_of(title: str) -> tuple[str, str] | None:
    """Stem and part of a headline that numbers the parts of a series, or None.

    「港區（上）舊碼頭」 is part 上 of 港區: the stem is what stands before the number,
    from the bracket on if both are in one. It is ``FRONT`` if the number comes first:
    any two such headlines with other numbers count as parts of one series. Normalised,
    so that parts of one series agree.
    """
    title = SIGN.sub(r"(\g<0>)", title.translate(BLACK))
    title = unicodedata.normalize("NFKC", title).strip()
    for found in PART.finditer(title):
        told = found.groupdict()
        name = told.pop("stem")
        stem = normalised(name) if name else _stem(title, found)
        if stem:
            # 三之一 and 1/3 are the first of three
            part = min((part for part in told.values() if part), key=_number)
            return stem, ROMAN.get(part.lower(), part)
    return None


def _stem(title: str, found: re.Match[str]) -> str:
    before = title[: found.start()]
    opened = max(before.rfind(mark) for mark in OPENING)
    if opened > max(before.rfind(mark) for mark in CLOSING):
        name = normalised(before[opened:])
    else:
        name = ""
    behind = normalised(title[found.end() :])
    return name or normalised(before) or (FRONT if behind else "")


def _number(part: str) -> int:
    """What a part's numeral counts; 0 for a word (上, 完)."""
    if part.isdecimal():
        return int(part)
    tens, ten, ones = part.rpartition("十")
    return 10 * DIGITS.get(tens, 1) * bool(ten) + DIGITS.get(ones, 0)
