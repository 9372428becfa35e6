"""The headline and its witnesses, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.loaders import clean
from crawler.sections.markup import text_of
from crawler.sections.structured import TITLE_TAIL

if TYPE_CHECKING:
    from crawler.sections.page_index import PageIndex
    from crawler.sections.structured import Structured


def read_headline(index: PageIndex, told: Structured) -> list[str | None]:
    """The h1 of the story, JSON-LD's headline, og:title without the site's name (a
    headline may itself hold a bar, so only the known tail is cut)."""
    heading = index.first("article-content__title")
    if heading is None and index.by_tag["h1"]:
        heading = index.by_tag["h1"][0]
    social = clean(told.meta.get("og:title"))
    return [
        None if heading is None else text_of(heading),
        told.news_text("headline"),
        clean(TITLE_TAIL.sub("", social)) if social else None,
    ]
