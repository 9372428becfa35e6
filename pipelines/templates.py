"""Which stories are forms that return with other numbers: lottery draws, forecasts,
horoscopes, tables of rates."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pipelines.letters import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable

DIGIT = re.compile(r"\d")

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
