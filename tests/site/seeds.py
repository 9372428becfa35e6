"""The two saved story pages, which exist as text only, as nights of the replica.

A seed's text is read into the same ``Story`` objects that the world invents, so that
the replica's renderer prints it in the site's markup. What the text leaves out (the
headline, addresses and times of other stories) is made up. The texts are another's:
they are read where they lie and never copied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.site.bylines import SAYS_NOTHING
from tests.site.channels import CHANNELS
from tests.site.stories import Photo, Story
from tests.site.times import EASTERN
from tests.site.world import Night

if TYPE_CHECKING:
    from pathlib import Path

    from tests.site.channels import Channel

CHINA = next(channel for channel in CHANNELS if channel.code == "china")
MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
HEADINGS = ("上一則", "下一則", "延伸閱讀", "熱門新聞", "超人氣")
NOW = datetime(2026, 2, 5, 22, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Seed:
    """What a seed's text says, as printed. ``hot``: (caption or None, title, time)."""

    ticker: list[str]
    title: str
    byline: str
    caption: str
    paragraphs: list[str]
    keywords: list[str]
    before: str
    after: str
    related: list[str]
    hot: list[tuple[str | None, str, str]]
    popular: list[str]


def read(path: Path) -> Seed:
    """The text of a page, block by block from its top."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line]
    at = {name: lines.index(name) for name in HEADINGS}
    top = lines.index("快訊")
    photo = next(n for n in range(top, len(lines)) if lines[n] == lines[n + 1])
    return Seed(
        ticker=lines[top + 1 : top + 3],
        title=lines[top + 3],
        byline=lines[photo - 1],
        caption=lines[photo],
        paragraphs=lines[photo + 2 : at["上一則"] - 1],
        keywords=lines[at["上一則"] - 1].split(),
        before=lines[at["上一則"] + 1],
        after=lines[at["下一則"] + 1],
        # picture text and heading: every title stands twice
        related=lines[at["延伸閱讀"] + 1 : at["熱門新聞"] : 2],
        hot=hot_rows(lines[at["熱門新聞"] + 1 : at["超人氣"]]),
        popular=lines[at["超人氣"] + 2 :: 2],
    )


def hot_rows(lines: list[str]) -> list[tuple[str | None, str, str]]:
    rows, held = [], list[str]()
    for line in lines:
        if MINUTE.fullmatch(line):
            rows.append((held[0] if len(held) > 1 else None, held[-1], line))
            held = []
        else:
            held.append(line)
    return rows


@dataclass(frozen=True)
class SeedNight(Night):
    """A site of which one page is known; its lists hold what that page shows."""

    lists: dict[str, list[Story]] = field(default_factory=dict)

    def ticker(self) -> list[Story]:
        return self.lists["ticker"]

    def popular(self) -> list[Story]:
        return self.lists["popular"]

    def hot(self, channel: Channel) -> list[Story]:
        return self.lists["hot"]

    def related(self, story: Story) -> list[Story]:
        return self.lists["related"]

    def neighbours(self, story: Story) -> tuple[Story | None, Story | None]:
        before, after = self.lists["neighbours"]
        return before, after


def night(seed: Seed, story_id: int, says: dict[str, Any]) -> SeedNight:
    """The seed as a night of the replica; ``says``: what its byline means."""
    others = iter(range(story_id - 60, story_id))
    story = replace(
        pictured(story_id, seed.title, seed.caption),
        says={**SAYS_NOTHING, "byline": seed.byline, **says},
        paragraphs=tuple(seed.paragraphs),
        keywords=tuple(seed.keywords),
    )
    lists = {
        "ticker": [other(next(others), one) for one in seed.ticker],
        "neighbours": [other(next(others), one) for one in (seed.before, seed.after)],
        "related": [pictured(next(others), one, one) for one in seed.related],
        "hot": [
            pictured(next(others), title, caption, listed)
            for caption, title, listed in seed.hot
        ],
        "popular": [pictured(next(others), one, one) for one in seed.popular],
    }
    return SeedNight(1, NOW, 0, {story_id: story}, frozenset(), {}, lists=lists)


def other(story_id: int, title: str) -> Story:
    """A story of which a list shows the title only."""
    return Story(
        id=story_id,
        channel=CHINA,
        subcategory=121339,
        kind="plain",
        published=NOW - timedelta(hours=story_id % 40),
        title=title,
        list_title=title,
        says={**SAYS_NOTHING, "byline": None},
        paragraphs=("-",),
        photos=(),
        keywords=(),
    )


def pictured(
    story_id: int, title: str, caption: str | None, listed: str | None = None
) -> Story:
    """A story of which a list shows title, photo, and perhaps its Eastern time."""
    photo = Photo(number=story_id, caption=caption, credit=None)
    story = replace(other(story_id, title), photos=(photo,))
    if listed is None:
        return story
    wall = datetime.fromisoformat(listed).replace(tzinfo=EASTERN)
    return replace(story, published=wall.astimezone(UTC))
