"""The desk of the paper: what it does, night after night, to stories it has."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.site import faults, text
from tests.site.history.edits import CLASSES
from tests.site.history.half import WAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from random import Random

    from tests.site.faults import Fault
    from tests.site.stories import Story

YOUNG = timedelta(hours=48)
# Every second of these comes back, after so many nights
WITHDRAWALS = (
    *(faults.NOT_FOUND, faults.GONE, faults.NOT_FOUND),
    *(faults.REDIRECTED, faults.NO_HEADLINE),
)
AWAY = (2, 3, 4, 6)
RETITLED = 2  # nights that lists use other words


class Away(NamedTuple):
    """A withdrawn story. ``returns``: the first night on which it may be back."""

    story: Story
    fault: Fault
    returns: int | None


@dataclass
class Changes:
    """What a night did. ``edited``: story -> class; ``half``: story -> what came of
    its page; ``faults``: of tonight alone."""

    edited: dict[int, str] = field(default_factory=dict)
    half: dict[int, Story] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)


class Desk:
    """``kept``: stories that nothing more happens to; ``scale``: how often everything
    happens in a night."""

    def __init__(self, scale: int) -> None:
        self.scale = scale
        self.stories: dict[int, Story] = {}
        self.away: dict[int, Away] = {}
        self.kept: set[int] = set()
        self.undo: dict[int, tuple[str, Story]] = {}
        self.retitled: dict[int, tuple[int, Story]] = {}
        self.turns: Counter[str] = Counter()
        self.last = Changes()

    def night(
        self,
        number: int,
        now: datetime,
        rng: Random,
        *,
        shown: Iterable[int],
        quiet_next: bool,
    ) -> Changes:
        """Everything of a night but new stories. ``shown``: stories that lists show;
        ``quiet_next``: nothing may last for this night alone."""
        done = Changes()
        self._bring_back(number, done)
        resting = {*self.last.faults, *self.last.half}
        late = now - YOUNG
        young = [k for k, one in self.stories.items() if one.published > late]
        young = [key for key in young if key not in resting]
        rng.shuffle(young)
        self._edit(number, young, rng, done)
        self._retitle(number, young, list(shown), rng, done)
        self._withdraw(number, young, rng, done)
        if not quiet_next:
            self._fail(number, young, done)
        self.last = done
        return done

    def _bring_back(self, number: int, done: Changes) -> None:
        """Withdrawn stories, and earlier states of edited ones."""
        for key, away in list(self.away.items()):
            if away.returns is not None and away.returns <= number:
                self.stories[key] = away.story
                del self.away[key]
                done.touched.add(key)
        for key, (kind, story) in self.undo.items():
            self.stories[key] = story
            done.edited[key] = kind
        self.undo = {}
        for key, (until, story) in list(self.retitled.items()):
            if until <= number:
                self.stories[key] = story
                del self.retitled[key]
                self.kept.discard(key)
                done.edited[key] = "list_title"
        done.touched |= done.edited.keys()

    def _free(self, ids: Iterable[int], done: Changes) -> list[Story]:
        """Stories of ``ids`` that nothing has happened to tonight."""
        taken = done.touched | self.kept
        return [self.stories[k] for k in ids if k in self.stories and k not in taken]

    def _edit(self, number: int, young: list[int], rng: Random, done: Changes) -> None:
        """Every class; two classes a night are taken back on the next."""
        kinds = list(CLASSES)
        at = number % len(kinds)
        kinds = [*kinds[at:], *kinds[:at]]
        # what is little is not edited all at once
        for kind in (kinds * self.scale)[: len(young) // 2]:
            before = self._first(kind, young, rng, done)
            if before is not None and kind in (kinds[0], kinds[3]):
                self.undo[before.id] = (kind, before)

    def _first(
        self, kind: str, young: list[int], rng: Random, done: Changes
    ) -> Story | None:
        """Edits the first story that allows it, and returns what it was."""
        ways, turn = CLASSES[kind], self.turns[kind]
        self.turns[kind] += 1
        for at in range(len(ways)):
            way = ways[(turn + at) % len(ways)]
            for story in self._free(young, done):
                edited = way(story, rng)
                if edited is not None:
                    self.stories[story.id] = edited
                    self._note(done, story.id, kind)
                    return story
        return None

    def _note(self, done: Changes, key: int, kind: str) -> None:
        done.edited[key] = kind
        done.touched.add(key)

    def _retitle(
        self,
        number: int,
        young: list[int],
        shown: list[int],
        rng: Random,
        done: Changes,
    ) -> None:
        """Lists use other words for a young and for an old story, for some nights."""
        fresh, new = set(young), self.last.faults.keys() | self.last.half.keys()
        for wanted in (True, False):
            ids = [key for key in shown if (key in fresh) is wanted and key not in new]
            for story in self._free(ids, done)[: self.scale]:
                words = replace(story, list_title=text.headline(rng))
                self.stories[story.id] = words
                self.retitled[story.id] = (number + RETITLED, story)
                self.kept.add(story.id)
                self._note(done, story.id, "list_title")

    def _withdraw(
        self, number: int, young: list[int], rng: Random, done: Changes
    ) -> None:
        few = min(2 * self.scale, len(young) // 6)
        for story in self._free(young, done)[:few]:
            turn = self.turns["withdrawn"]
            self.turns["withdrawn"] += 1
            fault = WITHDRAWALS[turn % len(WITHDRAWALS)]
            returns = number + rng.choice(AWAY) if turn % 2 else None
            self.away[story.id] = Away(self.stories.pop(story.id), fault, returns)

    def _fail(self, number: int, young: list[int], done: Changes) -> None:
        """Refusals, server errors and half pages, of this night only."""
        turn = number // 2
        if number % 3 == 0:
            self._once(faults.REFUSED, young, done)
        if number % 2 == 0:
            self._once((faults.BROKEN, faults.OVERLOADED)[turn % 2], young, done)
            return
        halved = list(WAYS.values())[turn % len(WAYS)]
        self._halve(halved, young, done)

    def _once(self, fault: Fault, young: list[int], done: Changes) -> None:
        for story in self._free(young, done)[: self.scale]:
            done.faults[story.id] = fault
            done.touched.add(story.id)

    def _halve(
        self, way: Callable[[Story], Story | None], young: list[int], done: Changes
    ) -> None:
        for story in self._free(young, done):
            half = way(story)
            if half is not None and len(done.half) < self.scale:
                done.half[story.id] = half
                done.touched.add(story.id)
