"""A world with a history: 30 nights and more, in which everything happens that the
ledger must keep apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, cast

from tests.site.history.copies import Copies, dressed
from tests.site.history.desk import YOUNG, Desk
from tests.site.history.fronts import fronts
from tests.site.history.ledger import history_truth
from tests.site.history.night import HistoryNight
from tests.site.history.officials import quoted
from tests.site.history.placements import always
from tests.site.world import FIRST_NIGHT, World

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from tests.site.history.placements import Seen
    from tests.site.stories import Story

USUAL = 40  # new stories a night, with which everything happens once or twice
LATE = 13  # of so many new stories one appears a night late
FEW = 10  # new stories a night, with which nothing is late


class HistoryWorld(World):
    """Nights of a seed with every class of edit, withdrawal, fault and copy.

    Args:
        stories: how many the first night has.
        new_a_night: how many appear on every other night.
        quiet: nights on which nothing at all happens.
    """

    def __init__(
        self,
        seed: int,
        *,
        stories: int = 320,
        channels: int = 8,
        first_night: date = FIRST_NIGHT,
        new_a_night: int = USUAL,
        quiet: Collection[int] = (),
    ) -> None:
        super().__init__(
            seed, stories=stories, channels=channels, first_night=first_night
        )
        if min(quiet, default=2) < 2:
            raise ValueError("the first night is never quiet")
        self.new_a_night, self.quiet = new_a_night, frozenset(quiet)
        self.desk = Desk(max(1, new_a_night // USUAL))
        self.late: list[Story] = []

    def night(self, number: int) -> HistoryNight:
        return cast("HistoryNight", super().night(number))

    def history_truth(self, upto: int, seen: Seen = always) -> dict[str, Any]:
        """All that nights 1 to ``upto`` did, as values that JSON can hold.

        ``nights``: of each what is new, edited (story -> class), withdrawn, returned,
        failing, half loaded; and whether it was quiet.
        ``revisions``: story -> revisions that a visitor of every night finds, the
        first of which has no sections and no kinds; ``age_hours`` tells which of them
        a shorter window misses. ``reverts``: those that go back to the one before last.
        ``withdrawals``: ``last_night`` is the last of the nights it was gone so far.
        ``failures``: refusals and server errors. ``half_loaded``, ``late``: story and
        night. ``placements``: rows of lists with their intervals of nights.
        ``list_titles``: when lists used other words than the headline.
        ``duplicates``, and what is none: ``parts``, ``templates``.

        Args:
            seen: whether a visitor looked at a list (night, scope, key, section) on a
                night, where it was not at all lists on all nights.
        """
        nights = [self.night(number) for number in range(1, upto + 1)]
        return history_truth(nights, self.channels, seen)

    def _following(self) -> HistoryNight:
        number = len(self.nights) + 1
        now = self.first + timedelta(days=number - 1)
        if number in self.quiet:
            nothing: dict[str, Any] = {"edited": {}, "late": (), "copies": Copies()}
            return replace(self.night(number - 1), number=number, now=now, **nothing)
        rng = Random(f"{self.seed} history {number}")
        night = self._busy(number, now, rng)
        earlier = [self.night(n).lists for n in range(max(1, number - 2), number)]
        return replace(night, lists=fronts(night, earlier, rng))

    def _busy(self, number: int, now: datetime, rng: Random) -> HistoryNight:
        """A night on which things happen, without its lists."""
        desk = self.desk
        shown = self.night(number - 1).shown() if number > 1 else []
        quiet_next = number + 1 in self.quiet
        done = desk.night(number, now, rng, shown=shown, quiet_next=quiet_next)
        for key, kind in done.edited.items():
            if kind != "list_title" and key in desk.stories and self.honest(key):
                desk.stories[key] = replace(desk.stories[key], modified=now)
        late = tuple(story.id for story in self.late)
        new, copies = self._new(number, now, rng)
        desk.stories |= new
        desk.kept |= copies.ids()
        answering = {**desk.stories, **done.half}
        return HistoryNight(
            number,
            now,
            self.seed,
            {k: story for k, story in answering.items() if k not in done.faults},
            frozenset(desk.away),
            done.edited,
            tuple(away.story for away in desk.away.values()),
            done.faults | {key: away.fault for key, away in desk.away.items()},
            whole=dict(desk.stories),
            late=late,
            half=frozenset(done.half),
            copies=copies,
        )

    def _new(
        self, number: int, now: datetime, rng: Random
    ) -> tuple[dict[int, Story], Copies]:
        """Tonight's stories: ids held back last night come, some of tonight's will."""
        wanted, days = (self.size, 9.5) if number == 1 else (self.new_a_night, 0.9)
        ready = {story.id: released(story, now, rng) for story in self.late}
        holds = min(wanted, self.new_a_night) >= FEW and number + 1 not in self.quiet
        hold = self.new_a_night // LATE or 1
        begun = self._publish(rng, now, wanted - len(ready) + hold * holds, days)
        held = rng.sample(sorted(begun)[1:-1], hold * holds)
        self.late = [begun.pop(key) for key in sorted(held)]
        begun, copies = dressed(rng, number, begun)
        return begun | ready, copies

    def _story(
        self, rng: Random, number: int, order: int, published: datetime
    ) -> Story:
        return quoted(super()._story(rng, number, order, published), rng)


def released(story: Story, now: datetime, rng: Random) -> Story:
    """A late story; every other one claims to have been there a night ago."""
    if story.id % 2 and now - story.published < YOUNG:
        return story
    return replace(story, published=now - timedelta(minutes=rng.randint(1, 1200)))
