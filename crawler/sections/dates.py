"""The raw witnesses of a story's publish time; reading them is the pipeline's work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from crawler.loaders import clean
from crawler.sections.markup import text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.sections.page_index import PageIndex
    from crawler.sections.structured import Structured


def read_dates(index: PageIndex, told: Structured) -> dict[str, str]:
    """Witness -> string as printed, white space collapsed; absent ones are left out."""
    shown = index.first("article-content__time")
    found = {
        "jsonld_published": told.news_text("datePublished"),
        "jsonld_modified": told.news_text("dateModified"),
        "meta_date": clean(told.meta.get("date")),
        "time_et": None if shown is None else text_of(shown),
        "time_roc": None if shown is None else comment_of(shown),
        "data_layer": told.publication_date,
    }
    return {name: raw for name, raw in found.items() if raw}


def comment_of(element: HtmlElement) -> str | None:
    """The Taipei time, which the site prints as a comment beside the Eastern one."""
    for comment in element.iter(etree.Comment):
        text = clean(comment.text)
        if text and text[:3].lower() == "roc":
            return text
    return None
