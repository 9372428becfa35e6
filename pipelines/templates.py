"""Which stories are forms that return with other numbers: lottery draws, forecasts,
horoscopes, tables of rates.

A word decides nothing: who won the lottery, what the weather bureau warns of, and what
gold costs is news. Either the headline says no more than the form does (「加州天氣：
3月5日」), or it names the form or its matter and the body looks like one, too.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pipelines.letters import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable

GAME = (
    r"樂透|威力球|強力球|超級百萬|今彩|六合彩|雙贏彩|彩券|彩票|powerball|lott(?:o|ery)"
    r"|mega ?millions|(?:pick|take|win|daily|fantasy|cash) ?\d"
)
DRAW = "開獎|號碼|獎號|numbers"
SKY = "天氣|氣象|氣溫"
FORECAST = "高溫|低溫|降雨|雨量|空氣品質|潮汐|日出|體感"
RATES = "匯率|匯價|牌價|外匯|金價|油價|利率"
# 金牛座談 is a talk, and 射手座運動員 do sports
SIGN = (
    "(?:牡羊|白羊|金牛|雙子|巨蟹|獅子|處女|天秤|天蠍|射手|人馬|摩羯|山羊|水瓶|雙魚)"
    "座(?!談)"
)
LUCK = "運勢|運程|運氣|(?:財|桃花|感情|愛情|戀愛|事業|工作|學業|健康|整體)運(?!動)"
STARS = f"星座|生肖|塔羅|{SIGN}"
ALMANAC = "農民曆|農曆|黃曆"
OBITUARY = "訃[聞告]"
TIMETABLE = "(?:節目|播出|賽程|時刻)表"
DAY = "[今明本每一下][日天周週月年]|周末|週末"

# A headline that is made of these words alone; by form what it must have, and what it
# may have besides names of days. Before 天氣 any name may stand, if it speaks of no
# weather itself.
WHEN = re.compile(
    rf"第?\d+(?:[年月日期回]|號(?!碼)|st|nd|rd|th)?[至到起]?|{DAY}|[周週][一二三四五六日]"
    r"|年度|(?:星期|禮拜).|[晚早]間|今[晚晨]"
    r"|\b(?:today|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?:'s)?\b"
)
_WHEN = WHEN.pattern
_DRAWN = (
    f"{GAME}|{DRAW}|[一-鿿]州|大?紐約|新澤西|台灣|香港|全美|美國|california|new york"
    "|開出|頭獎|中獎|得獎|結果|一覽|公布|最新|出爐|揭曉|表"
    r"|\b(?:pick|take|win|daily|fantasy|cash|winning|results?|drawing|jackpot)\b"
    r"|\b(?:for|the|of|on)\b"
)
_PLACE = r"[^\W\d_雨雪風暴熱冷寒暖惡極異壞怪]{0,6}"
_REPORTED = f"{SKY}|空氣品質|潮汐"  # 「東北部周末低溫」 is news
_RATED = "牌告|一覽|行情|表"
_NUMBER = "[一二三四五六七八九十]"
_FORMS = [
    ([f"{GAME}|開獎|獎號|winning numbers", DRAW], _DRAWN),
    ([STARS, f"{LUCK}|{_WHEN}"], f"十二|{STARS}|{LUCK}|開運|占卜|解析|預測|排行榜?"),
    ([LUCK, _WHEN], LUCK),
    (
        [_REPORTED, f"{_WHEN}|預報"],
        rf"{_PLACE}\W{{0,9}}(?:{_REPORTED})(?:預報|概況|資訊|指數|表)?",
    ),
    (
        [RATES, f"{_WHEN}|{_RATED}"],
        f"{RATES}|{_RATED}|主要|外幣|銀行|美[元金]|[人民新台]+幣|國際|各地|[一-鿿]州",
    ),
    ([TIMETABLE], f"{TIMETABLE}|電視"),
    ([ALMANAC], f"{ALMANAC}|宜忌|(?:[正臘]|{_NUMBER}+)月|[初十廿]{_NUMBER}"),
    ([OBITUARY], OBITUARY),
]
BARE = [
    ([re.compile(need) for need in needs], re.compile(words)) for needs, words in _FORMS
]

# What a headline names, over a body that looks like a form. The real stories at hand
# have 0.03 digits (their fullest paragraph 0.145), an invented one on gold prices 0.19;
# a forecast 0.23 to 0.33, a list of drawn numbers 0.58, of rates 0.53.
HOROSCOPE = (
    rf"(?:{DAY}).{{0,4}}(?:{STARS})|^(?:{STARS})\W|{LUCK}"
    "|(?:12|十二)(?:星座|生肖).*排行"
)
MATTER = re.compile(
    f"{GAME}|頭獎號碼|開獎|winning numbers|{SKY}|{FORECAST}|{RATES}|{HOROSCOPE}"
    f"|{ALMANAC}|{OBITUARY}|{TIMETABLE}"
)
MATTER_DIGITS = 0.2
# Whatever the headline: such a body is a table
TABLE_DIGITS = 0.3
# Characters of a headline that are looked at: the patterns take the square of them
TITLE_MAX = 500

DIGIT = re.compile(r"\d")
# A line of a list is short, and no sentence; prose has headings, but most of its
# characters stand elsewhere. Or it is full of digits; then it may stand over a longer
# text that is always the same.
LINE_MAX = 30
LINES_MIN = 3
NUMBERED_MIN = 2
NUMBERED_DIGITS = 0.15
SENTENCE_ENDS = tuple("。！？!?…」』")
# What a form without numbers is full of, and how many of these
MARKS = [
    (re.compile(head), re.compile(marks), least)
    for head, marks, least in (
        (
            HOROSCOPE,
            rf"{SIGN}|屬[鼠牛虎兔龍蛇馬羊猴雞狗豬]|幸運(?:數字|色|顏色|方位|石)"
            "|(?:速配|貴人|開運)(?:星座|生肖|方位)",
            4,
        ),
        (ALMANAC, r"(?<!\w)[宜忌](?!\w)|沖煞", 2),
        (OBITUARY, "享壽|隨侍在側|遵禮成服|哀此訃|謹此訃|鼎惠懇辭|泣[啟告]|叩謝", 3),
    )
]


def is_template(title: str, paragraphs: Iterable[str]) -> bool:
    """Whether a story is a form that returns with other numbers: lottery draws,
    forecasts, horoscopes, tables of rates. Two of them are no duplicates."""
    title = unicodedata.normalize("NFKC", title[:TITLE_MAX]).strip().lower()
    if _bare(title):
        return True
    body = "\n".join(paragraphs)
    digits = _digits(normalised(body))
    if not MATTER.search(title):
        return digits >= TABLE_DIGITS
    return digits >= MATTER_DIGITS or _listed(body) or _marked(title, body)


def _bare(title: str) -> bool:
    """Whether a headline says no more than the form."""
    rest = WHEN.sub(" ", title)
    return any(
        all(need.search(title) for need in needs)
        and not normalised(words.sub("", rest))
        for needs, words in BARE
    )


def _listed(body: str) -> bool:
    """Whether a body is mostly short lines, or half of its lines are numbers."""
    lines = [(normalised(line), line.rstrip()) for line in body.splitlines()]
    lines = [(text, line) for text, line in lines if text]
    short = [(text, line) for text, line in lines if len(text) <= LINE_MAX]
    numbered = [text for text, _ in short if _digits(text) >= NUMBERED_DIGITS]
    if len(numbered) >= max(NUMBERED_MIN, len(lines) / 2):
        return True
    told = [len(text) for text, line in short if not line.endswith(SENTENCE_ENDS)]
    return len(told) >= LINES_MIN and 2 * sum(told) >= sum(len(t) for t, _ in lines)


def _marked(title: str, body: str) -> bool:
    """Whether a body is full of what the form that its headline names is full of."""
    return any(
        head.search(title) and len(set(marks.findall(body))) >= least
        for head, marks, least in MARKS
    )


def _digits(text: str) -> float:
    """Share of digits among the characters of a text, 0 to 1."""
    return len(DIGIT.findall(text)) / len(text) if text else 0.0
