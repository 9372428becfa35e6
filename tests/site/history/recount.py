"""Intervals counted a second time, from what each night says of its pages: a check of
``placements``, with which it shares nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.site import truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.site.channels import Channel
    from tests.site.history.night import HistoryNight

Key = tuple[Any, ...]
SECTIONS = ("ticker", "popular", "hot", "channel_list")
FIELDS = ("scope", "scope_key", "section", "position", "url", "anchor_text")


def rows(night: HistoryNight, channels: Sequence[Channel]) -> set[Key]:
    """Rows of the list pages, and of a story page of each channel."""
    links = []
    for path, key, stories in truth.list_pages(night, channels):
        links += truth.list_page_links(night, path, key, stories)
    for channel in channels:
        answering = (s for s in night.stories.values() if s.channel == channel)
        links += truth.story_links(night, next(answering))
    return {
        tuple(link[name] for name in FIELDS)
        for link in links
        if link["section"] in SECTIONS
    }


def intervals(found: Iterable[set[Key]]) -> dict[Key, list[list[int]]]:
    """Row -> its runs of nights one after the other."""
    nights: dict[Key, list[int]] = {}
    for number, its_rows in enumerate(found, 1):
        for row in its_rows:
            nights.setdefault(row, []).append(number)
    return {row: runs(numbers) for row, numbers in nights.items()}


def runs(numbers: list[int]) -> list[list[int]]:
    """[1, 2, 3, 5] -> [[1, 3], [5, 5]]."""
    starts = [n for n in numbers if n - 1 not in numbers]
    ends = [n for n in numbers if n + 1 not in numbers]
    return [list(pair) for pair in zip(starts, ends, strict=True)]
