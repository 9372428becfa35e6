"""The usual address of a story, which most addresses met are: it needs no parsing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

SITE = "https://www.worldjournal.com"
# 18 digits fit a Postgres bigint
USUAL = re.compile(
    rf"({re.escape(SITE)})?"
    r"(/wj/story/([0-9]{1,18})/([1-9][0-9]{0,17}))(?:\?from=[\w-]*)?",
    re.ASCII,
)


class StoryAddress(NamedTuple):
    """``canonical`` form, if a relative one is relative to the site; ``numbers`` are
    the subcategory's in it and the story's."""

    canonical: str
    absolute: bool
    numbers: tuple[int, int]


@lru_cache(maxsize=8192)
def usual(url: str) -> StoryAddress | None:
    """What a usual address says, None for any other; lists show the same ones on page
    after page."""
    found = USUAL.fullmatch(url)
    if found is None:
        return None
    site, path, subcategory, story = found.groups()
    return StoryAddress(SITE + path, site is not None, (int(subcategory), int(story)))


def is_usual(url: str) -> bool:
    """Is it a story's usual absolute address, whose meaning no page decides?"""
    found = usual(url)
    return found is not None and found.absolute
