"""Marks, facts and words are told apart; where it is unsure, words differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.wording import bare, compare

FACTS = [
    # numbers
    ("共有5人受傷。", "共有7人受傷。"),
    ("共有５人受傷。", "共有７人受傷。"),
    ("共有三人受傷。", "共有十二人受傷。"),
    ("共有3人受傷。", "共有三人受傷。"),
    ("經費3萬5000元。", "經費4萬元。"),
    ("成長1.5%。", "成長15%。"),
    ("成長5%。", "成長5。"),
    ("氣溫-5度。", "氣溫5度。"),
    ("編號2、3號。", "編號23號。"),
    # dates and times
    ("會議3月5日舉行。", "會議4月舉行。"),
    ("會議周一舉行。", "會議周五舉行。"),
    ("會議去年舉行。", "會議前年舉行。"),
    ("凌晨2時通車。", "5日上午10時30分通車。"),
    # Latin words
    ("前往 New York 開會。", "前往 Boston 開會。"),
    ("使用iPhone拍攝。", "使用Pixel 9拍攝。"),
    # names beside a title
    ("記者王小明報導。", "記者李大華報導。"),
    ("市長王小明表示，公車開通。", "市長王大明表示，公車開通。"),
    ("總統川普宣布。", "總統拜登宣布。"),
    ("由林先生擔任。", "由張先生擔任。"),
    ("市府請王大同博士說明。", "市府請王小同博士說明。"),
    ("，楓若川女士", "，嵐清和女士"),
    # several at once
    ("記者王小明5日報導，有3人。", "記者李大華6日報導，有4人。"),
]
WORDS = [
    ("共有5人受傷。", "共有5人死亡。"),
    ("約5人受傷。", "約人受傷。"),
    ("市長宣布延後。", "市長宣布擴大。"),
    ("市長宣布，路線不變。", "市長否認，路線不變。"),
    ("市長同意。", "市長不同意。"),
    ("前市長到場。", "新市長到場。"),
    ("總統府今天開放。", "總統府昨天關閉。"),
    ("記者會中午開始。", "記者會取消開始。"),
    ("總統大選投票。", "總統初選投票。"),
    ("王小明到場。", "李大華到場。"),  # no title tells that it is a name
    ("市長王大同到場。", "市長到場。"),
    ("記者王小明報導。", "主任王大華報導。"),
    ("票價5元。", "票價$5元。"),
    ("甲。乙。", "甲。"),
]
MARKS = [
    ("公車，下月開通。", "公車下月開通！"),
    ("ＡＩ公車（新）", "AI公車(新)"),
    ("「公車」", "『公車』"),
    ("周一 5人", "周一5人"),
    ("1,500人", "1500人"),
    ("2、3人", "2-3人"),
    ("公車\u200b開通", "公車開通"),
    ("唐納·川普", "唐納‧川普"),
]


@pytest.mark.parametrize(("old", "new"), FACTS)
def test_other_numbers_dates_and_names_are_facts(old: str, new: str) -> None:
    assert compare([old], [new], otherwise="words") == {"facts"}
    assert compare([new], [old], otherwise="words") == {"facts"}


@pytest.mark.parametrize(("old", "new"), WORDS)
def test_what_says_something_else_is_words(old: str, new: str) -> None:
    assert compare([old], [new], otherwise="words") == {"words"}
    assert compare([new], [old], otherwise="words") == {"words"}


@pytest.mark.parametrize(("old", "new"), MARKS)
def test_other_marks_and_widths_are_punctuation(old: str, new: str) -> None:
    assert compare([old], [new], otherwise="words") == {"punctuation"}


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("記者王小明，有3人。", "記者李大華、有3人！", {"facts", "punctuation"}),
        ("有3人，明天開放。", "有4人；明天開放。", {"facts", "punctuation"}),
        ("有3人，已開放。", "有4人，未開放。", {"words"}),
    ],
)
def test_facts_and_marks_are_told_together_and_words_alone(
    old: str, new: str, kinds: set[str]
) -> None:
    assert compare([old], [new], otherwise="words") == kinds


def test_other_breaks_of_paragraphs_are_structure_also_beside_facts() -> None:
    old = ["市長王大同到場。", "有3人。"]

    assert compare(old, ["市長王大同到場。有3人。"], otherwise="words") == {"structure"}
    assert compare(old, ["市長王大同到場。有4人。"], otherwise="words") == {
        "facts",
        "structure",
    }
    assert compare(old, ["市長李明到場。有3人。"], otherwise="words") == {
        "facts",
        "structure",
    }


def test_a_long_text_without_full_stops_is_compared_in_reasonable_time() -> None:
    old = "市長王大同到場" + "甲乙丙丁" * 5000
    new = "市長李大同到場" + "甲乙丙丁" * 5000

    assert compare([old], [new], otherwise="words") == {"words"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("「公車」，下月 開通！", "公車下月開通"),
        ("ＡＢＣ１２３", "ABC123"),
        ("2、3人", "2 3人"),
        ("…——～｜╱", ""),
    ],
)
def test_a_bare_text_has_words_and_numbers_only(text: str, expected: str) -> None:
    assert bare(text) == expected


@given(st.lists(st.text(max_size=20), max_size=4))
def test_a_text_does_not_differ_from_itself(text: list[str]) -> None:
    assert compare(text, list(text), otherwise="words") == set()


@given(st.lists(st.text(max_size=20), max_size=4), st.text(min_size=1, max_size=5))
def test_two_texts_that_are_not_equal_always_differ_in_something(
    text: list[str], more: str
) -> None:
    assert compare(text, [*text, more], otherwise="words")
