"""The site's channels: read from the menu script of any page, else from a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from crawler import urls
from crawler.pages.menu_table import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

START = re.compile(r"__UDN__\.initialMenu\s*=\s*(?=\{)")
END = "</script"
# What a JavaScript object literal is made of; comments match no group. What has no end
# is looked through once: the menu ends there
TOKEN = re.compile(
    r"""
    /\*.*?(?:\*/|\Z) | //[^\n]*
    | (?P<string>"(?:[^"\\]++|\\.)*+" | '(?:[^'\\]++|\\.)*+')
    | (?P<unended>["'])
    | (?P<sign>[{}\[\]])
    | (?P<word>[\w$.+-]+)
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
CHANNEL_PATH = re.compile(r"/wj/cate/(?P<code>[^/]+)(?:/.+)?")
NUMBER = re.compile(r"[0-9]{1,18}")
ADVERTISING = "ads"
# Tokens of a menu; the site's has some 3,000
TOKENS_MAX = 30_000


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
    for token in islice(TOKEN.finditer(script), TOKENS_MAX):
        sign, string, word = token["sign"], token["string"], token["word"]
        if token["unended"]:
            break
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
    path = CHANNEL_PATH.fullmatch(read[2]) if read else None
    if read is None or path is None:
        return None
    number, title, href = read
    subcategories = [
        Subcategory(id=found[0], title=found[1], href=found[2])
        for one in entry.get("toggle") or ()
        if isinstance(one, dict) and (found := _entry(one))
    ]
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


def _table(text: str) -> Iterator[Channel]:
    """Lines ``code id title``, each with indented lines of ``id title, …`` below."""
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
