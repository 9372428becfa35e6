"""The site's times: raw strings as printed -> aware instants in UTC.

ET is America/New_York, ROC is Asia/Taipei: 12 or 13 hours apart, by date. A New York
wall time of the doubled hour of November is two instants; the other witnesses of the
same page decide between them. One of the skipped hour of March is none at all.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ET = ZoneInfo("America/New_York")
ROC = ZoneInfo("Asia/Taipei")
MINUTE = timedelta(minutes=1)

# The order in which witnesses are believed
PUBLISHED = ("jsonld_published", "meta_date", "time_et", "time_roc", "data_layer")
LISTED = ("list_et", "list_roc")
ROC_WITNESSES = frozenset({"time_roc", "list_roc"})

STAMP = re.compile(
    r"""\s*(?:roc\s*[:：]?\s*)?
    (?P<year>[0-9]{4})[-/](?P<month>[0-9]{1,2})[-/](?P<day>[0-9]{1,2})
    (?:[T\s]\s*(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})
        (?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?)?
    \s*(?P<zone>ET|Z|[+-][0-9]{2}:?[0-9]{2})?\s*""",
    re.VERBOSE | re.IGNORECASE,
)


class Reading(NamedTuple):
    """All instants (aware UTC) one raw string can mean: two in the doubled hour.

    ``skipped``: no clock ever showed it; read with the offset before the change, so
    that 02:30 of that night is the instant shown as 03:30.
    """

    instants: tuple[datetime, ...]
    skipped: bool = False

    @property
    def certain(self) -> bool:
        return len(self.instants) == 1 and not self.skipped


class Weighed(NamedTuple):
    """What several witnesses say together.

    ``agree``: each readable one can mean the same minute; ``unreadable``, ``skipped``:
    names of those that are no time, or a time of the skipped hour with none beside
    them that says when it was.
    """

    instant: datetime | None
    agree: bool = True
    unreadable: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def read(raw: str, *, roc: bool = False) -> Reading:
    """Raw string as printed -> what it can mean.

    A written offset decides alone; without one the wall clock is New York's, or
    Taipei's where ``roc`` says so or the string begins with it.

    Raises:
        ValueError: the string is no time; it is quoted.
    """
    found = STAMP.fullmatch(raw)
    if not found or found["hour"] is None:
        raise ValueError(f"not a time of the site: {raw!r}")
    try:
        wall = _wall(found)
        zone = (found["zone"] or "").upper()
        if zone not in ("", "ET"):
            return Reading((wall.replace(tzinfo=_offset(zone)).astimezone(UTC),))
        if roc or raw.lstrip()[:3].lower() == "roc":
            return Reading((wall.replace(tzinfo=ROC).astimezone(UTC),))
        return _new_york(wall)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"not a time of the site: {raw!r}: {error}") from error


def parse_offset(raw: str) -> datetime:
    """Time with a written offset (JSON-LD, news sitemap) -> UTC.

    Raises:
        ValueError: no time, or none with an offset.
    """
    found = STAMP.fullmatch(raw)
    if not found or (found["zone"] or "ET").upper() == "ET":
        raise ValueError(f"not a time with a written offset: {raw!r}")
    return read(raw).instants[0]


def weigh(witnesses: Mapping[str, str], names: Iterable[str]) -> Weighed:
    """Several raw strings for one instant -> the instant, and who spoke against it.

    ``names`` are in order of trust: the first readable one gives the instant, and the
    unambiguous others decide what it means in a doubled or a skipped hour.
    """
    readings: dict[str, Reading] = {}
    unreadable = []
    for name in names:
        raw = witnesses.get(name)
        if raw is None:
            continue
        try:
            readings[name] = read(raw, roc=name in ROC_WITNESSES)
        except ValueError:
            unreadable.append(name)
    if not readings:
        return Weighed(None, unreadable=tuple(unreadable))
    certain = tuple(r.instants[0] for r in readings.values() if r.certain)
    instant = _settle(next(iter(readings.values())), certain)
    return Weighed(
        instant,
        agree=all(
            any(same_minute(instant, one) for one in reading.instants)
            for reading in readings.values()
        ),
        unreadable=tuple(unreadable),
        skipped=() if certain else tuple(n for n, r in readings.items() if r.skipped),
    )


def reading(raw: str | None) -> datetime | None:
    """A lone raw string -> UTC, None if there is none or it is unreadable."""
    return weigh({"": raw}, ("",)).instant if raw else None


def published(witnesses: Mapping[str, str]) -> datetime | None:
    """The instant of a story by its witnesses, None without a readable one."""
    return weigh(witnesses, PUBLISHED).instant


def listed(witnesses: Mapping[str, str]) -> datetime | None:
    """The instant of a list row by its witnesses, None without a readable one."""
    return weigh(witnesses, LISTED).instant


def same_minute(one: datetime, other: datetime) -> bool:
    """Do two instants agree to the minute? Some witnesses print no seconds."""
    return one == other or (
        one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)
    )


def parse_since(raw: str) -> datetime:
    """``2026-02-01`` (midnight in New York) or ISO 8601 with an offset -> UTC.

    Raises:
        ValueError: says what is expected.
    """
    found = STAMP.fullmatch(raw)
    zone = (found["zone"] or "") if found else ""
    try:
        if found and found["hour"] is None and not zone:
            return _wall(found).replace(tzinfo=ET).astimezone(UTC)
        return parse_offset(raw)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"since={raw!r}: a date such as 2026-02-01 (midnight in New York) "
            "or a time with its offset such as 2026-02-01T06:00-05:00 is expected"
        ) from error


def _wall(found: re.Match[str]) -> datetime:
    numbers = [int(digits or 0) for digits in found.groups()[:6]]
    year, month, day, hour, minute, second = numbers
    # a wall clock: its zone is put on by the caller
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001


def _offset(zone: str) -> timezone:
    if zone == "Z":
        return UTC
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-size if zone[0] == "-" else size)


def _new_york(wall: datetime) -> Reading:
    first = wall.replace(tzinfo=ET, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=ET, fold=1).astimezone(UTC)
    if first == second:
        return Reading((first,))
    if first < second:
        return Reading((first, second))
    return Reading((first,), skipped=True)


def _settle(reading: Reading, certain: tuple[datetime, ...]) -> datetime:
    """What ``reading`` means, given the instants that are beyond doubt."""
    if reading.skipped and certain:
        return certain[0]
    for other in certain:
        for instant in reading.instants:
            if same_minute(instant, other):
                return instant
    return reading.instants[0]
