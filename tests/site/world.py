"""The truth of the replica: the stories of every night and their state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING

from tests.site import text
from tests.site.bylines import byline
from tests.site.channels import CHANNELS
from tests.site.stories import Photo, Story

if TYPE_CHECKING:
    from tests.site.channels import Channel
    from tests.site.faults import Fault

FIRST_NIGHT = date(2026, 3, 7)
NIGHT_TIME = time(9, 10, tzinfo=UTC)
NEW_A_NIGHT = 24
EDITS = ("title", "paragraphs", "figures", "byline", "keywords", "list_title")
KINDS = (
    *("plain", "audio", "no_figure", "photos", "column", "editorial", "letter"),
    *("literary", "agency", "notice", "supplied", "magazine", "video", "part_1"),
    *("part_2", "no_byline", "subheads", "paragraph_figure", "promotion", "bar_title"),
    *("sister", "plain", "photos", "plain"),
)
PREFIXES = {"column": "紐約客談／", "editorial": "一洲焦點／"}


@dataclass(frozen=True)
class Night:
    """One state of the site. ``stories`` are those that answer, by id; ``faults``:
    what answers instead, where that is not a 404."""

    number: int
    now: datetime
    seed: int
    stories: dict[int, Story]
    withdrawn: frozenset[int]
    edited: dict[int, str]
    gone: tuple[Story, ...] = ()
    faults: dict[int, Fault] = field(default_factory=dict)

    @cached_property
    def newest(self) -> list[Story]:
        return sorted(
            self.stories.values(), key=lambda s: (s.published, s.id), reverse=True
        )

    @cached_property
    def by_channel(self) -> dict[str, list[Story]]:
        found: dict[str, list[Story]] = {channel.code: [] for channel in CHANNELS}
        for story in self.newest:
            found[story.channel.code].append(story)
        return found

    def ticker(self) -> list[Story]:
        return self._picked("ticker", self.newest[:30], 2)

    def popular(self) -> list[Story]:
        return self._picked("popular", self.newest[:120], 5)

    def hot(self, channel: Channel) -> list[Story]:
        return self._picked(channel.code, self.by_channel[channel.code][:25], 6)

    def related(self, story: Story) -> list[Story]:
        pool = [one for one in self.newest if one.id < story.id] or self.newest
        return Random(f"{self.seed} related {story.id}").sample(pool, min(4, len(pool)))

    def neighbours(self, story: Story) -> tuple[Story | None, Story | None]:
        """(previous, next) of the channel: newer first, as the site orders them."""
        row = self.by_channel[story.channel.code]
        at = row.index(story)
        return (row[at - 1] if at else None, row[at + 1] if at + 1 < len(row) else None)

    def _picked(self, what: str, pool: list[Story], number: int) -> list[Story]:
        rng = Random(f"{self.seed} {self.number} {what}")
        return rng.sample(pool, min(number, len(pool)))


class World:
    """All nights of a seed; the same seed gives the same nights."""

    def __init__(
        self,
        seed: int,
        *,
        stories: int = 320,
        channels: int = 8,
        first_night: date = FIRST_NIGHT,
    ) -> None:
        self.seed = seed
        self.channels = CHANNELS[:channels]
        self.size = stories
        self.first = datetime.combine(first_night, NIGHT_TIME)
        self.nights: list[Night] = []
        self.next_id = 9_300_000
        # Of a hundred stories so many whose edits the list API keeps to itself
        self.unsaid = 0

    def night(self, number: int) -> Night:
        """Night ``number``, from 1."""
        while len(self.nights) < number:
            self.nights.append(self._following())
        return self.nights[number - 1]

    def honest(self, story_id: int) -> bool:
        """Does the list API tell that the story was edited?"""
        return story_id % 100 >= self.unsaid

    def _following(self) -> Night:
        number = len(self.nights) + 1
        rng = Random(f"{self.seed} night {number}")
        now = self.first + timedelta(days=number - 1)
        if number == 1:
            return Night(
                1,
                now,
                self.seed,
                self._publish(rng, now, self.size, 9.5),
                frozenset(),
                {},
            )
        before = self.nights[-1]
        stories = dict(before.stories)
        young = [s for s in stories.values() if now - s.published < timedelta(hours=40)]
        chosen = rng.sample(young, min(8, len(young)))
        gone, edited = chosen[:2], chosen[2:]
        for story in gone:
            del stories[story.id]
        what = {}
        for story, kind in zip(edited, EDITS, strict=False):
            edited_now = self._edit(story, kind, rng)
            if kind != "list_title" and self.honest(story.id):
                edited_now = replace(edited_now, modified=now)
            stories[story.id] = edited_now
            what[story.id] = kind
        stories |= self._publish(rng, now, min(NEW_A_NIGHT, self.size), 0.9)
        withdrawn = before.withdrawn | {story.id for story in gone}
        everything_gone = (*before.gone, *gone)
        return Night(number, now, self.seed, stories, withdrawn, what, everything_gone)

    def _publish(
        self, rng: Random, now: datetime, number: int, days: float
    ) -> dict[int, Story]:
        minutes = int(days * 24 * 60)
        instants = sorted(
            now - timedelta(minutes=rng.randint(1, minutes)) for _ in range(number)
        )
        # late publication: ids are given when a story is begun
        for at in range(0, number - 1, 17):
            instants[at], instants[at + 1] = instants[at + 1], instants[at]
        found = {}
        for order, published in enumerate(instants):
            self.next_id += rng.randint(1, 40)
            story = self._story(rng, self.next_id, order, published)
            found[story.id] = story
        return found

    def _story(
        self, rng: Random, number: int, order: int, published: datetime
    ) -> Story:
        channel = self.channels[order % len(self.channels)]
        kind = KINDS[order % len(KINDS)]
        paragraphs = [text.paragraph(rng) for _ in range(rng.randint(3, 8))]
        subheads = frozenset({1} if kind == "subheads" else ())
        if subheads:
            paragraphs.insert(1, text.headline(rng))
        title = PREFIXES.get(kind, "") + text.headline(rng)
        title += {"part_1": "(上)", "part_2": "(下)", "bar_title": " | 系列二"}.get(
            kind, ""
        )
        varied = rng.random() < 0.2
        return Story(
            id=number,
            channel=channel,
            subcategory=rng.choice(sorted(channel.subcategories)),
            kind=kind,
            published=published,
            title=title,
            list_title=text.headline(rng) if varied else title,
            says=byline(kind, rng),
            paragraphs=tuple(paragraphs),
            photos=self._photos(rng, kind, len(paragraphs), number),
            keywords=() if kind == "literary" else tuple(rng.sample(text.TOPICS, 3)),
            tags=self._tags(rng, paragraphs),
            subheads=subheads,
        )

    def _photos(
        self, rng: Random, kind: str, paragraphs: int, number: int
    ) -> tuple[Photo, ...]:
        if kind in ("no_figure", "literary", "letter"):
            return ()
        places = [0]
        if kind == "photos":
            places += [1, min(3, paragraphs)]
        if kind == "paragraph_figure":
            places.append(2)
        return tuple(
            Photo(
                number=number * 10 + at,
                caption=text.caption(rng) if rng.random() < 0.85 else None,
                credit=rng.choice(text.CREDITS) if rng.random() < 0.8 else None,
                after=place,
            )
            for at, place in enumerate(places)
        )

    def _tags(self, rng: Random, paragraphs: list[str]) -> tuple[tuple[int, str], ...]:
        words = [w for w in (*text.WHO, *text.WHAT) if w in paragraphs[0]]
        return ((0, rng.choice(words)),) if words and rng.random() < 0.5 else ()

    def _edit(self, story: Story, kind: str, rng: Random) -> Story:
        if kind == "title":
            title = text.headline(rng)
            return replace(story, title=title, list_title=title)
        if kind == "list_title":
            return replace(story, list_title=text.headline(rng))
        if kind == "keywords":
            return replace(story, keywords=tuple(rng.sample(text.TOPICS, 2)))
        if kind == "byline":
            return replace(story, says=byline("sister", rng))
        if kind == "figures" and story.photos:
            first = replace(story.photos[0], caption=text.caption(rng))
            return replace(story, photos=(first, *story.photos[1:]))
        return replace(story, paragraphs=(*story.paragraphs, text.paragraph(rng)))
