"""A channel, breaking, subcategory or rank page: its list and the boxes around it."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from scrapy.http import TextResponse

from crawler import urls
from crawler.items import Incident, Section
from crawler.loaders import Page, clean
from crawler.pages.captured import seen
from crawler.pages.list_page import ListPage, no_list, walled
from crawler.sections.channel_list import read_channel_list
from crawler.sections.link_lists import read_link_lists
from crawler.sections.page_index import PageIndex

CHANNEL_PREFIX = f"{urls.SITE}/wj/cate/"
TITLE = "//title/text()"
BREADCRUMB = "//*[contains(@class, 'breadcrumb-items')][1]"
CHANNEL_ID = "//meta[@name='cate_id']/@content"
AFTER_THE_LIST = (Section.HOT, Section.POPULAR)
SITE_NAME = "世界新聞網"


def parse_channel(
    response: TextResponse, *, origin: str = urls.SITE, first_rank: int = 1
) -> ListPage:
    """List page -> every link section on it; rows are ranked from ``first_rank``.

    A page without a list gives an incident ``section_missing``.

    Raises:
        NotAList: the answer is no HTML, or a wall.
    """
    if not isinstance(response, TextResponse) or response.selector.type != "html":
        raise no_list(response, "no HTML")
    url = urls.canonical(response.url, origin=origin)
    key = scope_key(url)
    channel_id = _number(response.xpath(CHANNEL_ID).get())
    page = Page(url=url, channel_key=key, origin=origin, **seen(response))
    root = response.selector.root
    rows = read_channel_list(root, page, first_rank=first_rank)
    boxes, _ = read_link_lists(
        PageIndex(root), replace(page, channel_key=str(channel_id or key))
    )
    if not rows and not boxes and (found := walled(response)):
        raise found
    around = [boxes.get(section, ()) for section in AFTER_THE_LIST]
    return ListPage(
        links=(*boxes.get(Section.TICKER, ()), *rows, *chain.from_iterable(around)),
        channel=_channel(response),
        channel_id=channel_id,
        incidents=() if rows else (_missing(url),),
    )


def scope_key(url: str) -> str:
    """Canonical address of a list -> what names the list: the path behind
    ``/wj/cate/``, else the whole path (``rank/newest/8877/121006``)."""
    for prefix in (CHANNEL_PREFIX, urls.SITE + "/"):
        if url.startswith(prefix):
            return url.removeprefix(prefix).partition("?")[0] or "index"
    return url


def _channel(response: TextResponse) -> str | None:
    """The breadcrumb's first name, else the page title's last but the site's."""
    named = clean(response.xpath(f"string({BREADCRUMB})").get())
    if named:
        return named
    title = (response.xpath(TITLE).get() or "").split("|")
    names = [name for part in title if (name := clean(part)) and name != SITE_NAME]
    return names[-1] if names else None


def _number(text: str | None) -> int | None:
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() else None


def _missing(url: str) -> Incident:
    return Incident(
        kind="section_missing",
        page_url=url,
        section=Section.CHANNEL_LIST.value,
        detail={"reason": "no row by placement, slotname or class"},
    )
