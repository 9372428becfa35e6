"""How a run ended, in one word, one exit code and one line a person understands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Exit(IntEnum):
    """The exit codes of ``scrapy crawl`` (README, "Exit codes")."""

    GOOD = 0
    INTERNAL = 1
    USAGE = 2
    CONFIGURATION = 3
    DATABASE_UNREACHABLE = 4
    ANOTHER_RUN = 5
    NOTHING_FOUND = 6
    TOO_MANY_ERRORS = 7
    INTERRUPTED = 8
    STORING_FAILED = 9
    DISK_FULL = 10
    MEMORY = 11
    DEADLINE = 12
    WALLED = 13
    DATABASE_LOST = 14
    ROBOTS_UNAVAILABLE = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``outcome`` is the lower-case name of ``code``; ``line`` says it in words."""

    code: Exit
    line: str

    @property
    def outcome(self) -> str:
        return self.code.name.lower()

    def turned(self, code: Exit) -> Verdict:
        """The same run with another code, whose line says both."""
        if code is self.code:
            return self
        opening = OPENINGS[self.code]
        known = self.line.startswith(opening)
        rest = self.line.removeprefix(opening) if known else f". {self.line}"
        line = f"{OPENINGS[code]} (but for that: {self.outcome}){rest}"
        return Verdict(code=code, line=line)

    def lost(self) -> Verdict:
        """The same where something lies on disk that the database has not taken: of all
        ends but those of :data:`WORSE` that is what somebody has to know."""
        return self if self.code in WORSE else self.turned(Exit.DATABASE_LOST)


# Scrapy's finish_reason -> our code, for the reasons that decide alone
REASONS = {
    "unknown_channel": Exit.CONFIGURATION,
    "database_unreachable": Exit.DATABASE_UNREACHABLE,
    "store_errors": Exit.STORING_FAILED,
    "shutdown": Exit.INTERRUPTED,
    "another_run": Exit.ANOTHER_RUN,
    "disk_full": Exit.DISK_FULL,
    "memusage_exceeded": Exit.MEMORY,
    "deadline": Exit.DEADLINE,
    "walled": Exit.WALLED,
    "database_lost": Exit.DATABASE_LOST,
    "robots_unavailable": Exit.ROBOTS_UNAVAILABLE,
    # Scrapy's own limits, for whoever sets one
    "closespider_timeout": Exit.DEADLINE,
    "closespider_timeout_no_item": Exit.DEADLINE,
    "closespider_errorcount": Exit.TOO_MANY_ERRORS,
    "closespider_pagecount_no_item": Exit.NOTHING_FOUND,
}
# The run did what it was asked to; whether that was good, the counters tell
DONE = frozenset({"finished", "closespider_itemcount", "closespider_pagecount"})

# What a database that went away does not hide
WORSE = frozenset({Exit.STORING_FAILED, Exit.DISK_FULL})

# Ends of a page that were no failure, in the words of table frontier
APART = ("gone", "forbidden", "redirected", "offsite")

OPENINGS = {
    Exit.GOOD: "Good night",
    Exit.INTERNAL: "Failed: an error of the program, see the log",
    Exit.CONFIGURATION: "Not started: configuration",
    Exit.DATABASE_UNREACHABLE: "Not started: the database cannot be reached",
    Exit.ANOTHER_RUN: "Stopped: another run is in progress on this database",
    Exit.NOTHING_FOUND: "Nothing found: no list of the site named any story",
    Exit.TOO_MANY_ERRORS: "Too many errors",
    Exit.INTERRUPTED: "Interrupted: what is stored is whole, run again to go on",
    Exit.STORING_FAILED: "Storing failed: items were fetched but not stored",
    Exit.DISK_FULL: "Stopped: the disk is full; free some and run again to go on",
    Exit.MEMORY: "Stopped: the memory limit is reached; run again to go on",
    Exit.DEADLINE: "Stopped: the run's time is over; run again to go on",
    Exit.WALLED: (
        "Stopped: the site shows walls (challenge, login) instead of pages, or leads "
        "away from them"
    ),
    Exit.DATABASE_LOST: (
        "The database went away: what it has not taken is kept on disk, and the next "
        "run stores it"
    ),
    Exit.ROBOTS_UNAVAILABLE: (
        "Nothing requested: robots.txt cannot be had, which forbids everything "
        "(RFC 9309)"
    ),
}

# Redirects that lead to no story; and all that are followed no further
LED_AWAY = frozenset({"redirect_offsite", "redirect_elsewhere"})
FOLLOWED_NO_FURTHER = LED_AWAY | {"redirect_seen_before"}
# With fewer new stories they say little
NEW_MIN = 5
ROBOTS_GONE = (
    "Stopped: robots.txt cannot be had any more, which forbids everything (RFC 9309)"
)


