"""First contact: at most ten pages, fetched politely, to see what the site is like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider

from crawler import arguments, urls
from crawler.ends import failures
from crawler.items import Section
from crawler.pages.channel import parse_channel
from crawler.pages.errors import NotAStory
from crawler.pages.list_page import NotAList
from crawler.pages.menu import CHANNELS, parse_menu
from crawler.pages.sitemap import parse_sitemap
from crawler.pages.story import parse_story
from crawler.robots.groups import product_token
from crawler.robots.policy import of_response, permission

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from scrapy.crawler import Crawler
    from scrapy.http import Response, TextResponse
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from crawler.items import Article, Link

# with the robots.txt that Scrapy fetches for itself: ten
PAGES_MAX = 9
STORIES = 3
QUESTIONS = ("/wj/story/121339/1", "/wj/cate/china", "/api/more", "/search/", "/rank/")


@dataclass(slots=True, kw_only=True)
class Findings:
    """What a survey saw, in the order it saw it.

    ``pages``: (address, how it ended); ``allowed``: path -> may we; ``sections``:
    section -> rows seen; ``lost``: (section, witness) not found; ``empty``: Article
    fields without a value, with the number of stories; ``differs``: sentences.
    """

    pages: list[tuple[str, str]] = field(default_factory=list)
    allowed: dict[str, bool] = field(default_factory=dict)
    sections: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    empty: dict[str, int] = field(default_factory=dict)
    differs: list[str] = field(default_factory=list)
    stories: int = 0
    list_rows: int = 0


class SurveySpider(Spider):
    """Robots.txt, the home page, one channel, the sitemap and a few stories, or the
    pages named by ``urls`` (white space between)."""

    name = "survey"

    def __init__(
        self, *, settings: BaseSettings, site: str = "", pages: str = ""
    ) -> None:
        super().__init__()
        self.origin = arguments.origin(site) if site else urls.SITE
        self.allowed_domains = [urls.domain(self.origin)]
        self.agent = settings["USER_AGENT"]
        self.named = pages.split()
        self.findings = Findings()
        self.kept: list[Response] = []
        self.asked = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        return super().from_crawler(crawler, *args, settings=crawler.settings, **kwargs)

    async def start(self) -> AsyncIterator[Any]:
        for request in self.ask(
            "/robots.txt",
            self.parse_robots,
            dont_obey_robotstxt=True,
            handle_httpstatus_list=list(range(400, 500)),
        ):
            yield request
        if self.named:
            for url in self.named:
                for request in self.ask(url, self.parse_named):
                    yield request
            return
        for path, callback in (
            ("/wj/index", self.parse_home),
            ("/wj/cate/china", self.parse_list),
            ("/sitemap/gnews", self.parse_sitemap),
        ):
            for request in self.ask(path, callback):
                yield request

    def ask(self, url: str, callback: Any, **meta: Any) -> Iterable[Request]:
        """A request while fewer than ten were made."""
        if self.asked >= PAGES_MAX:
            return
        self.asked += 1
        fetched = urls.fetch_url(url, origin=self.origin)
        yield Request(fetched, callback, errback=self.failed, meta=meta)

    def came(self, response: Response) -> None:
        self.kept.append(response)
        size = f"{response.status}, {len(response.body)} bytes"
        self.findings.pages.append((response.url, size))

    def parse_robots(self, response: TextResponse) -> None:
        self.came(response)
        answer = of_response(response.status, response.body)
        rules = permission(answer, product_token(self.agent))
        for path in QUESTIONS:
            self.findings.allowed[path] = rules.allows(urls.SITE + path)

    def parse_home(self, response: TextResponse) -> None:
        self.came(response)
        menu = {channel.id: channel for channel in parse_menu(response.text)}
        table = {channel.id: channel for channel in CHANNELS}
        if not menu:
            self.findings.differs.append("no menu script on the home page")
        for number in sorted(menu.keys() ^ table.keys()) if menu else ():
            held = menu.get(number) or table[number]
            where = "only on the site" if number in menu else "no longer on the site"
            self.findings.differs.append(f"channel {held.title} {number}: {where}")

    def parse_list(self, response: TextResponse) -> Iterable[Request]:
        self.came(response)
        try:
            page = parse_channel(response, origin=self.origin)
        except NotAList as error:
            self.findings.differs.append(f"{response.url}: {error}")
            return
        self.see_links(page.links)
        rows = [link for link in page.links if link.section is Section.CHANNEL_LIST]
        self.findings.list_rows += len(rows)
        for link in [row for row in rows if row.story_id][:STORIES]:
            yield from self.ask(link.url, self.parse_story)

    def parse_sitemap(self, response: TextResponse) -> Iterable[Request]:
        self.came(response)
        try:
            sitemap = parse_sitemap(response, origin=self.origin)
        except NotAList as error:
            self.findings.differs.append(f"{response.url}: {error}")
            return
        self.findings.list_rows += len(sitemap.stories)
        for child in sitemap.children[:1]:
            yield from self.ask(child, self.parse_sitemap)

    def parse_story(self, response: TextResponse) -> None:
        self.came(response)
        try:
            page = parse_story(response, origin=self.origin)
        except NotAStory as error:
            self.findings.differs.append(f"{response.url}: {error}")
            return
        self.findings.stories += 1
        self.see_links(page.links)
        self.see_article(page.article)

    def parse_named(self, response: TextResponse) -> Iterable[Request] | None:
        kind = urls.page_kind(response.url, origin=self.origin)
        if kind is urls.PageKind.SITEMAP:
            return self.parse_sitemap(response)
        if kind in (urls.PageKind.CHANNEL, urls.PageKind.BREAKING):
            return self.parse_list(response)
        self.parse_story(response)
        return None

    def see_links(self, links: Sequence[Link]) -> None:
        for link in links:
            count = self.findings.sections.get(link.section, 0)
            self.findings.sections[link.section] = count + 1

    def see_article(self, article: Article) -> None:
        for name in article.__slots__:
            if getattr(article, name) in (None, (), {}) and name not in NOT_ON_PAGES:
                self.findings.empty[name] = self.findings.empty.get(name, 0) + 1
        for incident in article.incidents:
            words = " ".join((incident.kind, incident.section or ""))
            detail = ", ".join(incident.detail.values())
            key = f"{words}: {detail}" if detail else words
            self.findings.lost[key] = self.findings.lost.get(key, 0) + 1

    def failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        self.findings.pages.append(
            (request.url, failures.reason_of(failure.value or RuntimeError()))
        )


# Filled in by the archive or the pipelines, or nothing a page has to have
NOT_ON_PAGES = frozenset(
    {"published_at", "modified_at", "incidents", "dateline_day"}
    | {"capture_id", "seen_at"}
)
