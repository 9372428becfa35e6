"""A story page: which sections it has, and what each gives to the Article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy.http import JsonResponse, TextResponse, XmlResponse

from crawler import urls
from crawler.items import Incident, Section
from crawler.loaders import ArticleLoader, Page
from crawler.pages.captured import seen
from crawler.pages.errors import NotAStory
from crawler.pages.refusals import refusal
from crawler.pages.tree import tree_of
from crawler.sections.body import Body, read_body
from crawler.sections.breadcrumb import read_breadcrumb
from crawler.sections.byline import BYLINE_MAX, NAME_MAX, parse_byline
from crawler.sections.dates import read_dates
from crawler.sections.headline import read_headline
from crawler.sections.keywords import KEYWORD_MAX, read_keywords
from crawler.sections.link_lists import missing, read_link_lists
from crawler.sections.markup import text_of
from crawler.sections.page_index import PageIndex
from crawler.sections.structured import SITE_NAME, Structured, read_structured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.items import Article, Link

EDITORS = ("article-content__editor", "article-content__paragraph")
BYLINE_FIELDS = (
    *("contributors", "organization", "wire", "place", "dateline_day", "report_type"),
)
# Read by other rules, which the gates of a crawl know nothing of
OTHER_TEXT = (JsonResponse, XmlResponse)
# Where sections stand on the page, top to bottom
PAGE_ORDER = (
    Section.TICKER,
    Section.BODY,
    Section.PREVIOUS,
    Section.NEXT,
    Section.RELATED,
    Section.HOT,
    Section.POPULAR,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """What a story page holds; ``links`` in page order."""

    article: Article
    links: tuple[Link, ...]


def parse_story(response: TextResponse, *, origin: str = urls.SITE) -> StoryPage:
    """A story page -> its Article (instants still to be read) and its Links.

    Raises:
        NotAStory: the page is something else; the reason is one word and a sentence.
    """
    if not isinstance(response, TextResponse) or isinstance(response, OTHER_TEXT):
        raise NotAStory("not_html", "the answer is no HTML")
    index = PageIndex(tree_of(response))
    told = read_structured(index)
    titles = read_headline(index, told)
    url = _address(response, told, origin)
    story_id = _story_id(url, told)
    reason = refusal(response, index, titles, story_id)
    if reason:
        raise NotAStory(*reason)
    body = _body(index)
    loader = ArticleLoader(page=Page(url=response.url, origin=origin))
    printed = _add_byline(loader, index, told)
    crumbs = read_breadcrumb(index, told, urls.subcategory_id(url))
    channel = crumbs["channel_id"] + crumbs["channel"]
    page = Page(
        url=url,
        story_id=story_id,
        channel_key=next((str(one) for one in channel if one), None),
        origin=origin,
        **seen(response),
    )
    found, incidents = read_link_lists(index, page, body=body.links)
    incidents += missing(found, url, story_id)
    if not body.paragraphs and not body.figures:
        incidents += (_incident("section_missing", "body", url, story_id),)
    keywords = read_keywords(index, told)
    for section in _too_long(printed, keywords):
        incidents += (_incident("section_too_long", section, url, story_id),)
    values = {
        "story_id": story_id,
        "url": url,
        "title": titles,
        **crumbs,
        "date_witnesses": read_dates(index, told),
        "paragraphs": body.paragraphs,
        "figures": body.figures,
        "keywords": keywords,
        "content_level": told.content_level,
        "language": told.language,
        "incidents": incidents,
        "capture_id": page.capture_id,
        "seen_at": page.seen_at,
    }
    loader.add_value(None, {name: one for name, one in values.items() if one})
    links = tuple(link for section in PAGE_ORDER for link in found.get(section, ()))
    return StoryPage(article=loader.load_item(), links=links)


def _address(response: TextResponse, told: Structured, origin: str) -> str:
    said = (told.canonical, told.meta.get("og:url"), told.news_text("url"))
    for address in (*said, response.url):
        if address and urls.story_id(address, origin=origin):
            return urls.canonical(address, origin=origin)
    return urls.canonical(response.url, origin=origin)


def _story_id(url: str, told: Structured) -> int | None:
    counted = told.counter[2] if told.counter else None
    return urls.story_id(url) or counted or told.article_id


def _body(index: PageIndex) -> Body:
    for name in EDITORS:
        editor = index.first(name)
        if editor is not None:
            return read_body(editor)
    return Body()


def _add_byline(
    loader: ArticleLoader, index: PageIndex, told: Structured
) -> str | None:
    """Adds what the byline says, and gives it as printed."""
    author = index.first("article-content__author")
    person = told.news.get("author")
    name = person.get("name") if isinstance(person, dict) else None
    printed = None if author is None else text_of(author)
    loader.add_value("byline", [printed, name if name != SITE_NAME else None])
    whole: str | None = loader.get_output_value("byline")
    byline = parse_byline(whole)
    values = {name: getattr(byline, name) for name in BYLINE_FIELDS}
    loader.add_value(None, {name: one for name, one in values.items() if one})
    return whole


def _too_long(byline: str | None, keywords: list[str]) -> Iterator[str]:
    """Sections that were not taken apart, or of which an entry was cut."""
    names = [one.name for one in parse_byline(byline).contributors]
    if len(byline or "") > BYLINE_MAX or max(map(len, names), default=0) >= NAME_MAX:
        yield "byline"
    if max(map(len, keywords), default=0) >= KEYWORD_MAX:
        yield "keywords"


def _incident(kind: str, section: str, url: str, story_id: int | None) -> Incident:
    return Incident(kind=kind, page_url=url, story_id=story_id, section=section)
