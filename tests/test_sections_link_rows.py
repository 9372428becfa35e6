"""What is remembered of a row never speaks for another row."""

from __future__ import annotations

from typing import Any

import lxml.html
import pytest

from crawler.items import Section
from crawler.loaders import Page
from crawler.sections import link_rows
from crawler.sections.link_rows import read_rows

ABSOLUTE = "https://www.worldjournal.com/wj/story/121339/9310785?from=wj_hot_story"
ROW = """<a href="{href}"><img src="https://pgw.example/a.jpg" alt="圖"><h3>{title}</h3>
<span>2026-03-07 04:10<!--ROC 2026-03-07 17:10--></span></a>"""


def anchor(href: str = ABSOLUTE, title: str = "標題") -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(ROW.format(href=href, title=title))


HERE = Page(url="https://www.worldjournal.com/wj/story/1/2", story_id=2)


def read(
    *anchors: lxml.html.HtmlElement, page: Page = HERE, section: Section = Section.HOT
) -> list[dict[str, Any]]:
    return read_rows(page, [(section, one) for one in anchors])


def test_a_remembered_row_is_what_a_reading_gives() -> None:
    link_rows.ROWS.clear()
    (first,) = read(anchor())
    assert len(link_rows.ROWS) == 1
    (again,) = read(anchor())
    assert again is first
    link_rows.ROWS.clear()
    assert read(anchor()) == [first]


def test_rows_come_in_their_order_remembered_or_not() -> None:
    link_rows.ROWS.clear()
    titles = [str(n) for n in range(9)]
    read(*(anchor(title=title) for title in titles[::2]))
    found = read(*(anchor(title=title) for title in titles))
    assert [row["anchor_text"] for row in found] == titles


def test_one_other_character_is_another_row() -> None:
    (first,) = read(anchor(title="標題一"))
    (second,) = read(anchor(title="標題二"))
    assert (first["anchor_text"], second["anchor_text"]) == ("標題一", "標題二")
    later = ROW.format(href=ABSOLUTE, title="標題一").replace("17:10", "17:11")
    (third,) = read(lxml.html.fragment_fromstring(later))
    assert third["date_witnesses"] != first["date_witnesses"]


def test_what_follows_a_row_is_no_part_of_it() -> None:
    box = lxml.html.fragment_fromstring(
        f"<div>{ROW.format(href=ABSOLUTE, title='標題')}別的字</div>"
    )
    (first,) = read(anchor())
    (again,) = read(box[0])
    assert again is first


def test_a_relative_address_is_read_on_each_page_anew() -> None:
    there = Page(url="https://other.example/x", story_id=2)
    own = "/wj/story/121339/9310785"
    (here,), (other,) = read(anchor(own)), read(anchor(own), page=there)
    assert here["url"] == "https://www.worldjournal.com" + own
    assert other["url"] == "https://other.example" + own


def test_the_same_row_in_another_section_is_another_row() -> None:
    (hot,), (ticker,) = (
        read(anchor(), section=section) for section in (Section.HOT, Section.TICKER)
    )
    assert hot["date_witnesses"]
    assert not ticker["date_witnesses"]
    assert (hot["section"], ticker["section"]) == (Section.HOT, Section.TICKER)


@pytest.mark.parametrize("section", [Section.BODY, Section.PREVIOUS, Section.NEXT])
def test_rows_of_one_page_alone_are_not_kept(section: Section) -> None:
    link_rows.ROWS.clear()
    assert len(read(anchor(), section=section)) == 1
    assert link_rows.ROWS == {}


def test_memory_is_bounded_whatever_pages_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_rows, "ROWS_MAX", 50)
    link_rows.ROWS.clear()
    for number in range(200):
        one = anchor(ABSOLUTE.replace("9310785", str(9_000_000 + number)), "題" * 9)
        assert read(one)[0]["url"] == (
            f"https://www.worldjournal.com/wj/story/121339/{9_000_000 + number}"
        )
        assert 0 < len(link_rows.ROWS) <= 50
    assert len(read(anchor(title="重" * 5000))) == 1
    assert all(len(source[1]) < 5000 for source in link_rows.ROWS if source)
