"""Which of the stories that a page names are worth a request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crawler import times, urls
from crawler.items import Section
from crawler.policy import revisit

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from scrapy.statscollectors import StatsCollector

    from crawler.items import Link
    from crawler.pages.menu import Channel
    from crawler.pages.sitemap import SitemapStory

Known = Callable[[Collection[int]], Awaitable[dict[int, revisit.Known]]]
Again = Callable[..., Awaitable[list[tuple[str, revisit.Known]]]]
# Lists whose words are a headline; a name linked in a text is none
LISTS = frozenset(Section) - {Section.BODY}
FURTHER_READING = (Section.RELATED, Section.BODY)


async def nothing_known(_story_ids: Collection[int]) -> dict[int, revisit.Known]:
    """What a run without an archive knows."""
    return {}


async def nothing_again(**_: object) -> list[tuple[str, revisit.Known]]:
    """What a run without an archive has to look at again."""
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story somebody links to; ``depth`` counts the related-reading links that led
    to it; ``words``: what lists call it; ``found``: where it was met, for the
    archive."""

    story_id: int
    url: str
    depth: int
    words: frozenset[str] = frozenset()
    found: dict[str, str | int] = field(default_factory=dict)


class Selection:
    """Chooses stories; each is chosen once a run.

    ``known`` asks the archive; ``foreign`` holds the subcategories of channels that
    the run was told to leave out. Stats: ``skip/<reason>``, ``link/rows``.
    """

    def __init__(
        self,
        stats: StatsCollector,
        *,
        since: datetime | None,
        related_depth: int,
        window: timedelta,
    ) -> None:
        self.stats = stats
        self.since = since
        self.related_depth = related_depth
        self.window = window
        self.known: Known = nothing_known
        self.held: Again = nothing_again
        self.foreign: frozenset[int] = frozenset()
        self.chosen: set[int] = set()
        # ids the archive did not hold when the run first met them, or when its job
        # began; it may by now
        self.new: set[int] = set()
        # (address, story) of those that the archive has looked at again, by id
        self.waiting: dict[int, tuple[str, revisit.Known]] = {}
        # those of them that a signal says nothing new of: no list's words matter
        self.settled: set[int] = set()
        self.loaded = False
        # Pages are read at the same time: none may see ``waiting`` half read
        self.loading = asyncio.Lock()
        # as the walk reckons it: what is due must not hang on which list comes first
        self.after_change: timedelta | None = None

    def candidates(self, links: Collection[Link], depth: int = 0) -> list[Candidate]:
        """The stories of ``links`` that the run's arguments allow, each once, at the
        smallest depth that leads to it."""
        self.stats.inc_value("link/rows", len(links))
        found: dict[int, tuple[int, Link]] = {}
        words: dict[int, set[str]] = {}
        for link in links:
            deeper = depth + (link.section in FURTHER_READING)
            if link.story_id is None or not self._allowed(link, deeper):
                continue
            if link.anchor_text and link.section in LISTS:
                words.setdefault(link.story_id, set()).add(link.anchor_text)
            if link.story_id not in found or deeper < found[link.story_id][0]:
                found[link.story_id] = deeper, link
        return [
            Candidate(
                story_id=story_id,
                url=link.url,
                depth=deeper,
                words=frozenset(words.get(story_id, ())),
                found={
                    "page": link.page_url,
                    "section": link.section.value,
                    "rank": link.position,
                },
            )
            for story_id, (deeper, link) in found.items()
        ]

    def of_sitemap(self, stories: Sequence[SitemapStory], page: str) -> list[Candidate]:
        """Stories that the sitemap ``page`` lists and the run's arguments allow."""
        found: dict[str, str | int] = {"page": page, "section": "sitemap"}
        return [
            Candidate(story_id=one.story_id, url=one.url, depth=0, found=found)
            for one in stories
            if self.in_time(times.reading(one.published))
            and self.of_a_wanted_channel(one.url)
        ]

    def leave_out(self, menu: Sequence[Channel], wanted: Sequence[Channel]) -> None:
        """Makes channels of the menu that are not ``wanted`` foreign."""
        self.foreign = frozenset(
            subcategory.id
            for channel in menu
            if channel not in wanted
            for subcategory in channel.subcategories
        )

    async def choose(
        self, candidates: Collection[Candidate], *, now: datetime
    ) -> tuple[list[Candidate], set[int]]:
        """Those worth a request now, newest first, and the ids that are new to the
        archive with this job: a list that a run died over goes on where it would."""
        await self.load(now)
        known = await self.known([one.story_id for one in candidates])
        due = [
            replace(one, found={**one.found, "why": why(known.get(one.story_id))})
            for one in candidates
            if one.story_id not in self.chosen
            and not self.waits(one, known.get(one.story_id))
            and revisit.due(
                known.get(one.story_id),
                now=now,
                window=self.window,
                words=one.words,
                after_change=self.after_change,
            )
        ]
        self.chosen |= {one.story_id for one in due}
        self.stats.inc_value("skip/known_or_chosen", len(candidates) - len(due))
        due.sort(key=lambda one: one.story_id, reverse=True)
        met = {one.story_id for one in candidates}
        self.new |= met - {one for one, old in known.items() if not old.of_this_job}
        return due, met & self.new

    async def load(self, now: datetime) -> dict[int, tuple[str, revisit.Known]]:
        """Stories that the archive holds and a run may look at again, listed or not:
        young ones, changed ones, and vanished ones. Read once; the walk decides."""
        async with self.loading:
            if not self.loaded:
                held = await self.held(now=now, window=self.window)
                self.waiting = {
                    story_id: (url, known)
                    for url, known in held
                    if (story_id := urls.story_id(url)) is not None
                    and story_id not in self.chosen
                    and self.of_a_wanted_channel(url)
                    and self.in_time(known.published_at)
                }
                self.loaded = True
        return self.waiting

    def waits(self, one: Candidate, known: revisit.Known | None) -> bool:
        """Does the walk decide on it, or has it? A vanished story that a list names
        does not wait."""
        back = known is not None and known.absent_since is not None and one.words
        return not back and (
            one.story_id in self.waiting or one.story_id in self.settled
        )

    def in_time(self, published: datetime | None) -> bool:
        """Not older than ``since``; what tells no time is given the benefit."""
        return self.since is None or published is None or published >= self.since

    def of_a_wanted_channel(self, url: str) -> bool:
        """Is the address not of a subcategory that the run leaves out?"""
        return urls.subcategory_id(url) not in self.foreign

    def _allowed(self, link: Link, depth: int) -> bool:
        reason = None
        if depth > self.related_depth and link.section in FURTHER_READING:
            reason = "related_depth"
        elif not self.in_time(times.listed(link.date_witnesses)):
            reason = "older_than_since"
        elif not self.of_a_wanted_channel(link.url):
            reason = "other_channel"
        if reason:
            self.stats.inc_value(f"skip/{reason}")
        return reason is None


def why(known: revisit.Known | None) -> str:
    """The reason for which a listed story is visited."""
    if known is None:
        return "new"
    return "words" if known.absent_since is None else "presence"
