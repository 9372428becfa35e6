"""The byline: who wrote a story, for whom, where and how it was sent.

A byline is parts between slashes, and a part is names between 、 marks, or the tail
that tells place, day and kind of report. Decisions where the print is ambiguous:

* a bare name or a column's name (黑白集) is a contributor with role ``author``;
* 圖文 (text and photos by one hand) is ``author``, 圖 alone is ``photographer``;
* a bare part after a bare name is a place (reader letters: name／town);
* who supplied a text (…提供) is an organization; 綜合 ("compiled") is never a place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.items import Contributor

if TYPE_CHECKING:
    from collections.abc import Iterator

SLASHES = re.compile(r"\s*[／╱/∕⁄|｜]\s*")
COMMAS = re.compile(r"\s*[、，,；;&＆]\s*")
# Two names set apart by a space only; a name of two characters may hold one itself
SPACED_NAMES = re.compile(r"[\u4e00-\u9fff]{2,4}(?: [\u4e00-\u9fff]{2,4})+")

ROLES = {
    "記者": "reporter",
    "編譯": "translator",
    "特派員": "correspondent",
    "特派記者": "correspondent",
    "攝影": "photographer",
    "攝影記者": "photographer",
    "實習記者": "reporter",
    "本報記者": "reporter",
    "特約記者": "reporter",
    "文字記者": "reporter",
    "圖": "photographer",
    "文": "author",
    "圖文": "author",
    "文圖": "author",
    "圖與文": "author",
    "撰文": "author",
}
# 文 and 圖 can begin a name: a colon, or nothing, must follow
_WORDS = sorted((w for w in ROLES if w[0] not in "圖文撰"), key=len, reverse=True)
_MARKS = sorted((w for w in ROLES if w[0] in "圖文撰"), key=len, reverse=True)
ROLE = re.compile(
    rf"(?:(?P<word>{'|'.join(_WORDS)})\s*[:：]?|(?P<mark>{'|'.join(_MARKS)})(?:\s*[:：]|$))"
    r"\s*(?P<name>.*)"
)
_TITLES = (
    "社長|副社長|總編輯|副總編輯|總主筆|主筆|主編|編輯|董事長|執行長|總經理|市長|州長|"
    "議員|教授|博士|醫師|醫生|律師|會計師|院長|校長|會長|理事長|主任|作家|顧問"
)
TITLE = re.compile(
    rf"(?P<title>{_TITLES})(?P<name>[\u4e00-\u9fff]{{2,4}})"
    rf"|(?P<name2>[\u4e00-\u9fff]{{2,4}}?)(?P<title2>{_TITLES})"
)

_AGENCIES = (
    "中央社|美聯社|路透社|路透|法新社|新華社|中新社|中通社|彭博社|彭博|共同社|時事社|"
    "韓聯社|德新社|塔斯社|俄新社|埃菲社|安莎社|合眾國際社"
)
AGENCY = re.compile(rf"(?P<agency>{_AGENCIES})\s*(?P<rest>.*)")
DESKS = frozenset({"組", "中心", "部"})
ORGANIZATION = re.compile(
    r".*(?:編輯部|採訪部)|.{2,}(?:組|中心|報|網|社|周刊|週刊|雜誌|室|協會|商會|學會|總會|委員會|"
    r"基金會|公司|大學|醫院|政府|警局|電台|電視台|圖書館|領事館|辦事處|經文處)"
)
FUSED_ORGANIZATION = re.compile(
    rf"(?P<organization>.{{1,8}}?(?:報|網|社|組|中心))\s*(?={'|'.join(_WORDS)})(?P<rest>.+)"
)
SUPPLIED = re.compile(r"(?P<organization>.+?)\s*(?:提供|供稿|供圖)")

TAIL = re.compile(
    r"(?P<place>.*?)\s*(?:綜合(?=[0-9０-９]))?"
    r"(?:[0-9０-９]{1,2}月)?(?:(?P<day>[0-9０-９]{1,2})日)?\s*"
    r"(?P<type>(?:綜合|即時|外電|連線|專題|現場|獨家|編譯|特別|整理|越洋|深度|調查)*"
    r"(?:報導|報道)|專電|電|訊|特稿|專訪|特寫)"
)
COMPILED = "綜合"
PLACES = re.compile(
    r"(?:紐約|洛杉磯|舊金山|華盛頓|芝加哥|波士頓|西雅圖|休士頓|達拉斯|亞特蘭大|費城|新州|"
    r"聖荷西|矽谷|台北|臺北|高雄|台中|台南|北京|上海|廣州|深圳|香港|澳門|東京|首爾|倫敦|"
    r"巴黎|柏林|日內瓦|布魯塞爾|華沙|莫斯科|基輔|耶路撒冷|新德里|曼谷|新加坡|雪梨|多倫多|"
    r"溫哥華)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """What a byline says; ``dateline_day`` is the day of a month, no publish date."""

    contributors: tuple[Contributor, ...] = ()
    organization: str | None = None
    wire: bool = False
    place: str | None = None
    dateline_day: int | None = None
    report_type: str | None = None


NOTHING = Byline()
# Characters of a byline: up to these it is remembered, up to those read; and of a name
USUAL_MAX, BYLINE_MAX, NAME_MAX = 200, 2_000, 200


def parse_byline(text: str | None) -> Byline:
    """Byline as printed -> its parts; nothing is guessed, nothing is empty text."""
    printed = " ".join((text or "").split())
    if not printed or len(printed) > BYLINE_MAX:
        return NOTHING
    return (_parts if len(printed) <= USUAL_MAX else _parts.__wrapped__)(printed)


@lru_cache(maxsize=1024)
def _parts(printed: str) -> Byline:
    """A newsroom's bylines come again story after story."""
    draft = _Draft()
    for part in SLASHES.split(printed):
        if part:
            draft.read_part(part)
    return Byline(
        contributors=tuple(dict.fromkeys(draft.contributors)),
        organization=draft.organization,
        wire=draft.wire,
        place=draft.place,
        dateline_day=draft.day,
        report_type=draft.report_type,
    )


