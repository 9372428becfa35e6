"""What a night fetches and in which order: lists first, then stories, newest first."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import CloseSpider

from crawler import times
from crawler.ends.outcomes import ended
from crawler.frontier.requests import OWN
from crawler.frontier.whole_page import whole_page
from crawler.items import PageItems
from crawler.pages.api import parse_api
from crawler.pages.captured import SEEN_AT, shown
from crawler.pages.channel import parse_channel
from crawler.pages.errors import NotAStory
from crawler.pages.list_page import ListPage, NotAList, walled
from crawler.pages.menu import CHANNELS, UnknownChannel, parse_menu, select
from crawler.pages.sitemap import parse_sitemap
from crawler.pages.story import parse_story
from crawler.policy import revisit, visits
from crawler.policy.asking import LIST_PRIORITY, AskingSpider
from crawler.policy.walk import Reach, looks, reach_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from scrapy import Request
    from scrapy.http import TextResponse
    from twisted.python.failure import Failure

    from crawler.pages.menu import Channel

    Behind = Mapping[str, str]

HOME = "/wj/index"
SITEMAP = "/sitemap/gnews"
BREAKING = "breaking"
# It tells which other lists are needless
FIRST = LIST_PRIORITY + 1
NOTHING: Behind = MappingProxyType({})


class UdnWorldSpider(AskingSpider):
    """Walks World Journal, or the origin named by ``site=``."""

    name = "udn_world"

    async def start(self) -> AsyncIterator[Any]:
        options = {"errback": self.home_failed, "meta": {OWN: self.join}}
        yield self.list_request(HOME, self.parse_home, **options)

    @whole_page
    async def parse_home(
        self, response: TextResponse
    ) -> AsyncIterator[PageItems | Request]:
        menu = parse_menu(response.text)
        if not menu and (found := walled(response)):
            yield self.outcomes.not_read(response, "not_a_list", found)
        else:
            self.outcomes.read(response)
        now = revisit.site_clock(response)
        for request in self.lists(menu or CHANNELS, now):
            yield request

    @whole_page
    def home_failed(self, failure: Failure) -> Iterable[PageItems | Request]:
        yield from self.outcomes.failure(failure)
        request: Request = failure.request  # type: ignore[attr-defined]
        yield from self.lists(CHANNELS, request.meta.get(SEEN_AT) or datetime.now(UTC))

    def lists(self, menu: tuple[Channel, ...], now: datetime) -> Iterable[Request]:
        """The news sitemap, the breaking list, and the wanted channels of the menu."""
        try:
            channels = select(menu, self.wanted_channels)
        except UnknownChannel as error:
            self.crawler.stats.set_value("verdict/detail", str(error))
            raise CloseSpider("unknown_channel") from error
        self.selection.leave_out(menu, channels)
        yield self.list_request(SITEMAP, self.parse_sitemap, priority=FIRST)
        yield self.list_request(
            f"/wj/cate/{BREAKING}",
            self.parse_list,
            errback=self.breaking_failed,
            cb_kwargs={"walked": asdict(Reach(now.isoformat()))},
        )
        for channel in channels:
            if channel.code != BREAKING:
                behind = {str(one.id): one.href for one in channel.subcategories}
                yield self.list_request(
                    channel.href, self.parse_list, cb_kwargs={"behind": behind}
                )

    @whole_page
    async def parse_list(
        self, response: TextResponse, behind: Behind = NOTHING, walked: Any = None
    ) -> AsyncIterator[PageItems | Request]:
        """A list page; of the breaking list then the API, which tells the same rows in
        other words: the page's are to come first, however many requests go at once."""
        try:
            page = parse_channel(response, origin=self.origin)
        except NotAList as error:
            yield self.outcomes.not_read(response, "not_a_list", error)
        else:
            async for one in self.read_list(response, page, behind):
                yield one
        if walked:
            yield self.api_request(1, first_rank=1, walked=walked)

    @whole_page
    def breaking_failed(self, failure: Failure) -> Iterable[PageItems | Request]:
        yield from self.outcomes.failure(failure)
        request: Request = failure.request  # type: ignore[attr-defined]
        yield self.api_request(1, first_rank=1, walked=request.cb_kwargs["walked"])

    async def read_list(
        self, response: TextResponse, page: ListPage, behind: Behind
    ) -> AsyncIterator[PageItems | Request]:
        """What a list page gives; what lies ``behind`` it, the subcategories of a
        channel, where all of it is new: more may lie there than the sitemap names."""
        self.outcomes.read(response)
        yield PageItems(links=page.links, incidents=page.incidents)
        requests, new = await self.follow(response, page.links)
        for request in requests:
            yield request
        rows = {row.story_id for row in page.rows}
        if not new:
            self.crawler.stats.inc_value("list/nothing_new")
        elif rows <= new:
            for href in self.coverage.beyond(rows, behind):
                yield self.list_request(href, self.parse_list)

    @whole_page
    async def parse_api(
        self,
        response: TextResponse,
        number: int,
        first_rank: int,
        walked: dict[str, Any],
    ) -> AsyncIterator[PageItems | Request]:
        """A page of the breaking list from the JSON list API, which tells what of the
        known stories changed; the next page, or what the walk did not reach."""
        try:
            page = parse_api(
                response,
                origin=self.origin,
                scope_key=BREAKING,
                first_rank=first_rank,
            )
        except NotAList as error:
            yield self.outcomes.not_read(response, "not_a_list", error)
            for one in await self.walk.rest(reach_of(walked)):
                yield self.story_request(one)
            return
        self.outcomes.read(response)
        known, reach = await self.walk.page(page, reach_of(walked))
        yield PageItems(links=page.links, signals=page.signals, looks=looks(known))
        requests, new = await self.follow(response, page.links)
        for request in (*requests, *map(self.story_request, known)):
            yield request
        rank = first_rank + len(page.rows)
        if self.goes_on(page, number, bool(new) or self.walk.goes_on(reach)):
            yield self.api_request(number + 1, first_rank=rank, walked=asdict(reach))
        else:
            for one in await self.walk.rest(reach):
                yield self.story_request(one)

    @whole_page
    async def api_failed(self, failure: Failure) -> AsyncIterator[PageItems | Request]:
        for told in self.outcomes.failure(failure):
            yield told
        request: Request = failure.request  # type: ignore[attr-defined]
        for one in await self.walk.rest(reach_of(request.cb_kwargs["walked"])):
            yield self.story_request(one)

    @whole_page
    async def parse_sitemap(
        self, response: TextResponse
    ) -> AsyncIterator[PageItems | Request]:
        try:
            sitemap = parse_sitemap(response, origin=self.origin)
        except NotAList as error:
            yield self.outcomes.not_read(response, "not_a_sitemap", error)
            return
        self.outcomes.read(response)
        self.crawler.stats.inc_value("link/rows", len(sitemap.stories))
        for child in sitemap.children:
            yield self.list_request(child, self.parse_sitemap, priority=FIRST)
        candidates = self.selection.of_sitemap(sitemap.stories, response.url)
        requests, new = await self.story_requests(response, candidates)
        self.coverage.add(candidates, new)
        for request in requests:
            yield request

    @whole_page
    async def parse_story(
        self, response: TextResponse, depth: int
    ) -> AsyncIterator[PageItems | Request]:
        try:
            page = parse_story(response, origin=self.origin)
        except NotAStory as error:
            yield self.outcomes.not_read(response, "not_a_story", error)
            return
        self.outcomes.read(response)
        visit = visits.led_elsewhere(response, page.article.story_id, self.origin)
        end = ended(response.request, "redirected") if visit else None
        told = visits.not_modified(response, page.article.story_id)
        links = shown(response, page.links)
        yield PageItems(
            article=page.article, links=links, observations=(*visit, *told), end=end
        )
        published = times.published(page.article.date_witnesses)
        if not self.selection.in_time(published):
            self.crawler.stats.inc_value("skip/older_than_since")
        elif self.selection.of_a_wanted_channel(page.article.url):
            requests, _ = await self.follow(response, links, depth)
            for request in requests:
                yield request

    def api_request(
        self, number: int, *, first_rank: int, walked: dict[str, Any]
    ) -> Request:
        return self.list_request(
            f"/api/more?type=breaknews&page={number}",
            self.parse_api,
            errback=self.api_failed,
            cb_kwargs={"number": number, "first_rank": first_rank, "walked": walked},
            priority=FIRST if number == 1 else LIST_PRIORITY,
        )
