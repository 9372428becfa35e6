"""Ticker, previous, next, related, hot and popular: lists with three witnesses each.

A row belongs to a section because its ``?from=`` token, its ``data-slotname`` or its
class (or the heading of its box) says so. Any one of the three is enough; what the
others do not say becomes an incident.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from crawler import urls
from crawler.items import Incident, Section
from crawler.loaders import Page, clean, linked
from crawler.sections.link_rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

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
BOX_LEVELS = 4
# Boxes of a page that are believed, by heading and by class; the paper's have four
BOXES_MAX = 16
WITNESSES = ("token", "slot", "place")


class Told(NamedTuple):
    """What the attributes of a link say. ``neighbour``: its slot is the one that
    previous and next share; ``may_be_row``: its box may tell its section."""

    href: str
    token: Section | None
    slot: Section | None
    place: Section | None
    neighbour: bool
    may_be_row: bool


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
    told = {element: _told(*_attributes(element)) for element in index.by_tag["a"]}
    boxed = _boxed(index, {one for one in told if told[one].may_be_row})
    own = set(body)
    rows: dict[Section, list[Row]] = {}
    for element, said in told.items():
        if said.href and element not in own:
            row = _row(element, said, boxed)
            section = row.section
            if section:
                rows.setdefault(section, []).append(row)
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
    """The links of all lists of a page."""
    rows = [(section, element) for section in elements for element in elements[section]]
    found: dict[Section, list[Link]] = {}
    for link in linked(page, read_rows(page, rows)):
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


def _row(element: HtmlElement, said: Told, boxed: Mapping[HtmlElement, Section]) -> Row:
    _, token, slot, place, neighbour, may_be_row = said
    if place is None and may_be_row:
        place = boxed.get(element) or _label(element)
    if slot is None and neighbour:
        slot = token or place or _label(element) or Section.NEXT
    return Row(element, token, slot, place)


def _attributes(element: HtmlElement) -> tuple[str, str, str]:
    get = element.get
    return get("href") or "", get("data-slotname") or "", get("class") or ""


@lru_cache(maxsize=4096)
def _told(href: str, slotname: str, classes: str) -> Told:
    """A link's attributes are the same on all pages that show it in a list."""
    token = TOKENS.get(urls.placement(href) or "")
    slot = SLOTS.get(slotname)
    named = classes.split()
    return Told(
        href,
        token,
        slot,
        place=next((CLASSES[name] for name in named if name in CLASSES), None),
        neighbour=slotname == NEIGHBOURS_SLOT,
        may_be_row=bool("/story/" in href or CARD_CLASS in named or slot or token),
    )


def _boxed(
    index: PageIndex, candidates: Set[HtmlElement]
) -> dict[HtmlElement, Section]:
    """Rows whose box says by its heading, or else by its class, which section it is.

    Args:
        candidates: the links of the page that may be rows of a list.
    """
    found: dict[HtmlElement, Section] = {}
    for heading, section in _headings(index)[:BOXES_MAX]:
        found.update(dict.fromkeys(_rows_below(heading, candidates), section))
    for name, section in BOX_CLASSES.items():
        if section not in found.values():
            for box in index.of_class(name)[:BOXES_MAX]:
                inside = (one for one in box.iter("a") if one in candidates)
                found.update(dict.fromkeys(inside, section))
    return found


def _headings(index: PageIndex) -> list[tuple[HtmlElement, Section]]:
    return [
        (heading, section)
        for heading in index.by_tag["h2"]
        if (section := HEADINGS.get(clean(heading.text) or ""))
    ]


def _rows_below(
    heading: HtmlElement, candidates: Set[HtmlElement]
) -> list[HtmlElement]:
    """Rows of the smallest box around a heading that holds any: the box beside it,
    which may have lost its own heading, is none of this one's business."""
    box = heading.getparent()
    for _ in range(BOX_LEVELS):
        if box is None:
            break
        rows = [one for one in box.iter("a") if one in candidates]
        if rows:
            return rows
        box = box.getparent()
    return []


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
    columns = [row[1:] for row in members]
    return [
        witness
        for witness, said in zip(WITNESSES, zip(*columns, strict=True), strict=True)
        if None in said
    ]
