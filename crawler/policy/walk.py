"""Which known stories a night looks at: those of which the list API tells a change.

The API's breaking list is walked from the newest story to the end of the revisit
window. A story whose ``modify_time`` moved, or that does not stand where it should, is
visited; of the others a few by lot, as long as the signal is trusted, else all. What
the walk does not reach is looked at as if there were no signals.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawler import times
from crawler.policy import revisit
from crawler.policy.selection import Candidate
from crawler.told import Look

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from crawler.pages.list_page import ListPage
    from crawler.policy.selection import Selection

AUDITS_MIN = 2
# After so many looks that found the silence true, at most 3 in 100 silences are false
# (95 %, rule of three): then a tenth of the audits will do
CLEAN = 100
# With signals trusted: one night more, in case the change is taken back
AFTER_CHANGE = timedelta(hours=36)
# Reasons that prove or disprove a signal
PROVING = frozenset({"signalled", "audit", "quiet"})


async def nothing_proven() -> tuple[int, int]:
    """What a run without an archive knows of signals."""
    return 0, 0


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a walk has come, as values that JSON can hold. ``now``: the site's clock
    when it began; ``oldest``: published time of its last row; ``ids``: stories of its
    last page; ``rows``: how many it has seen."""

    now: str
    oldest: str | None = None
    ids: list[int] = field(default_factory=list)
    rows: int = 0


class Walk:
    """Decides story by story what becomes of the known ones.

    ``proof`` tells how many edits the signal told of, and how many looks without a
    signal found nothing, since it last missed one: with ``needed`` of each it is
    trusted. ``share``: of the stories without a signal, how many are audited; a tenth
    of it once ``CLEAN`` looks have found nothing.
    """

    def __init__(self, selection: Selection, *, share: float, needed: int) -> None:
        self.selection = selection
        self.share, self.needed = share, needed
        self.proof: Callable[[], Awaitable[tuple[int, int]]] = nothing_proven
        self.trusted: bool | None = None
        self.audits: frozenset[int] = frozenset()

    async def begin(self, now: datetime) -> None:
        """Reads once what the archive holds, and draws the audits by lot."""
        if self.trusted is not None:
            return
        told, clean = await self.proof()
        self.trusted = self.needed > 0 and min(told, clean) >= self.needed
        self.selection.after_change = AFTER_CHANGE if self.trusted else None
        waiting = await self.selection.load(now)
        young = [
            number
            for number, (_, known) in waiting.items()
            if known.absent_since is None and self.due(known, now)
        ]
        night = now.date().isoformat()
        drawn = sorted(young, key=lambda number: lot(number, night))
        share = self.share / 10 if clean >= CLEAN else self.share
        size = sum(lot(number, night) < share for number in drawn)
        self.audits = frozenset(drawn[: max(size, AUDITS_MIN)])
        self.selection.stats.set_value("signal/trusted", int(self.trusted))

    def due(self, known: revisit.Known, now: datetime) -> bool:
        """Would it be visited if no list told anything?"""
        return revisit.due(
            known,
            now=now,
            window=self.selection.window,
            after_change=self.selection.after_change,
        )

    async def page(self, page: ListPage, reach: Reach) -> tuple[list[Candidate], Reach]:
        """The known stories to visit after this page, and how far the walk is now."""
        now = datetime.fromisoformat(reach.now)
        await self.begin(now)
        named = {row.story_id for row in page.rows if row.story_id}
        told = {signal.story_id: signal.value for signal in page.signals}
        listed = [at for row in page.rows if (at := times.listed(row.date_witnesses))]
        oldest = min(listed, default=None)
        upper = datetime.fromisoformat(reach.oldest) if reach.oldest else None
        found = []
        for number, (url, known) in list(self.selection.waiting.items()):
            if number in named:
                why = self.named(number, known, told.get(number), now)
            elif number not in reach.ids and stands(known, oldest, upper):
                why = self.unnamed(known, now)
            else:
                continue
            del self.selection.waiting[number]
            if why:
                found.append(candidate(number, url, why))
            elif self.trusted and (known.told or self.due(known, now)):
                self.selection.settled.add(number)
        rows = reach.rows + len(page.rows)
        reached = oldest.isoformat() if oldest else reach.oldest
        return self.chosen(found), Reach(reach.now, reached, sorted(named), rows)

    def named(
        self, number: int, known: revisit.Known, told: str | None, now: datetime
    ) -> str | None:
        """Why to visit a story that the list names; ``told``: its time of change."""
        moved = known.told is not None and told is not None and told != known.told
        if revisit.just_seen(known, now) and not moved:
            return None
        if known.absent_since is not None:
            return "presence"
        if known.told is None or told is None:
            return "uncovered" if self.due(known, now) else None
        if moved or (known.told_since or 0) > (known.read_night or 0):
            return "signalled"
        if not self.due(known, now):
            return None
        if self.trusted:
            return "audit" if number in self.audits else None
        return "quiet"

    def unnamed(self, known: revisit.Known, now: datetime) -> str | None:
        """Why to visit a story that does not stand where it should."""
        if not self.due(known, now):
            return None
        if known.absent_since is not None:
            settled = self.trusted and known.absences > 1
            return None if settled else "confirmation"
        if known.told is None:
            return "uncovered"
        named_since = (known.told_seen or 0) >= (known.read_night or 0)
        return "absence" if named_since or not self.trusted else None

    def goes_on(self, reach: Reach) -> bool:
        """Does a further page save visits, or prove the signal, for what it costs?"""
        if reach.oldest is None or not reach.rows:
            return False
        now, oldest = map(datetime.fromisoformat, (reach.now, reach.oldest))
        pages = reach.rows / max(1, len(reach.ids))
        each = max(now - oldest, timedelta(minutes=1)) / pages
        waiting = sorted(
            (
                known.published_at
                for _, known in self.selection.waiting.values()
                if known.published_at is not None
                and known.published_at < oldest
                and (known.absent_since is None or known.absences > 1)
                and self.due(known, now)
            ),
            reverse=True,
        )
        return any(
            saved > (oldest - published) / each
            for saved, published in enumerate(waiting, 1)
        )

    async def rest(self, reach: Reach) -> list[Candidate]:
        """What the walk did not reach, as if there were no signals."""
        now = datetime.fromisoformat(reach.now)
        await self.begin(now)
        found = []
        for number, (url, known) in self.selection.waiting.items():
            if passed(known, reach):
                self.selection.settled.add(number)
            elif self.due(known, now):
                why = "uncovered" if known.absent_since is None else "confirmation"
                found.append(candidate(number, url, why))
        self.selection.waiting.clear()
        return self.chosen(found)

    def chosen(self, found: list[Candidate]) -> list[Candidate]:
        """Those not chosen in this run before, newest first."""
        fresh = [one for one in found if one.story_id not in self.selection.chosen]
        self.selection.chosen |= {one.story_id for one in fresh}
        return sorted(fresh, key=lambda one: one.story_id, reverse=True)


