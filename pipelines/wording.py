"""How far two texts differ: in marks only, in facts only, or in words.

**Marks only**: equal after NFKC without punctuation, white space and invisible
characters. What belongs to a number is no mark: the point of 1.5, the colon of 5:30,
the slash of 1/2, a sign before digits, a percent sign; two numbers do not become one
(2、3 is not 23), and the comma of 1,500 says nothing.

**Facts only**: the texts are equal once these are replaced by a sign for their sort:

* a number, in digits of either width or in Chinese numerals (3萬5000, 第三);
* a date or a time of day (3月5日, 周一, 去年, 凌晨2時), also several in a row;
* a run of words in Latin letters (New York, iPhone);

or, sentence by sentence, if what differs besides them are names beside a title. A name
is a run of 1 to 4 Han characters for another; it stands right after or right before the
same title (記者, 市長, 總統, 先生, 女士 …) in both texts, and in both it either

* touches the title, and with what is left of the name fills the room up to the next
  mark, fact, title, or word that is in no name (``PLAIN_WORDS``: 宣布, 表示, 的 …), or
* belongs to a name of 3 characters at most that begins with a surname.

Names without a title beside them, or that were put in or taken out, are words: where
the rule is unsure it says more changed, not less. It is unsure, too, of texts so long,
or so alike in so many places, that the loop of a crawl would stand still over them
(``LETTERS_MAX``, ``EFFORT_MAX``): there words differ, whatever else may be true.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.sentence_diff import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

# Marks that Unicode calls symbols
SYMBOLS = frozenset("|~")
BOXES = range(0x2500, 0x2580)  # ╱, a slash in bylines, is one of them
MARKS = ("P", "Z", "Cc", "Cf", "Sk")
OF_NUMBERS = re.compile(
    r"(?<=[0-9])[.:/](?=[0-9])|(?<=[0-9])[%‰]|(?<![0-9A-Za-z])-(?=[0-9])"
)
# Private characters, which are no marks, keep the place of those
KEPT = str.maketrans(".:/%‰-", "\ue010\ue011\ue012\ue013\ue014\ue015")
THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
NOT_BETWEEN_NUMBERS = re.compile(r"(?<![0-9]) +| +(?![0-9])")

NUMBER_SIGN, DATE_SIGN, LATIN_SIGN = "<number>", "<date>", "<latin>"
_NUMERAL = "[0-9〇零一二三四五六七八九十百千萬億兆兩廿卅]"
_NUMBER = rf"(?:(?<![0-9A-Za-z])[-+])?{_NUMERAL}+(?:[.,:/~、-]{_NUMERAL}+)*[%‰]?"
_DAY = (
    rf"{_NUMBER}(?:年|月|日|號|時|點|分|秒|周|週|天)|"
    "(?:上|本|下|這)?(?:周|週|星期|禮拜)[一二三四五六日天末]|[上本下這](?:周|週|星期|禮拜|月)|"
    "[今昨明前後去][天日年晚晨早]|當天|當日|翌日|[上下]午|凌晨|清晨|早上|中午|傍晚|晚上|晚間|深夜|"
    "[月年][初中底]"
)
_LETTER = "A-Za-zÀ-ÖØ-öø-ɏ\u0300-\u036f"
_LATIN = rf"[{_LETTER}](?:[{_LETTER}0-9.'’&+_-]*[{_LETTER}0-9+])?"
_TITLES = (
    "記者|編譯|特派員|市長|州長|縣長|鎮長|區長|省長|總統|總理|首相|主席|部長|國務卿|議長|議員|"
    "局長|署長|警長|檢察官|法官|律師|醫師|醫生|教授|博士|校長|院長|會長|理事長|主任|執行長|總裁|"
    "董事長|經理|發言人|先生|女士|小姐|太太|夫人|老師|教練|導演|隊長|大使|牧師"
)
# 記者會, 總統府, 總統大選: no person
_TITLE = rf"(?:{_TITLES})(?!大選|初選|候選|[會們團府群選])"
PLAIN_WORDS = (
    "宣布|否認|表示|指出|強調|認為|承認|拒絕|同意|反對|支持|批准|通過|呼籲|要求|下令|決定|計畫|"
    "希望|擔心|警告|批評|讚揚|辭職|出席|缺席|出訪|訪問|抵達|前往|離開|發表|簽署|參加|主持|提出|"
    "提名|當選|落選|競選|遭到|涉嫌|被捕|透露|坦言|回應|質疑|認罪|受訪|建議|公布|證實|澄清|駁斥|"
    "承諾|延後|擴大|取消|暫停|討論|檢討|報導|攝影|候任|代理|前任|現任|道歉|去世|病逝|獲釋|連任|"
    "大力|全力|極力|高度|積極|正式|公開|再度|首度|親自|依法|共同|緊急|當場|立即|隨後|日前|目前|可能|"
    "[的了在是不也已未將被把讓使說稱與及或並而但就又再則仍即要會該每各前現副新老女男首這那名位]"
)
TOKEN = re.compile(
    rf"(?P<latin>{_LATIN}(?: +(?:{_LATIN}|[0-9]+))*)|(?P<date>(?:{_DAY})+)|"
    rf"(?P<number>{_NUMBER})|(?P<title>{_TITLE})|(?P<plain>{PLAIN_WORDS})|(?P<other>\S)"
)
SIGNS = {"latin": LATIN_SIGN, "date": DATE_SIGN, "number": NUMBER_SIGN}
TITLE = re.compile(_TITLES)
HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
NO_NAME = re.compile(PLAIN_WORDS)
SURNAMES = frozenset(
    "王李張劉陳楊黃趙吳周徐孫馬朱胡郭何高林羅鄭梁謝宋唐許韓馮鄧曹彭曾蕭田董袁潘于蔣蔡余杜葉"
    "程蘇魏呂丁任沈姚盧姜崔鍾譚陸汪范金石廖賈夏韋傅方白鄒孟熊秦邱江尹薛閻段雷侯龍史陶黎賀顧"
    "毛郝龔邵萬錢嚴覃武戴莫孔向湯溫康施洪游柯莊顏簡翁詹"
)
NAME_MAX = 4  # Han characters
SURNAMED_MAX = 3
SENTENCE_MAX = 1000  # tokens; names in a longer "sentence" are not looked for
LETTERS_MAX = 50_000  # of one text; the longest story seen has 10,000
# Comparisons of tokens in search of names, at worst; a second is some 100 million. A
# story of which every sentence changed takes one million
EFFORT_MAX = 20_000_000


def compare(old: Sequence[str], new: Sequence[str], *, otherwise: str) -> set[str]:
    """How two texts differ, each a list of paragraphs with white space collapsed.

    Returns:
        Nothing when they are equal; ``{otherwise}`` when words differ; else some of
        ``facts``, ``punctuation`` and ``structure`` (other breaks of paragraphs).
    """
    if old == new:
        return set()
    if max(sum(map(len, old)), sum(map(len, new))) > LETTERS_MAX:
        return {otherwise}
    before, after = list(map(bare, old)), list(map(bare, new))
    if "".join(before) == "".join(after):
        if before == after:
            return {"punctuation"}
        solid = ["".join("".join(each).split()) for each in (old, new)]
        return {"structure"} if solid[0] == solid[1] else {"structure", "punctuation"}
    found = _facts(old, new)
    if found and len(old) != len(new):
        found.add("structure")
    return found or {otherwise}


@lru_cache(maxsize=256)
def bare(text: str) -> str:
    """A text after NFKC without its marks; those of numbers stay."""
    wide = THOUSANDS.sub("", unicodedata.normalize("NFKC", text))
    wide = OF_NUMBERS.sub(lambda found: found[0].translate(KEPT), wide)
    spaced = "".join(" " if _is_mark(each) else each for each in wide)
    return NOT_BETWEEN_NUMBERS.sub("", spaced)


@lru_cache(maxsize=8192)
def _is_mark(character: str) -> bool:
    return (
        unicodedata.category(character).startswith(MARKS)
        or character in SYMBOLS
        or ord(character) in BOXES
    )


def _facts(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """``facts``, perhaps with ``punctuation``; nothing when words differ."""
    before, after = _tokens("\n".join(old)), _tokens("\n".join(new))
    if _without_marks(before) == _without_marks(after):
        return {"facts"} if before == after else {"facts", "punctuation"}
    pairs = [[s for text in each for s in sentences(text)] for each in (old, new)]
    if len(pairs[0]) != len(pairs[1]):
        return set()
    found, effort = {"facts"}, 0
    for was, now in zip(*pairs, strict=True):
        if was == now:
            continue
        before, after = _tokens(was), _tokens(now)
        effort += _effort(before, after)
        kinds = None if effort > EFFORT_MAX else _names(before, after)
        if kinds is None:
            return set()
        found |= kinds
    return found


def _effort(old: list[str], new: list[str]) -> int:
    """Comparisons that difflib makes at most: of all equal tokens, for every block."""
    counts = Counter(new)
    equal = sum(counts[token] for token in old)
    return (len(old) + equal) * min(len(old), len(new))


def _tokens(text: str) -> list[str]:
    """Signs of facts, titles, plain words, and every other character by itself."""
    wide = unicodedata.normalize("NFKC", text)
    return [SIGNS.get(m.lastgroup or "", m[0]) for m in TOKEN.finditer(wide)]


def _without_marks(tokens: list[str]) -> list[str]:
    return [each for each in tokens if len(each) > 1 or not _is_mark(each)]


def _names(old: list[str], new: list[str]) -> set[str] | None:
    """Are all differences of two sentences names or marks? None when they are not."""
    if max(len(old), len(new)) > SENTENCE_MAX:
        return None
    found: set[str] = set()
    for i, k, j, m in _changes(old, new):
        first, last = _within_marks(old, i, k)
        start, end = _within_marks(new, j, m)
        if (i, k, j, m) != (first, last, start, end):
            found.add("punctuation")
        if first == last and start == end:
            continue
        if not _titles(old, first, last) & _titles(new, start, end):
            return None
    return found


def _within_marks(tokens: list[str], start: int, end: int) -> tuple[int, int]:
    """A stretch of tokens without the marks at its ends."""
    while start < end and not _without_marks(tokens[end - 1 : end]):
        end -= 1
    while start < end and not _without_marks(tokens[start : start + 1]):
        start += 1
    return start, end


def _changes(old: list[str], new: list[str]) -> list[tuple[int, int, int, int]]:
    """Where the tokens differ; equal characters within a name are part of it."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    changes: list[tuple[int, int, int, int]] = []
    for tag, i, k, j, m in matcher.get_opcodes():
        if tag == "equal":
            continue
        if changes and i - changes[-1][1] < NAME_MAX - 1:
            before = changes[-1]
            if all(map(_may_be_name, old[before[1] : i])):
                i, j = before[0], before[2]
                changes.pop()
        changes.append((i, k, j, m))
    return changes


def _may_be_name(token: str) -> bool:
    return bool(HAN.fullmatch(token)) and not NO_NAME.fullmatch(token)


def _titles(tokens: list[str], start: int, end: int) -> set[tuple[str, str]]:
    """Titles that make a name of ``tokens[start:end]``: how it is known, and which."""
    if start == end or not all(map(_may_be_name, tokens[start:end])):
        return set()
    first, last = start, end
    while first > 0 and _may_be_name(tokens[first - 1]):
        first -= 1
    while last < len(tokens) and _may_be_name(tokens[last]):
        last += 1
    before = tokens[first - 1] if first else ""
    after = tokens[last] if last < len(tokens) else ""
    found = set()
    if TITLE.fullmatch(before):
        if start == first and last - first <= NAME_MAX:
            found.add(("fills the room after", before))
        if tokens[first] in SURNAMES and end - first <= SURNAMED_MAX:
            found.add(("surname after", before))
    if TITLE.fullmatch(after):
        if end == last and last - first <= NAME_MAX:
            found.add(("fills the room before", after))
        near = range(max(first, last - SURNAMED_MAX), start + 1)
        if any(tokens[at] in SURNAMES for at in near):
            found.add(("surname before", after))
    return found
