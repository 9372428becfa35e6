"""Ticker, previous, next, related, hot and popular: lists with three witnesses each.

A row belongs to a section because its ``?from=`` token, its ``data-slotname`` or its
class (or the heading of its box) says so. Any one of the three is enough; what the
others do not say becomes an incident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crawler import urls
from crawler.items import Incident, Section
from crawler.loaders import LinkLoader, Page, clean
from crawler.sections.card import Card, read_card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
PICTURED = frozenset({Section.RELATED, Section.HOT, Section.POPULAR})
NO_CARD = Card(None, None, None, None, None)
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
    index: PageIndex, page: Page, *, body: Sequence[HtmlElement] = ()
) -> tuple[dict[Section, tuple[Link, ...]], tuple[Incident, ...]]:
    """Section -> its links in rank order, and what the witnesses did not say.

    Args:
        body: links inside the story's text, which are a section of their own.
    """
    other = {id(element) for element in body}
    rows: dict[Section, list[Row]] = {}
    boxed = _boxed(index)
    for element in index.by_tag["a"]:
        if element.get("href") and id(element) not in other:
            row = _row(element, boxed)
            if row.section:
                rows.setdefault(row.section, []).append(row)
    _tell_neighbours_apart(rows)
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
    elements = {section: [row.element for row in rows[section]] for section in rows}
    return _load(page, {Section.BODY: list(body), **elements}), incidents


def _load(
    page: Page, elements: Mapping[Section, list[HtmlElement]]
) -> dict[Section, tuple[Link, ...]]:
    """One loader takes all lists of a page, column by column."""
    rows = [(section, one) for section in elements for one in elements[section]]
    if not rows:
        return {}
    loader = LinkLoader(page=page)
    addresses = [element.get("href") for _, element in rows]
    read = [(section, read_card(element)) for section, element in rows]
    shown = [card if which in PICTURED else NO_CARD for which, card in read]
    hot = [card if which is Section.HOT else NO_CARD for which, card in read]
    loader.add_value("section", [section for section, _ in rows])
    loader.add_value("url", addresses)
    loader.add_value("placement", addresses)
    loader.add_value("anchor_text", [card.anchor_text for _, card in read])
    loader.add_value("image_url", [card.image for card in shown])
    loader.add_value("image_caption", [card.caption for card in hot])
    loader.add_value("list_et", [card.list_et for card in hot])
    loader.add_value("list_roc", [card.list_roc for card in hot])
    found: dict[Section, list[Link]] = {}
    for link in loader.load_item():
        found.setdefault(link.section, []).append(link)
    return {section: tuple(links) for section, links in found.items()}


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


def _row(element: HtmlElement, boxed: Mapping[HtmlElement, Section]) -> Row:
    token = TOKENS.get(urls.placement(element.get("href") or "") or "")
    slotname = element.get("data-slotname") or ""
    slot = SLOTS.get(slotname)
    named = (element.get("class") or "").split()
    place = next((CLASSES[name] for name in named if name in CLASSES), None)
    if place is None and _may_be_row(element):
        place = boxed.get(element) or _label(element)
    if slot is None and slotname == NEIGHBOURS_SLOT:
        slot = token or place or _label(element) or Section.NEXT
    return Row(element, token, slot, place)


def _boxed(index: PageIndex) -> dict[HtmlElement, Section]:
    """Rows whose box says by its heading, or else by its class, which section it is."""
    found: dict[HtmlElement, Section] = {}
    for heading in index.by_tag["h2"]:
        section = HEADINGS.get(clean(heading.text) or "")
        if section:
            found.update(dict.fromkeys(_rows_below(heading), section))
    for name, section in BOX_CLASSES.items():
        if section not in found.values():
            for box in index.of_class(name):
                found.update(dict.fromkeys(filter(_may_be_row, box.iter("a")), section))
    return found


def _rows_below(heading: HtmlElement) -> list[HtmlElement]:
    """Rows of the smallest box around a heading that holds any: the box beside it,
    which may have lost its own heading, is none of this one's business."""
    box = heading.getparent()
    for _ in range(BOX_LEVELS):
        if box is None:
            break
        rows = [one for one in box.iter("a") if _may_be_row(one)]
        if rows:
            return rows
        box = box.getparent()
    return []


def _may_be_row(element: HtmlElement) -> bool:
    href = element.get("href") or ""
    return (
        "/story/" in href
        or CARD_CLASS in (element.get("class") or "").split()
        or (element.get("data-slotname") or "") in SLOTS
        or urls.placement(href) in TOKENS
    )


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
