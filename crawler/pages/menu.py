"""The site's channels: read from the menu script of any page, else from a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler import urls

if TYPE_CHECKING:
    from collections.abc import Iterator

START = re.compile(r"__UDN__\.initialMenu\s*=\s*(?=\{)")
END = "</script"
# What a JavaScript object literal is made of; comments match no group
TOKEN = re.compile(
    r"""
    /\*.*?\*/ | //[^\n]*
    | (?P<string>"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*')
    | (?P<sign>[{}\[\]])
    | (?P<word>[\w$.+-]+)
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
CHANNEL_PATH = re.compile(r"/wj/cate/(?P<code>[^/]+)(?:/.+)?")
NUMBER = re.compile(r"[0-9]{1,18}")
ADVERTISING = "ads"


class UnknownChannel(Exception):
    """A channel was asked for that the menu does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subcategory:
    """``href`` is a path of the site; ``title`` is None where only the id is known."""

    id: int
    title: str | None
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """``code`` is the word in its address (``/wj/cate/us``)."""

    id: int
    code: str
    title: str
    href: str
    subcategories: tuple[Subcategory, ...] = ()


def parse_menu(text: str) -> tuple[Channel, ...]:
    """A page's HTML (or the script alone) -> its channels in menu order, each once.

    The script assigns an object literal that is no JSON (bare keys, trailing commas).
    Empty where there is no such script.
    """
    start = START.search(text)
    if not start:
        return ()
    end = text.find(END, start.end())
    script = text[start.end() : end if end >= 0 else None]
    found: dict[int, Channel] = {}
    for entry in _entries(_literal(script)):
        channel = _channel(entry)
        if channel:
            found.setdefault(channel.id, channel)
    return tuple(found.values())


def select(menu: tuple[Channel, ...], wanted: tuple[str, ...]) -> tuple[Channel, ...]:
    """The channels whose code, id or title is in ``wanted``; all if that is empty.

    Raises:
        UnknownChannel: names what is not in the menu, and what is.
    """
    if not wanted:
        return menu
    names = {n for c in menu for n in (c.code, str(c.id), c.title)}
    unknown = [name for name in wanted if name not in names]
    if unknown:
        codes = ", ".join(c.code for c in menu)
        raise UnknownChannel(f"no channel {', '.join(unknown)}; there are {codes}")
    return tuple(c for c in menu if {c.code, str(c.id), c.title} & set(wanted))


def _literal(script: str) -> dict[str, Any]:
    """The first object of ``script`` as dicts, lists and strings; cut text is closed.

    A stack instead of recursion: depth is the site's to choose, not ours.
    """
    root: dict[str, Any] = {}
    stack: list[dict[str, Any] | list[Any]] = []
    keys: list[str | None] = []
    for token in TOKEN.finditer(script):
        sign, string, word = token["sign"], token["string"], token["word"]
        if sign in ("}", "]"):
            if len(stack) < 2:
                break
            stack.pop()
            keys.pop()
            continue
        if sign is None and string is None and word is None:
            continue
        value: Any = _unquoted(string) if string else word
        if sign:
            value = [] if sign == "[" else (root if not stack else {})
        if stack:
            _put(stack[-1], keys, value, is_key=not sign)
        elif sign != "{":
            break
        if sign:
            stack.append(value)
            keys.append(None)
    return root


def _put(
    holder: dict[str, Any] | list[Any],
    keys: list[str | None],
    value: Any,
    *,
    is_key: bool,
) -> None:
    if isinstance(holder, list):
        holder.append(value)
    elif keys[-1] is None and is_key:
        keys[-1] = value
    elif keys[-1] is not None:
        holder[keys[-1]] = value
        keys[-1] = None


def _unquoted(string: str) -> str:
    return ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], string[1:-1])


def _entries(menu: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, group in menu.items():
        if name != ADVERTISING and isinstance(group, list):
            yield from (entry for entry in group if isinstance(entry, dict))


def _channel(entry: dict[str, Any]) -> Channel | None:
    read = _entry(entry)
    if read is None or read[1] is None:
        return None
    number, title, href = read
    path = CHANNEL_PATH.fullmatch(href)
    subcategories = [
        Subcategory(id=found[0], title=found[1], href=found[2])
        for one in entry.get("toggle") or ()
        if isinstance(one, dict) and (found := _entry(one))
    ]
    if path is None:
        return None
    return Channel(
        id=number,
        code=_text(entry.get("code")) or path["code"],
        title=title or path["code"],
        href=href,
        subcategories=tuple(subcategories),
    )


def _entry(entry: dict[str, Any]) -> tuple[int, str | None, str] | None:
    """id, title and path of a menu entry; None if it leads to no list of the site."""
    number, href = _text(entry.get("id")), _text(entry.get("href"))
    if not number or not href or not NUMBER.fullmatch(number):
        return None
    address = urls.canonical(href)
    if urls.page_kind(address) not in (urls.PageKind.CHANNEL, urls.PageKind.BREAKING):
        return None
    return int(number), _text(entry.get("title")), address.removeprefix(urls.SITE)


def _text(value: Any) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


# The menu of October 2024, with later additions: the site renames and adds every year
TABLE = """
breaking 121089 即時
topic 121005 焦點
    121179 選情快報, 121187 民調賽跑, 121148 各家觀點, 124277, 124278, 124279
us 121006 美國
    121172 美國綜合, 121177 美國視窗, 121173 政治要聞, 121618 社會現場, 121811 世界OnAir
opinion 121114 觀點
    121201 社論, 121202 一洲焦點, 121203 名家觀點, 121205 漫畫, 121206 讀者論壇
ny 121093 紐約
    121382 紐約焦點, 121381 社會傳真, 121390 社區新聞, 121547 政壇選情, 124183 紐約客談,
    121385 生活藝文, 121384 教育資訊, 121388 工商信息
la 121094 洛杉磯
    121360 南加頭條, 121359 洛城焦點, 121361 U視頻, 122693 加州話題, 121362 房產理財,
    122039 投出未來, 124181 洛時精選, 121365 工商信息
sf 121095 舊金山
    121519 金山焦點, 121368 灣區生活, 123278 加州話題, 123781, 123607, 121369 北加華人,
    121373 金山人語, 121374 灣區地產, 121371 矽谷科教, 121375 工商信息, 121370 ON LOK
local 121096 地方
    121274 新賓, 121275 芝加哥, 121277 大華府, 121278 亞城／佛州, 121282 西雅圖／夏威夷,
    121276 波士頓, 121279 休士頓／達拉斯, 123394
china 121010 中國
    121339 中外大事紀, 121344 社會事件簿, 121343 神州生活圈, 121341 港澳大小事,
    121345 透視中國
taiwan 121098 台灣
    121218 政壇風雲錄, 121220 美中台關係, 121221 寶島大小事, 121222 社會事件簿,
    121223 台灣名人坊
world 121099 國際
    123308 中東戰火, 121256 俄烏戰爭, 121257 大國角力場, 121488 國際大社會,
    121259 王室這些事, 121261 萬象與大千, 124211 快看世界
sports 121008 運動
    121225 NBA, 121229 網球高球, 121226 MLB, 121227 足球其它, 121228 NFL,
    121517 場邊人語
education 121113 教育
    122038, 121287, 121290, 121292, 121759, 121294, 121537, 121295
living 121102 生活
    121617 編輯精選, 121268 星座運勢, 122160, 121266, 121271, 121267, 121272
lifestyle 122980 消費
    122981, 122982, 122983, 122984, 122985, 122986
business 121103 財經
    121208 美國財經, 121209 國際財經, 121347 中港台經濟, 121399, 123457
entertainment 121007 娛樂
    123838, 121232 美歐, 121233 中港, 121234 台影, 121235 日韓
health 121101 健康
    121238, 121240, 121241, 121242, 121403, 122009
magazine 121105 周刊
    124228 2116期
arts 121106 藝文
    121535 藝文新聞, 121250 世界副刊, 121252 家園小品, 121253 小說世界, 121251 上下古今,
    122163 人物故事, 121428 兒童世界, 124667 世報50年徵文
video 121115 影音
immigrant 121100 移民
    121285, 121286, 121293, 121298
realestate 121111 地產
    121352, 121351, 121353, 121562, 121556
car 121110 汽車
    121319, 121318, 121320, 121551 特斯拉專區, 121553
travel 121108 旅遊
    121534, 121322, 121327, 121328, 121329
food 121107 美食
    121536, 121247, 121246
events 121104 活動
    121610, 121612, 121332
epaper 121601 電子報
"""


def _table(text: str) -> Iterator[Channel]:
    for block in re.split(r"\n(?=\S)", text.strip()):
        head, *rest = block.split("\n", 1)
        code, number, title = head.split()
        named = (one.strip().partition(" ") for one in "".join(rest).split(","))
        yield Channel(
            id=int(number),
            code=code,
            title=title,
            href=f"/wj/cate/{code}",
            subcategories=tuple(
                Subcategory(
                    id=int(sub), title=name or None, href=f"/wj/cate/{code}/{sub}"
                )
                for sub, _, name in named
                if sub
            ),
        )


CHANNELS = tuple(_table(TABLE))
