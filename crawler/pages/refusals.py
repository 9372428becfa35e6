"""Pages that answer with 200 and are no story: shells and walls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.pages.walls import wall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.http import TextResponse

    from crawler.sections.page_index import PageIndex

REDIRECT = re.compile(r"window\.location(\.href)?\s*=|location\.replace\(")


def refusal(
    response: TextResponse,
    index: PageIndex,
    titles: Sequence[str | None],
    story_id: int | None,
) -> tuple[str, str] | None:
    """Why a page is no story, as one word and a sentence; None when it is one.

    A page with the story's own headline or counter is one whatever else it holds.
    """
    if response.status >= 400:
        return f"http_{response.status}", "the server says there is no such page"
    framed = index.first("article-content__title") is not None
    machine = any(titles[1:]) and index.first("article-content__editor") is not None
    if (framed or machine) and any(titles) and story_id:
        return None
    text = response.text
    found = wall(text)
    if found:
        return found
    if REDIRECT.search(text) and not index.by_tag["h1"]:
        return "redirect_shell", "the page is only a script that leads elsewhere"
    if (
        any(titles)
        and story_id
        and index.first("article-content__paragraph") is not None
    ):
        return None
    return "no_headline", "the page has no headline of a story"
