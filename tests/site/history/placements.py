"""How long what stood where: intervals of nights, from the lists of the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.site import truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.site.channels import Channel
    from tests.site.history.night import HistoryNight
    from tests.site.stories import Story

# (scope, scope_key, section) of a list, (rank, url, anchor_text) of a row
List = tuple[str, str, str]
Row = tuple[int, str, str]
Standing = dict[List, list[Row]]
# Was the list looked at on that night?
Seen = Callable[[int, str, str, str], bool]
NAMES = ("scope", "scope_key", "section", "rank", "url", "anchor_text")


def always(_night: int, _scope: str, _scope_key: str, _section: str) -> bool:
    """Every list, every night."""
    return True


def standing(night: HistoryNight, channels: Iterable[Channel]) -> Standing:
    """The rows of every list of a site or channel scope; of the breaking list those
    of its page, not those that the list API adds."""
    lists: dict[List, list[Story]] = {
        ("site", "site", "ticker"): night.ticker(),
        ("site", "site", "popular"): night.popular(),
    }
    for channel in channels:
        lists["channel", str(channel.id), "hot"] = night.hot(channel)
    for _, key, stories in truth.list_pages(night, channels):
        lists["channel", key, "channel_list"] = stories
    return {name: rows(stories) for name, stories in lists.items()}


def rows(stories: Sequence[Story]) -> list[Row]:
    return [
        (rank, truth.story_url(story), story.list_title)
        for rank, story in enumerate(stories, 1)
    ]


def placements(
    nights: Sequence[HistoryNight], standings: Sequence[Standing], seen: Seen
) -> list[dict[str, Any]]:
    """Rows with the intervals of nights they stood, sorted.

    An interval ends where a night saw the list without the row; nights that did not
    look at the list cut nothing and prolong nothing.
    """
    found: dict[tuple[Any, ...], list[list[int]]] = {}
    seen_last: dict[List, int] = {}
    for night, lists in zip(nights, standings, strict=True):
        for name, its_rows in lists.items():
            if not seen(night.number, *name):
                continue
            for row in its_rows:
                intervals = found.setdefault((*name, *row), [])
                if intervals and intervals[-1][1] == seen_last.get(name):
                    intervals[-1][1] = night.number
                else:
                    intervals.append([night.number, night.number])
            seen_last[name] = night.number
    return [
        {**dict(zip(NAMES, key, strict=True)), "intervals": found[key]}
        for key in sorted(found)
    ]
