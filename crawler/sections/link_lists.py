"""Ticker, previous, next, related, hot and popular: lists with three witnesses each.

A row belongs to a section because its ``?from=`` token, its ``data-slotname`` or its
class (or the heading of its box) says so. Any one of the three is enough; what the
others do not say becomes an incident.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler import urls
from crawler.items import Incident, Section
from crawler.loaders import LinkLoader, Page, clean
from crawler.sections.dates import comment_of
from crawler.sections.markup import photo_in, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

    from crawler.items import Link
    from crawler.sections.page_index import PageIndex

TOKENS = {
    "wj_msg": Section.TICKER,
    "wj_lastnews_story": Section.PREVIOUS,
    "wj_nextnews_story": Section.NEXT,
    "wj_referralnews": Section.RELATED,
    "wj_hot_story": Section.HOT,
    "wj_hotnews_story": Section.POPULAR,
}
SLOTS = {
    "list_快訊": Section.TICKER,
    "list_延伸閱讀": Section.RELATED,
    "list_熱門新聞": Section.HOT,
    "list_熱門文章右側": Section.POPULAR,
}
NEIGHBOURS_SLOT = "list_上下則"
CLASSES = {
    "next-page__prev": Section.PREVIOUS,
    "next-page__next": Section.NEXT,
    "sideHot-lists": Section.POPULAR,
}
BOX_CLASSES = {"breaking-news": Section.TICKER, "sideHot-container": Section.POPULAR}
CARD_CLASS = "cate-list__link"
HEADINGS = {
    "快訊": Section.TICKER,
    "延伸閱讀": Section.RELATED,
    "熱門新聞": Section.HOT,
    "超人氣": Section.POPULAR,
}
LABELS = {"上一則": Section.PREVIOUS, "下一則": Section.NEXT}
EXPECTED = (Section.TICKER, Section.RELATED, Section.HOT, Section.POPULAR)
LISTED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?")
BOX_LEVELS = 4


class Row(NamedTuple):
    """A link and the section each witness puts it in."""

    element: HtmlElement
    token: Section | None
    slot: Section | None
    place: Section | None

    @property
    def section(self) -> Section | None:
        """What most witnesses say; where they are even, the token goes first."""
        if self.place is not None and self.place == self.slot:
            return self.place
        return self.token or self.place or self.slot


def read_link_lists(
    index: PageIndex, page: Page, *, besides: Iterable[HtmlElement] = ()
) -> tuple[dict[Section, tuple[Link, ...]], tuple[Incident, ...]]:
    """Section -> its links in rank order, and what the witnesses did not say.

    Args:
        besides: links that belong to another section (the body).
    """
    other = {id(element) for element in besides}
    rows: dict[Section, list[Row]] = {}
    for element in index.by_tag["a"]:
        if element.get("href") and id(element) not in other:
            row = _row(element)
            if row.section:
                rows.setdefault(row.section, []).append(row)
    _tell_neighbours_apart(rows)
    found = {}
    for section, members in rows.items():
        loader = LinkLoader(page=page, section=section)
        found[section] = load_rows(loader, section, [row.element for row in members])
    incidents = tuple(
        Incident(
            kind="witness_lost",
            page_url=page.url,
            story_id=page.story_id,
            section=section,
            detail={"witness": witness},
        )
        for section, members in rows.items()
        for witness in _lost(members)
    )
    return found, incidents


def load_rows(
    loader: LinkLoader, section: Section, elements: list[HtmlElement]
) -> tuple[Link, ...]:
    """One loader takes a whole section, column by column."""
    addresses = [element.get("href") for element in elements]
    loader.add_value("url", addresses)
    loader.add_value("placement", addresses)
    loader.add_value("anchor_text", [anchor_text(element) for element in elements])
    if section in (Section.RELATED, Section.HOT, Section.POPULAR):
        loader.add_value("image_url", [photo_in(element) for element in elements])
        if section is Section.HOT:
            images = [next(element.iter("img"), None) for element in elements]
            captions = [None if one is None else one.get("alt") for one in images]
            loader.add_value("image_caption", captions)
            times = [listed_times(element) for element in elements]
            for name in ("list_et", "list_roc"):
                loader.add_value(name, [one.get(name) for one in times])
    return loader.load_item()


def anchor_text(element: HtmlElement) -> str | None:
    """The visible heading of a row, else its title attribute, else all its text."""
    for tag in ("h3", "h4", "h2"):
        for heading in element.iter(tag):
            text = text_of(heading)
            if text:
                return text
    if (
        next(element.iter("img"), None) is None
        and next(element.iter("p"), None) is None
    ):
        text = text_of(element)
        if text:
            return text
    return clean(element.get("title")) or text_of(element)


def listed_times(element: HtmlElement) -> dict[str, str]:
    """The raw Eastern and Taipei times of a row."""
    for shown in element.iter("span", "time"):
        eastern = LISTED.search(clean(shown.text) or "")
        if eastern:
            taipei = comment_of(shown)
            found = {"list_et": eastern[0], "list_roc": taipei}
            return {name: raw for name, raw in found.items() if raw}
    return {}


def missing(
    found: dict[Section, tuple[Link, ...]], page_url: str, story_id: int | None
) -> tuple[Incident, ...]:
    """An incident for every list that story pages have and this one has not."""
    return tuple(
        Incident(
            kind="section_missing",
            page_url=page_url,
            story_id=story_id,
            section=section,
        )
        for section in EXPECTED
        if not found.get(section)
    )


def _row(element: HtmlElement) -> Row:
    token = TOKENS.get(urls.placement(element.get("href") or "") or "")
    slotname = element.get("data-slotname") or ""
    slot = SLOTS.get(slotname)
    named = (element.get("class") or "").split()
    place = next((CLASSES[name] for name in named if name in CLASSES), None)
    if place is None and (token or slot or CARD_CLASS in named or _is_story(element)):
        place = _box(element)
    if slot is None and slotname == NEIGHBOURS_SLOT:
        slot = token or place or _label(element) or Section.NEXT
    return Row(element, token, slot, place)


def _is_story(element: HtmlElement) -> bool:
    return "/story/" in (element.get("href") or "")


def _box(element: HtmlElement) -> Section | None:
    """The section whose box, told by class or heading, holds the link."""
    box = element.getparent()
    for _ in range(BOX_LEVELS):
        if box is None:
            return None
        for name in (box.get("class") or "").split():
            if name in BOX_CLASSES:
                return BOX_CLASSES[name]
        for heading in box.iter("h2"):
            section = HEADINGS.get(clean(heading.text) or "")
            if section:
                return section
        box = box.getparent()
    return _label(element)


def _label(element: HtmlElement) -> Section | None:
    for paragraph in element.iter("p"):
        section = LABELS.get(clean(paragraph.text) or "")
        if section:
            return section
    return None


def _tell_neighbours_apart(rows: dict[Section, list[Row]]) -> None:
    """Two neighbours of which nothing but the slot is left: the first is previous."""
    following = rows.get(Section.NEXT, [])
    if len(following) == 2 and Section.PREVIOUS not in rows:
        rows[Section.PREVIOUS] = [following.pop(0)]


def _lost(members: list[Row]) -> list[str]:
    return [
        witness
        for witness in ("token", "slot", "place")
        if any(getattr(row, witness) is None for row in members)
    ]
