"""A row of a list: what the box that a link makes shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crawler.loaders import clean
from crawler.photos import photo_original
from crawler.sections.dates import comment_of
from crawler.sections.markup import photo_address, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HEADINGS = ("h3", "h4", "h2")
PICTURES = frozenset({"img", "source"})
TIMES = frozenset({"span", "time"})
PARTS = frozenset({*HEADINGS, *PICTURES, *TIMES, "p"})
LISTED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?")


class Card(NamedTuple):
    """Raw texts: ``image`` the address of the first photo that is no placeholder,
    ``caption`` the first picture's alt, the times Eastern and Taipei."""

    anchor_text: str | None
    image: str | None
    caption: str | None
    list_et: str | None
    list_roc: str | None


def read_card(anchor: HtmlElement) -> Card:
    """One walk over an ``a`` element and what it holds."""
    found: dict[str, str | None] = {}
    headings: dict[str, str] = {}
    tags = set()
    for element in anchor.iter(*PARTS):
        tag = str(element.tag)
        if tag in PICTURES:
            _read_picture(element, tag, found)
        elif tag in TIMES:
            if "list_et" not in found:
                _read_times(element, found)
        elif tag != "p" and tag not in headings:
            text = text_of(element)
            if text:
                headings[tag] = text
        tags.add(tag)
    heading = next((headings[tag] for tag in HEADINGS if tag in headings), None)
    if heading is None and tags.isdisjoint(("img", "p")):
        heading = text_of(anchor)
    return Card(
        heading or clean(anchor.get("title")) or text_of(anchor),
        found.get("image"),
        found.get("caption"),
        found.get("list_et"),
        found.get("list_roc"),
    )


def _read_picture(element: HtmlElement, tag: str, found: dict[str, str | None]) -> None:
    if "image" not in found:
        address = photo_address(element)
        if address and photo_original(address):
            found["image"] = address
    if tag == "img" and "caption" not in found:
        found["caption"] = element.get("alt")


def _read_times(element: HtmlElement, found: dict[str, str | None]) -> None:
    eastern = LISTED.search(clean(element.text) or "")
    if eastern:
        found["list_et"], found["list_roc"] = eastern[0], comment_of(element)
