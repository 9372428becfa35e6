"""Bylines of every printed form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.items import Contributor
from crawler.sections.byline import NOTHING, Byline, parse_byline

FACTS = Path(__file__).parents[2] / "shared" / "site" / "facts.md"


def people(*pairs: tuple[str, str]) -> tuple[Contributor, ...]:
    return tuple(Contributor(role=role, name=name) for role, name in pairs)


REPORTER = people(("reporter", "林大明"))

FORMS = [
    # desks
    (
        "中國新聞組／北京5日電",
        Byline(
            organization="中國新聞組", place="北京", dateline_day=5, report_type="電"
        ),
    ),
    (
        "台灣新聞組／綜合2日電",
        Byline(organization="台灣新聞組", dateline_day=2, report_type="電"),
    ),
    ("編譯中心／綜合報導", Byline(organization="編譯中心", report_type="綜合報導")),
    ("編譯組╱綜合報導", Byline(organization="編譯組", report_type="綜合報導")),
    ("編譯組／綜合", Byline(organization="編譯組")),
    ("娛樂新聞組／即時報導", Byline(organization="娛樂新聞組", report_type="即時報導")),
    # people
    (
        "編譯陳小華、記者林大明／綜合報導",
        Byline(
            contributors=people(("translator", "陳小華"), ("reporter", "林大明")),
            report_type="綜合報導",
        ),
    ),
    (
        "記者林大明、陳小華／紐約報導",
        Byline(
            contributors=people(("reporter", "林大明"), ("reporter", "陳小華")),
            place="紐約",
            report_type="報導",
        ),
    ),
    (
        "記者林大明 陳小華／紐約報導",
        Byline(
            contributors=people(("reporter", "林大明"), ("reporter", "陳小華")),
            place="紐約",
            report_type="報導",
        ),
    ),
    (
        "記者林大明 / 紐約即時報導",
        Byline(contributors=REPORTER, place="紐約", report_type="即時報導"),
    ),
    (
        "記者林大明/洛杉磯報導",
        Byline(contributors=REPORTER, place="洛杉磯", report_type="報導"),
    ),
    (
        "記者林大明洛杉磯報導",
        Byline(contributors=REPORTER, place="洛杉磯", report_type="報導"),
    ),
    ("\n\t\t記者林大明\t\t", Byline(contributors=REPORTER)),
    ("記者李社", Byline(contributors=people(("reporter", "李社")))),
    (
        "特派員林大明／芝加哥報導",
        Byline(
            contributors=people(("correspondent", "林大明")),
            place="芝加哥",
            report_type="報導",
        ),
    ),
    (
        "記者林大明、攝影陳小華／費城訊",
        Byline(
            contributors=people(("reporter", "林大明"), ("photographer", "陳小華")),
            place="費城",
            report_type="訊",
        ),
    ),
    ("攝影／陳小華", Byline(contributors=people(("photographer", "陳小華")))),
    ("社長林大明", Byline(contributors=people(("社長", "林大明")))),
    ("林大明", Byline(contributors=people(("author", "林大明")))),
    ("林 明", Byline(contributors=people(("author", "林 明")))),
    ("黑白集", Byline(contributors=people(("author", "黑白集")))),
    (
        "林大明／亞凱迪亞",
        Byline(contributors=people(("author", "林大明")), place="亞凱迪亞"),
    ),
    # agencies and sister papers
    (
        "中央社華盛頓12日綜合外電報導",
        Byline(
            organization="中央社",
            wire=True,
            place="華盛頓",
            dateline_day=12,
            report_type="綜合外電報導",
        ),
    ),
    (
        "中央社／華盛頓21日即時報導",
        Byline(
            organization="中央社",
            wire=True,
            place="華盛頓",
            dateline_day=21,
            report_type="即時報導",
        ),
    ),
    (
        "中央社記者林大明台北5日電",
        Byline(
            contributors=REPORTER,
            organization="中央社",
            wire=True,
            place="台北",
            dateline_day=5,
            report_type="電",
        ),
    ),
    (
        "中央社／ 綜合外電報導",
        Byline(organization="中央社", wire=True, report_type="綜合外電報導"),
    ),
    (
        "路透華盛頓12日電",
        Byline(
            organization="路透",
            wire=True,
            place="華盛頓",
            dateline_day=12,
            report_type="電",
        ),
    ),
    (
        "聯合報／ 記者林大明／綜合報導",
        Byline(contributors=REPORTER, organization="聯合報", report_type="綜合報導"),
    ),
    (
        "聯合報記者林大明／綜合報導",
        Byline(contributors=REPORTER, organization="聯合報", report_type="綜合報導"),
    ),
    # city notes and supplied text
    ("洛杉磯訊", Byline(place="洛杉磯", report_type="訊")),
    (
        "費城訊／圖文：林明",
        Byline(contributors=people(("author", "林明")), place="費城", report_type="訊"),
    ),
    ("舊金山市長辦公室提供", Byline(organization="舊金山市長辦公室")),
    ("市長辦公室提供", Byline(organization="市長辦公室")),
    # none
    (None, NOTHING),
    ("", NOTHING),
    (" ／ ", NOTHING),
]


@pytest.mark.parametrize(("printed", "expected"), FORMS)
def test_every_form_of_byline_is_read(printed: str | None, expected: Byline) -> None:
    assert parse_byline(printed) == expected


@pytest.mark.parametrize("agency", ["中央社", "美聯社", "路透", "法新社", "新華社"])
def test_an_agency_alone_is_a_wire(agency: str) -> None:
    assert parse_byline(agency) == Byline(organization=agency, wire=True)


def test_no_month_has_a_day_99() -> None:
    assert parse_byline("北京99日電").dateline_day is None


@pytest.mark.skipif(not FACTS.exists(), reason="the collected facts are not here")
def test_no_real_byline_is_read_as_nothing() -> None:
    section = FACTS.read_text(encoding="utf-8")
    section = section[section.index("## 4. Bylines") : section.index("**Not seen**")]
    bylines = [b for b in re.findall(r"`([^`]+)`", section) if len(b) > 1]
    assert len(bylines) > 50
    for printed in bylines:
        read = parse_byline(printed)
        assert read != NOTHING, printed
        assert all(len(c.name) <= 4 for c in read.contributors), printed


WORDS = st.one_of(
    st.sampled_from(["記者", "編譯", "特派員", "攝影", "圖文", "社長", "林大明"]),
    st.sampled_from(["中央社", "聯合報", "編譯組", "提供", "紐約", "綜合", "x"]),
    st.sampled_from(["5日", "電", "訊", "即時報導", "綜合報導"]),
    st.sampled_from(["：", "、", "／", "╱", "/", " "]),
    st.text(max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=10).map("".join))
def test_any_text_is_read_without_empty_strings(printed: str) -> None:
    read = parse_byline(printed)
    told = (read.organization, read.place, read.report_type)
    names = [text for c in read.contributors for text in (c.role, c.name)]
    for text in (*told, *names):
        assert text is None or (text and text == text.strip())
    assert read.place != "綜合"
    assert read.dateline_day is None or 1 <= read.dateline_day <= 31
