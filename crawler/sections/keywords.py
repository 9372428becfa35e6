"""Keywords: one per link of the keyword box, else the machine-readable list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.loaders import clean
from crawler.sections.markup import text_of

if TYPE_CHECKING:
    from crawler.sections.page_index import PageIndex
    from crawler.sections.structured import Structured

# Characters of one; longer ones are cut
KEYWORD_MAX = 200


def read_keywords(index: PageIndex, told: Structured) -> list[str]:
    """Keywords in printed order, each once."""
    box = index.first("keywords")
    printed = [] if box is None else [text_of(link) for link in box.iter("a")]
    listed = told.meta.get("news_keywords") or told.news_text("keywords") or ""
    found = printed or [clean(word) for word in listed.split(",")]
    cut = (word[:KEYWORD_MAX].rstrip() for word in found if word)
    return list(dict.fromkeys(cut))
