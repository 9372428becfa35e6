"""The arguments of a run (``-a name=value``), read and checked before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler import times, urls

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

NAMES = ("channels", "since", "max_stories", "site", "replay", "at", "join")
# Those that say how a run works, not what it is for
HOW = ("replay", "at", "join")
# Those that say what is fetched
WHAT = ("channels", "since", "max_stories")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """``channels``: codes, ids or titles, empty for all; ``since``: aware UTC;
    ``origin``: scheme, host and port the pages are fetched from; ``replay``: the
    archive that answers in its place, as it was ``at`` an instant (aware UTC);
    ``join``: help the run that is in progress."""

    channels: tuple[str, ...] = ()
    since: datetime | None = None
    max_stories: int | None = None
    origin: str = urls.SITE
    replay: str | None = None
    at: datetime | None = None
    join: bool = False


def read(given: Mapping[str, str]) -> Arguments:
    """Arguments as typed -> checked ones.

    Raises:
        ValueError: names the argument, what was given and what is expected.
    """
    for name in given:
        if name not in NAMES:
            raise ValueError(f"unknown argument {name!r}; there are {', '.join(NAMES)}")
        if not given[name].strip(" ,"):
            raise ValueError(
                f"{name}={given[name]!r}: a value is expected, or no such argument"
            )
    return Arguments(
        channels=_channels(given.get("channels")),
        since=times.parse_since(given["since"]) if given.get("since") else None,
        max_stories=_count(given.get("max_stories")),
        origin=origin(given["site"]) if given.get("site") else urls.SITE,
        replay=given.get("replay") or None,
        at=_at(given),
        join=_join(given),
    )


def _join(given: Mapping[str, str]) -> bool:
    if "join" not in given:
        return False
    if given["join"] != "yes":
        raise ValueError(f"join={given['join']!r}: join=yes is expected, or nothing")
    if given.get("replay"):
        raise ValueError("join=yes: a replay is one process")
    for name in WHAT:
        if name in given:
            raise ValueError(
                f"join=yes: what is fetched is said by the run that is helped; leave "
                f"{name}= out"
            )
    return True


def _at(given: Mapping[str, str]) -> datetime | None:
    if not given.get("at"):
        return None
    if not given.get("replay"):
        raise ValueError(f"at={given['at']!r}: only a replay has a time of its own")
    try:
        return times.parse_since(given["at"])
    except ValueError as error:
        raise ValueError(str(error).replace("since=", "at=", 1)) from error


def _channels(value: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (value or "").split(",") if part.strip())


def _count(value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise ValueError(f"max_stories={value!r}: a whole number from 1 on is expected")
    return int(value)


def origin(value: str) -> str:
    """``site=`` -> scheme://host[:port]; ValueError for anything more or less."""
    expected = f"site={value!r}: an origin such as http://127.0.0.1:8000 is expected"
    if "@" in value:  # not shown: what stands before it is for nobody's eyes
        expected = (
            "site=: an address with a user name or password is not fetched; they would "
            "be in the archive for all to read"
        )
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise ValueError(expected) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError(expected)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(expected)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}" if port else f"{parts.scheme}://{host}"
