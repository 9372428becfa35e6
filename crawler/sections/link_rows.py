"""The rows of link lists, from elements to the fields of links.

Most rows of a page (ticker, popular, hot) stand on every other page of its channel:
what such a row says is remembered under all that it was read from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crawler.items import Section
from crawler.loaders import LinkLoader
from crawler.sections.card import Card, read_card, remembered_card
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


ROWS: dict[RawRow, dict[str, Any]] = {}
ROWS_MAX, ROW_MAX = 8192, 2048  # rows, characters of one


def raw_row(section: Section, element: HtmlElement) -> RawRow:
    """An ``a`` element of a list (or of the body) as it stands on the page."""
    card = read_card(element) if section in OWN else remembered_card(element)
    return RawRow(section, element.get("href") or "", card)


def load_rows(page: Page, rows: Sequence[RawRow]) -> list[dict[str, Any]]:
    """Fields of Link for each row; one loader takes all that are not remembered."""
    fresh = [row for row in dict.fromkeys(rows) if row not in ROWS]
    loaded = dict(zip(fresh, _loaded(page, fresh), strict=True)) if fresh else {}
    found = [ROWS[row] if row in ROWS else loaded[row] for row in rows]
    if len(ROWS) + len(loaded) > ROWS_MAX:
        ROWS.clear()
    ROWS.update((row, loaded[row]) for row in fresh if _may_be_kept(row))
    return found


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


def _may_be_kept(row: RawRow) -> bool:
    """Short, of a list that other pages show, and not with a relative address, whose
    meaning its page decides."""
    return (
        row.section not in OWN
        and is_usual(row.address)
        and sum(map(len, filter(None, row.card))) <= ROW_MAX
    )
