"""Which stories a night fetches: unknown ones, and known ones that may have changed.

What it costs: a story is fetched when it is new. In its first ``REVISIT_HOURS``, and
for as long after every change, it is fetched again where the list API tells of a
change, by lot, or in every run while that API is not trusted. One that vanished is
asked for in every run of the next eight days, then after 16 and 32 days, or when a list
names it, in case it comes back.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from scrapy.http import Response

# A run right after another finds nothing that the first has not seen
PAUSE = timedelta(hours=6)
DAY = timedelta(days=1)
MISHAP = 8 * DAY
# After this long nobody waits for a vanished story any more
FORGOTTEN = 32 * DAY
# A night may be left out
CATCH_UP = 2 * DAY


class Known(Protocol):
    """What the archive tells of a story it holds; instants are aware UTC, on the
    site's clock. ``absent_since``: first of the visits that did not find it, and
    ``absences`` their number; ``words``: what lists called it between its newest
    revision and the last night that answered for it.
    ``of_this_job``: it was not there when the night's job began, be it that a run that
    died meanwhile has stored it. ``read_night``: last night that read it;
    ``told``: what the list API last gave as its time of change, heard so from night
    ``told_since`` to night ``told_seen``."""

    @property
    def of_this_job(self) -> bool: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def changed_at(self) -> datetime | None: ...
    @property
    def visited_at(self) -> datetime | None: ...
    @property
    def absent_since(self) -> datetime | None: ...
    @property
    def absences(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def words(self) -> Collection[str]: ...
    @property
    def read_night(self) -> int | None: ...
    @property
    def told(self) -> str | None: ...
    @property
    def told_since(self) -> int | None: ...
    @property
    def told_seen(self) -> int | None: ...


def due(
    known: Known | None,
    *,
    now: datetime,
    window: timedelta,
    words: Collection[str] = (),
    after_change: timedelta | None = None,
) -> bool:
    """Is a story worth a request?

    Args:
        now: on the site's clock.
        window: a story's age up to which every run looks at it again.
        words: what lists call it just now.
        after_change: how long every run looks again at what has changed; by default
            as long as at a new one.
    """
    if known is None:
        return True
    if just_seen(known, now):
        return False
    if known.absent_since is not None:
        # what a list names again may be back
        return bool(words) or _absent_due(known, known.absent_since, now)
    if known.published_at is None or now - known.published_at <= window:
        return True
    # who changes a story once may change it back
    again = window if after_change is None else after_change
    if known.changed_at is not None and now - known.changed_at <= again:
        return True
    return not {known.title, *known.words}.issuperset(words)


def just_seen(known: Known, now: datetime) -> bool:
    """Did a run moments ago, such as the one before this, visit it?"""
    return known.visited_at is not None and now - known.visited_at < PAUSE


def _absent_due(known: Known, since: datetime, now: datetime) -> bool:
    """Every run while it may be a mishap, then once after each pause, which double;
    only for two days, since a list that told of it instead leaves no visit."""
    gone, visited = now - since, known.visited_at
    if visited is None or gone <= MISHAP:
        return True
    return any(
        pause <= gone < pause + CATCH_UP and visited - since < pause
        for pause in (2 * MISHAP, FORGOTTEN)
    )


def site_clock(response: Response) -> datetime:
    """The site's own time (the Date header, RFC 9110 §6.6.1), aware UTC.

    A story's age is measured on it, so that a simulated or replayed night decides as
    the night itself did. Without a readable header it is this machine's time.
    """
    return date_field(response) or datetime.now(UTC)


def date_field(response: Response) -> datetime | None:
    """The Date header, aware UTC; None if there is no readable one."""
    raw = response.headers.get("Date")
    if not raw:
        return None
    try:
        read = parsedate_to_datetime(raw.decode("ascii", "replace"))
        return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):  # the latter beyond the year 9999
        return None