def judge(stats: Mapping[str, Any], *, error_ratio_max: float) -> Verdict:
    """The verdict on a finished run.

    Args:
        stats: Scrapy's final stats.
        error_ratio_max: share of failed pages (0 to 1) above which a night is bad.
    """
    code = _code(stats, error_ratio_max)
    reason = stats.get("verdict/detail")
    opening = OPENINGS[code]
    if code is Exit.GOOD and stats.get("replay/miss"):
        opening = "Replayed with gaps"
    if code is Exit.ROBOTS_UNAVAILABLE and stats.get("page/ok"):
        opening = ROBOTS_GONE
    opening = f"{opening}: {reason}" if reason else opening
    verdict = Verdict(code=code, line=f"{opening}. {figures(stats)}")
    return verdict.lost() if stats.get("store/spooled") else verdict


def _code(stats: Mapping[str, Any], error_ratio_max: float) -> Exit:
    reason = stats.get("finish_reason")
    if reason == "disk_full":
        return Exit.DISK_FULL  # which may be why storing failed as well
    if stats.get("store/error", 0):
        return Exit.STORING_FAILED
    if reason in REASONS:
        return REASONS[reason]
    if reason not in DONE or stats.get("internal/error", 0):
        return Exit.INTERNAL
    if stats.get("replay/damaged_files") and stats.get("replay/miss"):
        return Exit.TOO_MANY_ERRORS
    if 2 * stats.get("walls/pages", 0) > pages(stats) and not stats.get("link/rows"):
        return Exit.WALLED  # all lists are, if too few to end the run by themselves
    if led_away(stats):
        return Exit.WALLED
    if none_read(stats) or errors(stats) > error_ratio_max * max(pages(stats), 1):
        return Exit.TOO_MANY_ERRORS
    # what goes on with a job, or helps with one, may find nothing left to read
    if not stats.get("link/rows", 0) and not stats.get("job/shared"):
        return Exit.NOTHING_FOUND
    return Exit.GOOD


def led_away(stats: Mapping[str, Any]) -> bool:
    """Did the site lead away from most new stories, and show none at all?"""
    reasons = (f"page/failed/{reason}" for reason in FOLLOWED_NO_FURTHER)
    away = sum(int(stats.get(reason, 0)) for reason in reasons)
    return none_read(stats) and 2 * away > int(stats["cost/new"])


def none_read(stats: Mapping[str, Any]) -> bool:
    """Were new stories asked for, and none at all came?"""
    new = int(stats.get("cost/new", 0))
    return new >= NEW_MIN and not stats.get("page/story/ok")


def pages(stats: Mapping[str, Any]) -> int:
    """Pages asked for: those that were read and those that were not."""
    return int(stats.get("page/ok", 0)) + int(stats.get("page/failed", 0))


def failed(stats: Mapping[str, Any]) -> int:
    """Pages that were not read and whose end is none of :data:`APART`."""
    apart = sum(int(stats.get(f"page/{state}", 0)) for state in APART)
    return int(stats.get("page/failed", 0)) - apart


def errors(stats: Mapping[str, Any]) -> int:
    """Failures that speak against the night.

    A story that is gone (404, 410) and a page that robots.txt or the story limit
    keeps from us are outcomes, not errors. Of what a reader raised Scrapy keeps a count
    too, and ``page/raised`` is what stands in both.
    """
    raised = stats.get("spider_exceptions/count", 0) - stats.get("page/raised", 0)
    return int(stats.get("page/error", 0)) + max(int(raised), 0)


def figures(stats: Mapping[str, Any]) -> str:
    """The counters of a run as a sentence."""

    def count(name: str) -> int:
        return int(stats.get(name, 0))

    articles = {
        word: count(f"store/article/{word}")
        for word in ("inserted", "changed", "unchanged")
    }
    parts = [
        f"{count('page/story/ok')} stories read "
        f"({articles['inserted']} new, {articles['changed']} changed, "
        f"{articles['unchanged']} unchanged)",
        f"{count('store/link/inserted')} new and "
        f"{count('store/link/seen')} known links",
        f"{count('page/ok')} pages, {failed(stats)} failed",
    ]
    parts += [
        f"{count(f'page/{state}')} {state}" for state in APART if count(f"page/{state}")
    ]
    if count("store/quarantined"):
        parts.append(f"{count('store/quarantined')} rows quarantined")
    if count("replay/miss"):
        parts.append(f"{count('replay/miss')} not in the archive (replay_miss)")
    if count("store/spooled"):
        parts.append(f"{count('store/spooled')} writes kept on disk")
    if count("left/max_stories"):
        parts.append(f"{count('left/max_stories')} stories left for next time")
    return ", ".join(parts) + "."
