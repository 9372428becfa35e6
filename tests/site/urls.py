"""The addresses that the replica answers to."""

from __future__ import annotations

import re

STORY = re.compile(r"/wj/(?:amp/)?story/\d+/(\d+)")
API = re.compile(r"/api/more\?.*type=breaknews.*")
PAGE = re.compile(r"[?&]page=(\d+)")


def story_number(path: str) -> int | None:
    """Any subcategory number, AMP or not: the last number is the story."""
    found = STORY.fullmatch(path)
    return int(found[1]) if found else None


def api_page(target: str) -> int | None:
    """Page number of the breaking list's API."""
    number = PAGE.search(target)
    return int(number[1]) if API.fullmatch(target) and number else None
