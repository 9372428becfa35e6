"""Why a page did not come: one machine word for each exception of the downloader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError

if TYPE_CHECKING:
    from scrapy.statscollectors import StatsCollector

GONE = {"http_404", "http_410"}
REFUSED = {
    *("robots_forbidden", "robots_unavailable", "forbidden_address"),
    *("offsite", "ignored", "not_asked", "replay_miss"),
}
# Pages that keep us out: the story behind them is there, and asked for again
WALLS = frozenset({"challenge", "login", "consent"})


def reason_of(error: BaseException) -> str:
    """An exception -> its word: ``http_503``, ``robots_forbidden``,
    ``download_timeout`` … (the class name in snake case, without "error")."""
    if isinstance(error, HttpError):
        return f"http_{error.response.status}"
    reason = getattr(error, "reason", None)
    if isinstance(reason, str) and reason:
        return reason
    if isinstance(error, IgnoreRequest):
        return _ignored(str(error))
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
    return words.removesuffix("_error") or "unknown"


def _ignored(message: str) -> str:
    lowered = message.lower()
    if "robots" in lowered:
        return "robots_forbidden"
    if "max redirections" in lowered:
        return "redirect_limit"
    return "offsite" if "offsite" in lowered else "ignored"


# Reason -> the state in which the request's row of the frontier ends
STATES = {
    **dict.fromkeys(GONE, "gone"),
    "robots_forbidden": "forbidden",
    "forbidden_address": "forbidden",
    "offsite": "offsite",
    "redirect_offsite": "offsite",
    "redirect_seen_before": "redirected",
    "max_stories": "left",
}


def state_of(reason: str) -> str:
    """A reason -> the terminal state of table frontier; ``failed`` for most."""
    return STATES.get(reason, "failed")


def count(stats: StatsCollector, reason: str) -> None:
    """Counts a page that was not read: ``page/failed``, ``page/failed/<reason>``, and
    ``page/<state>`` where that is an outcome of its own (gone, forbidden …)."""
    stats.inc_value("page/failed")
    stats.inc_value(f"page/failed/{reason}")
    state = state_of(reason)
    if state != "failed":
        stats.inc_value(f"page/{state}")


def speaks_against_the_night(reason: str) -> bool:
    """Is this failure an error of the site or the network, rather than an outcome
    (gone, refused, kept away by robots.txt)?"""
    return reason not in GONE and reason not in REFUSED