@dataclass(slots=True)
class _Draft:
    """A byline in the making. ``role``: said by a part alone, meant for the next."""

    contributors: list[Contributor] = field(default_factory=list)
    organization: str | None = None
    wire: bool = False
    place: str | None = None
    day: int | None = None
    report_type: str | None = None
    role: str | None = None
    after_bare_name: bool = False

    def read_part(self, part: str) -> None:
        agency = AGENCY.fullmatch(part)
        if agency and (not agency["rest"] or self._is_told(agency["rest"])):
            self.wire = True
            self._organize(agency["agency"])
            part = agency["rest"]
        fused = FUSED_ORGANIZATION.fullmatch(part)
        if fused and not ROLE.match(part):
            self._organize(fused["organization"])
            part = fused["rest"]
        supplied = SUPPLIED.fullmatch(part)
        if supplied:
            self._organize(supplied["organization"])
        elif part and not self._read_tail(part):
            self._read_names(part)

    def _is_told(self, rest: str) -> bool:
        """Is what follows an agency's name its reporter or its dateline?"""
        return bool(ROLE.match(rest) or TAIL.fullmatch(rest) or rest[0] in "、，,；;")

    def _read_tail(self, part: str) -> bool:
        tail = TAIL.fullmatch(part)
        if not tail:
            return False
        day = int(tail["day"]) if tail["day"] else None
        before = tail["place"]
        self.day = day if day and day <= 31 else self.day
        self.report_type = tail["type"]
        if ROLE.match(before):
            before = self._split_off_place(before)
            self._read_names(before)
        else:
            self._locate(before)
        return True

    def _split_off_place(self, names: str) -> str:
        place = PLACES.search(names)
        if not place:
            return names
        self._locate(place[0])
        return names[: place.start()]

    def _read_names(self, part: str) -> None:
        role, self.role = self.role, None
        for chunk in _names(part):
            said = ROLE.fullmatch(chunk)
            if _is_desk(chunk, said):
                self._name_desk(chunk)
            elif said:
                role = ROLES[said["word"] or said["mark"]]
                self._credit(role, said["name"])
                self.role = None if said["name"] else role
            elif role:
                self._credit(role, chunk)
            else:
                self._read_bare(chunk)

    def _name_desk(self, name: str) -> None:
        self.wire = self.wire or bool(AGENCY.fullmatch(name))
        self._organize(name)

    def _read_bare(self, chunk: str) -> None:
        titled = TITLE.fullmatch(chunk)
        if chunk == COMPILED:
            return
        if titled:
            title = titled["title"] or titled["title2"]
            self._credit(title, titled["name"] or titled["name2"])
        elif not self.place and (self.after_bare_name or PLACES.match(chunk)):
            self._locate(chunk)
        else:
            self._credit("author", chunk)
            self.after_bare_name = True

    def _credit(self, role: str, name: str) -> None:
        if kept := name.strip()[:NAME_MAX].rstrip():
            self.contributors.append(Contributor(role=role, name=kept))

    def _organize(self, name: str) -> None:
        self.organization = self.organization or name.strip() or None

    def _locate(self, place: str) -> None:
        named = place.removeprefix(COMPILED).strip()
        self.place = self.place or named or None


def _is_desk(chunk: str, said: re.Match[str] | None) -> bool:
    """編譯中心 and 編譯組 are desks, not translators called 中心 and 組."""
    if said:
        return said["name"] in DESKS
    return bool(ORGANIZATION.fullmatch(chunk))


def _names(part: str) -> Iterator[str]:
    for chunk in COMMAS.split(part):
        said = ROLE.fullmatch(chunk)
        name = said["name"] if said else chunk
        if SPACED_NAMES.fullmatch(name):
            first, *others = name.split(" ")
            yield chunk.removesuffix(name) + first
            yield from others
        elif chunk:
            yield chunk
