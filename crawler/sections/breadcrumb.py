"""Channel and subcategory: names and ids, each from its best witness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.loaders import clean
from crawler.sections.markup import text_of

if TYPE_CHECKING:
    from crawler.sections.page_index import PageIndex
    from crawler.sections.structured import Structured


def read_breadcrumb(
    index: PageIndex, told: Structured, subcategory_id: int | None
) -> dict[str, list[Any]]:
    """Field of Article -> values, best first. ``subcategory_id`` is the address's."""
    trail = [text_of(item) for item in index.of_class("breadcrumb-items")]
    cut = (told.title or "").split(" | ")
    ids = told.counter or (None, None, None)
    channel, subcategory = told.channel or (None, None), told.subcategory or (None, "")
    return {
        "channel": [
            trail[0] if trail else None,
            told.news_text("articleSection"),
            channel[1],
            cut[-2] if len(cut) > 3 else None,
        ],
        "channel_id": [ids[0], _number(told.meta.get("cate_id")), channel[0]],
        "subcategory": [
            trail[1] if len(trail) > 1 else None,
            subcategory[1],
            cut[-3] if len(cut) > 3 else None,
        ],
        "subcategory_id": [ids[1], subcategory[0], subcategory_id],
    }


def _number(text: str | None) -> int | None:
    word = clean(text)
    return int(word) if word and word.isascii() and word.isdigit() else None
