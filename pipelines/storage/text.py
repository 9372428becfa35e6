"""The last look at an item before it is sent to the server.

Postgres cannot hold NUL, UTF-8 cannot encode a lone surrogate: both are removed (they
carry no meaning) and counted. Texts over ``TEXT_MAX`` characters and instants without
a zone or beyond the years that Python knows are refused, since no cut and no guess
would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast

TEXT_MAX = 1_000_000  # characters of one text; the longest story seen has 10,000
QUARANTINED_TEXT_MAX = 100_000
# Years that Python knows; in another zone an instant at their end is beyond it
YEAR_MIN, YEAR_MAX = 1, 9999

# Annotations of fields that hold one text, and of those that can hold none
TEXTS = frozenset({"str", "str | None", "Section", "Scope"})
NO_TEXTS = frozenset({"int", "int | None", "bool", "UUID", "UUID | None"})

T = TypeVar("T")


class Refused(Exception):
    """The item cannot be stored as it is; the message says why."""


def clean(item: T) -> tuple[T, int]:
    """``item`` as Postgres can hold it, and the number of texts that were cleaned.

    Raises:
        Refused: a text is too long, or an instant has no zone or no usual year.
    """
    texts = _texts(item)
    whole = "\n".join(texts)
    if len(whole) > TEXT_MAX and (length := max(map(len, texts))) > TEXT_MAX:
        raise Refused(f"a text of {length} characters (limit {TEXT_MAX})")
    if _storable(whole):
        return item, 0
    return _map(item), sum(not _storable(text) for text in texts)


def _texts(item: Any) -> list[str]:
    """All texts of an item, in one list: joined they are checked at once."""
    plain, others = _readers(cast("Hashable", type(item)))
    texts = [value for value in plain(item) if value is not None]
    for value in others(item):
        if not value:
            continue
        if isinstance(value, dict):
            texts += value
            _add(texts, value.values())
        elif isinstance(value, tuple):
            _add(texts, value)
        elif isinstance(value, datetime):
            _refuse_instant(value)
    return texts


def _refuse_instant(value: datetime) -> None:
    if value.tzinfo is None:
        raise Refused(f"an instant without a zone: {value}")
    # Postgres goes on counting beyond them, and then Python cannot read what it stored
    if not YEAR_MIN < value.year < YEAR_MAX:
        raise Refused(f"an instant at the end of time: {value}")


@cache
def _readers(kind: Hashable) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """What reads a class's texts, and what reads its fields that may hold texts or
    instants; asking each field of each item for its type costs four times as much."""
    annotations = {field.name: str(field.type) for field in fields(cast("Any", kind))}
    plain = [name for name, told in annotations.items() if told in TEXTS]
    others = [name for name, told in annotations.items() if told not in NO_TEXTS]
    others = [name for name in others if name not in plain]
    return _getter(plain), _getter(others)


def _getter(names: list[str]) -> Callable[[Any], Any]:
    if len(names) > 1:  # with one name it gives no tuple
        return attrgetter(*names)
    return lambda item: tuple(getattr(item, name) for name in names)


def _add(texts: list[str], values: Iterable[Any]) -> None:
    """Texts of what a tuple holds, or of values that JSON can hold."""
    for each in values:
        if isinstance(each, str):
            texts.append(each)
        elif isinstance(each, dict):
            _add(texts, (*each, *each.values()))
        elif isinstance(each, list):
            _add(texts, each)
        elif is_dataclass(each):
            texts += _texts(each)


def clean_text(text: str) -> str:
    """``text`` without NUL and lone surrogates; surrogate pairs become characters."""
    raw = text.replace("\x00", "").encode("utf-16-le", "surrogatepass")
    return raw.decode("utf-16-le", "ignore")


def as_json(value: Any) -> Any:
    """Any item as values that jsonb can hold; overlong texts are cut."""
    if isinstance(value, str):
        return clean_text(value)[:QUARANTINED_TEXT_MAX]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {as_json(str(key)): as_json(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(each) for each in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def storable(texts: Iterable[str | None]) -> bool:
    """Can all of them be stored as they are? Several items are asked at once."""
    whole = "\n".join(filter(None, texts))
    return len(whole) <= TEXT_MAX and _storable(whole)


def _storable(text: str) -> bool:
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _map(value: Any) -> Any:
    if type(value) is str:
        return clean_text(value)
    if isinstance(value, tuple | list):
        return type(value)(_map(each) for each in value)
    if isinstance(value, dict):
        return {_map(key): _map(each) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{f.name: _map(getattr(value, f.name)) for f in fields(value)}
        )
    return value
