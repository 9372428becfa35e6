"""What became of a visit to a story, from how its page ended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler import urls
from crawler.items import Observation
from crawler.pages.captured import unchanged
from crawler.pages.walls import LOGIN_ADDRESS
from crawler.policy.revisit import site_clock

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy import Request
    from scrapy.http import Response

OUTCOMES = {
    "http_404": "not_found",
    "http_410": "gone",
    "http_401": "refused",
    "http_403": "refused",
    "http_429": "refused",
    "http_451": "refused",
    "challenge": "refused",
    "login": "refused",
    "consent": "refused",
    "soft_404": "not_found",
    "no_headline": "no_headline",
    "redirect_shell": "no_headline",
    "redirect_offsite": "redirected",
    "redirect_seen_before": "redirected",
    "redirect_elsewhere": "redirected",
}
# The story was not asked for at all
NO_VISIT = frozenset(
    {"robots_forbidden", "robots_unavailable", "replay_miss", "max_stories"}
    | {"archive_failed", "ignored", "not_asked"}
)
SERVER_ERROR = re.compile(r"http_5\d\d")
STATUS = re.compile(r"http_(\d{3})")


def outcome_of(reason: str) -> str | None:
    """A reason of ``failures`` or of a refused page -> a word of table observation;
    None where there was no visit."""
    if reason in NO_VISIT:
        return None
    if SERVER_ERROR.fullmatch(reason):
        return "server_error"
    return OUTCOMES.get(reason, "unreachable")


def asked_for(request: Request, origin: str) -> int | None:
    """The story that a request, or the first of its redirects, was for."""
    first = (request.meta.get("redirect_urls") or [request.url])[0]
    return urls.story_id(first, origin=origin)


def led_away(request: Request, origin: str) -> str:
    """Why a redirect is not followed, from the address that it leads to: ``login`` (a
    wall), ``redirect_offsite``, ``redirect_seen_before`` (a story that the run has met)
    or ``redirect_elsewhere`` (what is none, or where it came from)."""
    if LOGIN_ADDRESS.search(urlsplit(request.url).path):
        return "login"
    if urls.never_requested(request.url, origin=origin) == "offsite":
        return "redirect_offsite"
    target = urls.story_id(request.url, origin=origin)
    if target is None or target == asked_for(request, origin):
        return "redirect_elsewhere"
    return "redirect_seen_before"


def redirected_by(request: Request) -> int | None:
    """HTTP status of the last redirect that led to a request; None where none did."""
    said = request.meta.get("redirect_reasons") or []
    return next((one for one in reversed(said) if isinstance(one, int)), None)


def observed(
    request: Request,
    reason: str,
    *,
    origin: str,
    status: int | None = None,
    seen_at: datetime | None = None,
) -> Observation | None:
    """The observation that a failed visit makes; None for what is no story."""
    story_id, outcome = asked_for(request, origin), outcome_of(reason)
    if story_id is None or outcome is None:
        return None
    away = (
        outcome == "no_headline" and urls.story_id(request.url, origin=origin) is None
    )
    found = STATUS.fullmatch(reason)
    return Observation(
        story_id=story_id,
        outcome="redirected" if away else outcome,
        status=int(found[1]) if found else status,
        detail=reason,
        seen_at=seen_at,
        capture_id=request.meta.get("capture_id"),
    )


def not_modified(response: Response, story_id: int) -> tuple[Observation, ...]:
    """A visit that the site answered with a 304: its capture is that of the answer;
    nothing where the page itself came."""
    told = unchanged(response)
    if told is None:
        return ()
    alive = Observation(
        story_id=story_id,
        outcome="alive",
        status=304,
        seen_at=site_clock(response),
        capture_id=told.capture_id,
    )
    return (alive,)


def led_elsewhere(
    response: Response, story_id: int, origin: str
) -> tuple[Observation, ...]:
    """A visit to one story that ended at another; nothing where it did not."""
    request = response.request
    asked = asked_for(request, origin) if request is not None else None
    if request is None or asked is None or asked == story_id:
        return ()
    away = Observation(
        story_id=asked,
        outcome="redirected",
        status=redirected_by(request),
        detail=f"leads to story {story_id}",
        seen_at=site_clock(response),
        capture_id=request.meta.get("capture_id"),
    )
    return (away,)
