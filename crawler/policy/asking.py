"""What a run of the spider is given, what it decides with, and how it asks."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider

from crawler import arguments, urls
from crawler.ends.outcomes import Outcomes
from crawler.frontier.requests import FOUND
from crawler.frontier.whole_page import whole_page
from crawler.items import Section
from crawler.policy import revisit
from crawler.policy.coverage import Coverage
from crawler.policy.selection import Selection
from crawler.policy.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from crawler.items import Link, PageItems
    from crawler.pages.list_page import ListPage
    from crawler.policy.selection import Candidate

# Above any story id, so that every list is read before the first story
LIST_PRIORITY = 10**12


class AskingSpider(Spider):
    """Everything of a spider but which pages it asks for, and how it reads them."""

    parse_story: Callable[..., Any]

    def __init__(self, *, settings: BaseSettings, **given: str) -> None:
        super().__init__()
        # statistics are there only when the crawl starts, hence the properties below
        read = arguments.read(given)
        self.origin = read.origin
        self.allowed_domains = [urls.domain(read.origin)]
        self.wanted_channels, self.since = read.channels, read.since
        self.max_stories, self.join = read.max_stories, read.join
        self.list_pages_max = settings.getint("LIST_PAGES_MAX")
        self.related_depth = settings.getint("RELATED_DEPTH")
        self.window = timedelta(hours=settings.getfloat("REVISIT_HOURS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        return super().from_crawler(crawler, *args, settings=crawler.settings, **kwargs)

    @cached_property
    def outcomes(self) -> Outcomes:
        return Outcomes(self.crawler.stats, self.origin)

    @cached_property
    def selection(self) -> Selection:
        return Selection(
            self.crawler.stats,
            since=self.since,
            related_depth=self.related_depth,
            window=self.window,
        )

    @cached_property
    def coverage(self) -> Coverage:
        return Coverage()

    @cached_property
    def walk(self) -> Walk:
        settings = self.crawler.settings
        return Walk(
            self.selection,
            share=settings.getfloat("AUDIT_SHARE"),
            needed=settings.getint("SIGNAL_PROOF"),
        )

    def goes_on(self, page: ListPage, number: int, wanted: bool) -> bool:
        """Is there a page after the one with this number, and is it worth its
        request?"""
        if wanted and not page.end and number >= self.list_pages_max:
            self.crawler.stats.inc_value("list/list_pages_max")
        return wanted and not page.end and number < self.list_pages_max

    def list_request(
        self, href: str, callback: Callable[..., Any], **options: Any
    ) -> Request:
        options.setdefault("priority", LIST_PRIORITY)
        return self.request(href, callback, **options)

    def fingerprint(self, request: Request) -> bytes:
        """What makes two requests one."""
        found: bytes = self.crawler.request_fingerprinter.fingerprint(request)
        return found

    def request(
        self, url: str, callback: Callable[..., Any], **options: Any
    ) -> Request:
        options.setdefault("errback", self.failed)
        return Request(urls.fetch_url(url, origin=self.origin), callback, **options)

    async def follow(
        self, response: Response, links: Collection[Link], depth: int = 0
    ) -> tuple[list[Request], set[int]]:
        """Requests for the stories of ``links`` worth one, and those of the page's own
        list that the archive does not hold."""
        candidates = self.selection.candidates(links, depth)
        requests, unknown = await self.story_requests(response, candidates)
        rows = {link.story_id for link in links if link.section is Section.CHANNEL_LIST}
        return requests, unknown & rows

    async def story_requests(
        self, response: Response, candidates: Collection[Candidate]
    ) -> tuple[list[Request], set[int]]:
        now = revisit.site_clock(response)
        chosen, unknown = await self.selection.choose(candidates, now=now)
        return [self.story_request(one) for one in chosen], unknown

    def story_request(self, one: Candidate) -> Request:
        told = {"cb_kwargs": {"depth": one.depth}, "meta": {FOUND: one.found}}
        return self.request(one.url, self.parse_story, priority=one.story_id, **told)

    @whole_page
    def failed(self, failure: Failure) -> Iterable[PageItems]:
        yield from self.outcomes.failure(failure)
