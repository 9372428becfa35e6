"""The rows of link lists, from elements to the fields of links.

Most rows of a page (ticker, popular, hot) stand on every other page of its channel:
what such a row says is remembered under its bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

from crawler.items import Section
from crawler.loaders import LinkLoader
from crawler.sections.card import Card, read_card
from crawler.story_address import is_usual

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from crawler.loaders import Page

# Shown by no other page in this place
OWN = frozenset({Section.BODY, Section.PREVIOUS, Section.NEXT})
PICTURED = frozenset({Section.RELATED, Section.HOT, Section.POPULAR})
NO_CARD = Card(None, None, None, None, None)


class RawRow(NamedTuple):
    """All that a row's fields are read from; ``address`` as printed."""

    section: Section
    address: str
    card: Card


# Section and bytes of an ``a`` element -> fields of Link
Source = tuple[Section, bytes]
ROWS: dict[Source | None, dict[str, Any]] = {}
ROWS_MAX, ROW_MAX = 8192, 2048  # rows, bytes of one


def read_rows(
    page: Page, rows: Sequence[tuple[Section, HtmlElement]]
) -> list[dict[str, Any]]:
    """Fields of Link for each row, given as its section and its ``a`` element; one
    loader takes all that are not remembered."""
    sources = [_source(section, element) for section, element in rows]
    found = [ROWS.get(source) for source in sources]
    fresh = [at for at, fields in enumerate(found) if fields is None]
    if fresh:
        raw = [_raw(*rows[at]) for at in fresh]
        for at, row, fields in zip(fresh, raw, _loaded(page, raw), strict=True):
            found[at] = fields
            _remember(sources[at], row, fields)
    return [fields for fields in found if fields is not None]


def _source(section: Section, element: HtmlElement) -> Source | None:
    """All that a row's fields are read from; None if no other page shows it."""
    if section in OWN:
        return None
    return section, etree.tostring(element, encoding="utf-8", with_tail=False)


def _raw(section: Section, element: HtmlElement) -> RawRow:
    return RawRow(section, element.get("href") or "", read_card(element))


def _remember(source: Source | None, row: RawRow, fields: dict[str, Any]) -> None:
    """Keeps what is short and has no relative address, whose meaning its page
    decides."""
    if source and len(source[1]) <= ROW_MAX and is_usual(row.address):
        if len(ROWS) >= ROWS_MAX:
            ROWS.clear()
        ROWS[source] = fields


def _loaded(page: Page, rows: Sequence[RawRow]) -> list[dict[str, Any]]:
    """Rows column by column, through the loader."""
    addresses = [row.address for row in rows]
    shown = [row.card if row.section in PICTURED else NO_CARD for row in rows]
    hot = [row.card if row.section is Section.HOT else NO_CARD for row in rows]
    loader = LinkLoader(page=page)
    columns = {
        "section": [row.section for row in rows],
        "url": addresses,
        "placement": addresses,
        "anchor_text": [row.card.anchor_text for row in rows],
        "image_url": [card.image for card in shown],
        "image_caption": [card.caption for card in hot],
        "list_et": [card.list_et for card in hot],
        "list_roc": [card.list_roc for card in hot],
    }
    loader.add_value(None, columns)
    return loader.load_rows()
