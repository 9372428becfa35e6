"""How the site prints an instant: Eastern, Taipei, with offset."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime

EASTERN = ZoneInfo("America/New_York")
TAIPEI = ZoneInfo("Asia/Taipei")
MINUTE = "%Y-%m-%d %H:%M"


def et(instant: datetime) -> str:
    return instant.astimezone(EASTERN).strftime(MINUTE)


def roc(instant: datetime) -> str:
    return instant.astimezone(TAIPEI).strftime(MINUTE)


def offset(instant: datetime) -> str:
    return instant.astimezone(EASTERN).isoformat(timespec="seconds")
