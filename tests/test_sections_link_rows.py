"""What is remembered of a row never speaks for another row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lxml.html

from crawler.items import Section
from crawler.loaders import Page
from crawler.sections import card, link_rows
from crawler.sections.card import read_card, remembered_card
from crawler.sections.link_rows import load_rows, raw_row

if TYPE_CHECKING:
    import pytest

ABSOLUTE = "https://www.worldjournal.com/wj/story/121339/9310785?from=wj_hot_story"
ROW = """<a href="{href}"><img src="https://pgw.example/a.jpg" alt="圖"><h3>{title}</h3>
<span>2026-03-07 04:10<!--ROC 2026-03-07 17:10--></span></a>"""


def anchor(href: str = ABSOLUTE, title: str = "標題") -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(ROW.format(href=href, title=title))


def rows(page: Page, *raw: link_rows.RawRow) -> list[object]:
    return [row["url"] for row in load_rows(page, raw)]


def test_a_remembered_card_is_what_a_reading_gives() -> None:
    for _ in range(2):
        assert remembered_card(anchor()) == read_card(anchor())


def test_one_other_character_is_another_card() -> None:
    first = remembered_card(anchor(title="標題一"))
    assert remembered_card(anchor(title="標題二")) != first
    later = ROW.format(href=ABSOLUTE, title="標題一").replace("17:10", "17:11")
    assert remembered_card(lxml.html.fragment_fromstring(later)) != first


def test_what_follows_a_row_is_no_part_of_its_card() -> None:
    box = lxml.html.fragment_fromstring(
        f"<div>{ROW.format(href=ABSOLUTE, title='標題')}別的字</div>"
    )
    assert remembered_card(box[0]) == read_card(anchor())


def test_a_relative_address_is_read_on_each_page_anew() -> None:
    raw = raw_row(Section.HOT, anchor("/wj/story/121339/9310785"))
    here = Page(url="https://www.worldjournal.com/wj/story/1/2", story_id=2)
    there = Page(url="https://other.example/x", story_id=2)
    own = "/wj/story/121339/9310785"
    assert rows(here, raw) == ["https://www.worldjournal.com" + own]
    assert rows(there, raw) == ["https://other.example" + own]


def test_the_same_card_in_another_section_is_another_row() -> None:
    page = Page(url="https://www.worldjournal.com/wj/story/1/2", story_id=2)
    hot, ticker = (
        load_rows(page, [raw_row(section, anchor())])[0]
        for section in (Section.HOT, Section.TICKER)
    )
    assert hot["date_witnesses"]
    assert not ticker["date_witnesses"]
    assert (hot["section"], ticker["section"]) == (Section.HOT, Section.TICKER)


def test_memory_is_bounded_whatever_pages_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "CARDS_MAX", 50)
    monkeypatch.setattr(link_rows, "ROWS_MAX", 50)
    page = Page(url="https://www.worldjournal.com/wj/story/1/2", story_id=2)
    for number in range(200):
        one = anchor(ABSOLUTE.replace("9310785", str(9_000_000 + number)), "題" * 9)
        assert rows(page, raw_row(Section.HOT, one))[0] == (
            f"https://www.worldjournal.com/wj/story/121339/{9_000_000 + number}"
        )
        assert len(card.CARDS) <= 50
        assert len(link_rows.ROWS) <= 50
    heavy = anchor(title="重" * 5000)
    load_rows(page, [raw_row(Section.HOT, heavy)])
    assert all(len(source) < 5000 for source in card.CARDS)
    assert all(len(row.card.anchor_text or "") < 5000 for row in link_rows.ROWS)
