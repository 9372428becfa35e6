"""What a page says to machines: JSON-LD, meta tags, the data layer, the counter."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.loaders import clean

if TYPE_CHECKING:
    from crawler.sections.page_index import PageIndex

SITE_NAME = "世界新聞網"
TITLE_TAIL = re.compile(r"\s*[|｜]\s*世界新聞網\s*$")
PUBLICATION_DATE = re.compile(r"'publication_date'\s*:\s*'([^']*)'")
CONTENT_LEVEL = re.compile(r"content_level\s*=\s*\"([^\"]*)\"")
ARTICLE_ID = re.compile(r"'article_id'\s*:\s*'(\d{1,18})'")
CATEGORIES = re.compile(r"'cat'\s*:\s*\[")
NUMBERED = re.compile(r"'(\d{1,18}),([^']*)'")
COUNTER = re.compile(r"/record/pageview/\d+/(\d{1,18})/(\d{1,18})/(\d{1,18})")


@dataclass(slots=True)
class Structured:
    """``news``: the NewsArticle object; ``meta``: name or property -> content;
    ``counter``: ids of channel, subcategory and story."""

    news: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    canonical: str | None = None
    title: str | None = None
    language: str | None = None
    publication_date: str | None = None
    content_level: str | None = None
    article_id: int | None = None
    channel: tuple[int, str] | None = None
    subcategory: tuple[int, str] | None = None
    counter: tuple[int, int, int] | None = None

    def news_text(self, name: str) -> str | None:
        """A string of the NewsArticle object."""
        value = self.news.get(name)
        return clean(value) if isinstance(value, str) else None


def read_structured(index: PageIndex) -> Structured:
    """Everything that can be read; broken parts are left out."""
    told = Structured()
    for element in index.by_tag["meta"]:
        name = element.get("property") or element.get("name")
        if name:
            told.meta.setdefault(name, element.get("content") or "")
    for element in index.by_tag["link"]:
        if element.get("rel") == "canonical":
            told.canonical = clean(element.get("href"))
    if index.by_tag["title"]:
        told.title = clean(index.by_tag["title"][0].text)
    if index.by_tag["html"]:
        told.language = clean(index.by_tag["html"][0].get("lang"))
    _read_scripts(index, told)
    _read_counter(index, told)
    return told


def _read_scripts(index: PageIndex, told: Structured) -> None:
    for element in index.by_tag["script"]:
        text = element.text
        if not text:
            continue
        if element.get("type") == "application/ld+json":
            if "NewsArticle" in text and not told.news:
                told.news = _news(text)
        elif "dataLayer" in text and "article_id" in text:
            _read_data_layer(text, told)


def _news(text: str) -> dict[str, Any]:
    try:
        # control characters inside strings are met in hand-made JSON
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _read_data_layer(text: str, told: Structured) -> None:
    if found := PUBLICATION_DATE.search(text):
        told.publication_date = clean(found[1])
    if found := CONTENT_LEVEL.search(text):
        told.content_level = clean(found[1])
    if found := ARTICLE_ID.search(text):
        told.article_id = int(found[1])
    if found := CATEGORIES.search(text):
        # Where the first list has no end, no list behind it has one
        listed = text[found.end() : max(found.end(), text.find("]", found.end()))]
        named = [(int(n), clean(t) or "") for n, t in NUMBERED.findall(listed)]
        told.channel = named[0] if named else None
        told.subcategory = named[1] if len(named) > 1 else None


def _read_counter(index: PageIndex, told: Structured) -> None:
    for element in index.of_class("article-content__wrapper"):
        found = COUNTER.search(element.get("data-pv") or "")
        if found:
            told.counter = (int(found[1]), int(found[2]), int(found[3]))
