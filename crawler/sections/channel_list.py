"""The list of a channel, breaking, subcategory or rank page.

Any one of three witnesses makes an address a row: its ``?from=`` token, its
``data-slotname``, the class of the list around it. Where the rows' own class is lost,
a row is all that surrounds one story's address and no other's. No raw list page of the
site was seen; class names come from several working scrapers, so the lists'
slotnames are only known by what they are not: those of other sections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from crawler import times, urls
from crawler.items import Section
from crawler.loaders import LinkLoader, Page
from crawler.sections.markup import HEADINGS, by_class, photo_in, text_of, tokens
from crawler.sections.rows_around import Surroundings

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.items import Link

PLACEMENTS = frozenset({"wj_catelistnews", "wj_catebreaknews"})
SLOT = "list_"
OTHER_PLACEMENTS = frozenset(
    {
        "wj_msg",
        "wj_lastnews_story",
        "wj_nextnews_story",
        "wj_referralnews",
        "wj_hot_story",
        "wj_hotnews_story",
    }
)
OTHER_SLOTS = (
    "list_快訊",
    "list_上下則",
    "list_延伸閱讀",
    "list_熱門",
    "list_超人氣",
)
TITLE = "subcate-list__link__title"
SUMMARY = "subcate-list__link__content"
TIME = "subcate-list__time"
TIME_ROC = "subcate-list__time--roc"


class Row(NamedTuple):
    """Raw texts of one row; None is what it does not say."""

    url: str
    title: str | None
    image: str | None
    summary: str | None
    list_et: str | None
    list_roc: str | None


def read_channel_list(
    root: HtmlElement, page: Page, *, first_rank: int = 1
) -> tuple[Link, ...]:
    """The list's rows as Links, ranked from ``first_rank``; empty without a list."""
    rows = [_row(element, anchor) for element, anchor in _rows(root, page)]
    if not rows:
        return ()
    loader = LinkLoader(page=page, first_rank=first_rank)
    loader.add_value("section", [Section.CHANNEL_LIST] * len(rows))
    url, title, image, summary, list_et, list_roc = zip(*rows, strict=True)
    loader.add_value("url", url)
    loader.add_value("placement", url)
    loader.add_value("anchor_text", title)
    loader.add_value("image_url", image)
    loader.add_value("summary", summary)
    loader.add_value("list_et", list_et)
    loader.add_value("list_roc", list_roc)
    return loader.load_item()


def _rows(root: HtmlElement, page: Page) -> list[tuple[HtmlElement, HtmlElement]]:
    """Row elements in page order, each with the address that names its story."""
    stories = {
        anchor: story
        for anchor in root.iter("a")
        if anchor.get("href") and (story := _story(anchor, page)) is not None
    }
    around = Surroundings(stories.items())
    found: dict[HtmlElement, HtmlElement] = {}
    for anchor in stories:
        if _is_row(anchor, around):
            found.setdefault(around.row(anchor), anchor)
    return list(found.items())


def _is_row(anchor: HtmlElement, around: Surroundings) -> bool:
    placement = urls.placement(anchor.get("href"))
    slot = anchor.get("data-slotname") or ""
    if placement in OTHER_PLACEMENTS or slot.startswith(OTHER_SLOTS):
        return False
    if placement in PLACEMENTS:
        return True
    marks = around.marks(anchor)
    return not marks.in_other and (slot.startswith(SLOT) or marks.in_list)


def _story(anchor: HtmlElement, page: Page) -> int | None:
    href = urls.canonical(anchor.get("href", ""), base=page.url, origin=page.origin)
    return urls.story_id(href, origin=page.origin)


def _row(row: HtmlElement, anchor: HtmlElement) -> Row:
    list_et, list_roc = _times(row)
    return Row(
        url=anchor.get("href", ""),
        title=_title(row, anchor),
        image=photo_in(row),
        summary=_summary(row),
        list_et=list_et,
        list_roc=list_roc,
    )


def _title(row: HtmlElement, anchor: HtmlElement) -> str | None:
    headings = [*by_class(row, TITLE), *row.iter(*HEADINGS)]
    for heading in headings:
        text = text_of(heading)
        if text:
            return text
    return anchor.get("title") or text_of(anchor)


def _summary(row: HtmlElement) -> str | None:
    for element in (*by_class(row, SUMMARY), *row.iter("p")):
        text = text_of(element)
        if text and not times.STAMP.fullmatch(text):
            return text
    return None


def _times(row: HtmlElement) -> tuple[str | None, str | None]:
    """The New York and the Taipei time as printed: by class, else by their form.

    Taipei's is an element of its own or, as in the hot list, a comment.
    """
    shown, taipei = None, None
    for element in row.iter():
        if isinstance(element, etree._Comment):
            text = (element.text or "").strip()
            if text[:3].lower() == "roc" and times.STAMP.fullmatch(text):
                taipei = taipei or text
            continue
        text = " ".join((element.text or "").split())
        if not text or not times.STAMP.fullmatch(text):
            continue
        classes = tokens(element)
        is_taipei = TIME_ROC in classes or text[:3].lower() == "roc"
        if is_taipei or (shown and TIME not in classes):
            taipei = taipei or text
        else:
            shown = shown or text
    return shown, taipei
