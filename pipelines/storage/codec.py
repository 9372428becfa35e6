"""Rows as values that JSON can hold, and back; nothing read can run code.

A value that JSON has no form for becomes an object with one name that begins with
``$``: ``{"$Article": {…}}``, ``{"$datetime": "2026-03-01T12:00:00+00:00"}``.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crawler import items
from crawler.told import Look, Signal
from pipelines.storage.batch import PageCount
from pipelines.storage.quarantine import QuarantinedItem

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        *(items.Article, items.Link, items.Incident, items.Capture, items.Contributor),
        *(items.Figure, items.Observation, items.FrontierRequest, items.FrontierEnd),
        *(PageCount, QuarantinedItem, Signal, Look),
    )
}
READERS: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "UUID": UUID,
    "bytes": bytes.fromhex,
    "Section": items.Section,
    "Scope": items.Scope,
    "list": lambda value: [decode(each) for each in value],
    "dict": lambda value: {key: decode(each) for key, each in value},
}
MARK = "$"


class Unreadable(ValueError):
    """The value is none that :func:`encode` makes."""


def encode(value: Any) -> Any:
    """``value``, a row or a part of one, as JSON can hold it.

    Raises:
        TypeError: it is of no kind that a row may hold.
    """
    if isinstance(value, Enum):
        return {MARK + type(value).__name__: value.value}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and type(value).__name__ in KINDS:
        inner = {f.name: encode(getattr(value, f.name)) for f in fields(value)}
        return {MARK + type(value).__name__: inner}
    return _encode_other(value)


def _encode_other(value: Any) -> Any:
    match value:
        case tuple():
            return [encode(each) for each in value]
        case list():
            return {MARK + "list": [encode(each) for each in value]}
        case dict() if any(key.startswith(MARK) for key in value):
            pairs = [[key, encode(each)] for key, each in value.items()]
            return {MARK + "dict": pairs}
        case dict():
            return {key: encode(each) for key, each in value.items()}
        case datetime():
            return {MARK + "datetime": value.isoformat()}
        case UUID():
            return {MARK + "UUID": str(value)}
        case bytes():
            return {MARK + "bytes": value.hex()}
    raise TypeError(f"no row holds a {type(value).__name__}")


def decode(value: Any) -> Any:
    """What :func:`encode` was given.

    Raises:
        Unreadable: it was given no such thing.
    """
    if isinstance(value, list):
        return tuple(decode(each) for each in value)
    if not isinstance(value, dict):
        return value
    name = next(iter(value), "")
    if not name.startswith(MARK):
        return {key: decode(each) for key, each in value.items()}
    inner, kind = value[name], name.removeprefix(MARK)
    try:
        if kind in KINDS:
            return KINDS[kind](**{key: decode(each) for key, each in inner.items()})
        return READERS[kind](inner)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{kind}: {type(error).__name__} {error}") from error