def stands(
    known: revisit.Known, oldest: datetime | None, upper: datetime | None
) -> bool:
    """Would the story stand on a page that ends at ``oldest``, below one that ended at
    ``upper``? Lists tell minutes."""
    if known.published_at is None or oldest is None:
        return False
    minute = known.published_at.replace(second=0, microsecond=0)
    return oldest < minute and (upper is None or minute <= upper)


def passed(known: revisit.Known, reach: Reach) -> bool:
    """Has the walk come by where the story would stand? Another process, or an earlier
    one of the job, may have decided on it."""
    oldest = datetime.fromisoformat(reach.oldest) if reach.oldest else None
    return stands(known, oldest, None)


def candidate(number: int, url: str, why: str) -> Candidate:
    told: dict[str, str | int] = {"section": "archive", "why": why}
    return Candidate(story_id=number, url=url, depth=0, found=told)


def looks(candidates: Iterable[Candidate]) -> tuple[Look, ...]:
    """What to keep of why stories were chosen."""
    return tuple(
        Look(story_id=one.story_id, why=str(one.found["why"]))
        for one in candidates
        if one.found.get("why") in PROVING
    )


def lot(number: int, night: str) -> float:
    """From 0 to 1, the same for a story and a night whoever asks."""
    drawn = hashlib.sha256(f"{number} {night}".encode()).digest()[:8]
    return int.from_bytes(drawn) / 2**64


def reach_of(given: dict[str, Any]) -> Reach:
    """The reach that a request carries."""
    return Reach(**given)
