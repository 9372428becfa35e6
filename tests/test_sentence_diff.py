"""A diff shows sentences a person recognises, and loses no character."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sentence_diff import (
    Op,
    ParagraphEnd,
    Piece,
    Sentence,
    as_json,
    diff,
    pieces,
    sentences,
    sides,
)

# Few different characters, so that the two texts often have something in common
TEXT = st.text("市長公車一三53Aé１Ｂ。！？；」』”，. \n", max_size=40)
PARAGRAPHS = st.lists(TEXT | st.text(max_size=10), max_size=5)
LETTER = re.compile("[0-9A-Za-zÀ-ɏ０-９Ａ-Ｚａ-ｚ]")


def shown(old: str, new: str) -> str:
    """One changed sentence as ``[-removed-]{+added+}``."""
    marks = {Op.SAME: "{}", Op.REMOVED: "[-{}-]", Op.ADDED: "{{+{}+}}"}
    return "".join(marks[piece.op].format(piece.text) for piece in pieces(old, new))


def ops(old: list[str], new: list[str]) -> list[str]:
    """The steps in short: what became of each sentence, ``|`` for paragraph ends."""
    return [
        step.op.value if isinstance(step, Sentence) else f"| {step.op.value}"
        for step in diff(old, new)
    ]


@given(PARAGRAPHS, PARAGRAPHS)
def test_both_texts_come_back_exactly(old: list[str], new: list[str]) -> None:
    assert sides(diff(old, new)) == (old, new)


@given(PARAGRAPHS, PARAGRAPHS)
def test_steps_survive_json_and_say_what_they_are(
    old: list[str], new: list[str]
) -> None:
    steps = diff(old, new)
    read = json.loads(json.dumps(as_json(steps)))

    assert len(read) == len(steps)
    for step in read:
        ops = {piece["op"] for piece in step.get("pieces", [])}
        if step["op"] != "changed":
            assert ops in ({step["op"]}, set())
        else:
            assert ops & {"removed", "added"}


@given(PARAGRAPHS)
def test_a_text_does_not_differ_from_itself(text: list[str]) -> None:
    assert {step.op for step in diff(text, text)} <= {Op.SAME}


@given(TEXT, TEXT)
def test_latin_words_and_numbers_are_never_cut(old: str, new: str) -> None:
    for side in (Op.ADDED, Op.REMOVED):
        runs = [piece.text for piece in pieces(old, new) if piece.op != side]
        for left, right in pairwise(runs):
            assert not (LETTER.match(left[-1]) and LETTER.match(right[0]))


@given(TEXT)
def test_the_sentences_of_a_paragraph_are_the_paragraph(text: str) -> None:
    assert "".join(sentences(text)) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("甲。乙！丙？丁；戊", ["甲。", "乙！", "丙？", "丁；", "戊"]),
        ("「甲。」乙。", ["「甲。」", "乙。"]),
        ("『甲！』」乙", ["『甲！』」", "乙"]),
        ("“甲？”乙。", ["“甲？”", "乙。"]),
        ("甲？！乙……丙。", ["甲？！", "乙……丙。"]),
        ("3.5萬, U.S. 甲", ["3.5萬, U.S. 甲"]),
        ("", []),
    ],
)
def test_closing_quotes_stay_with_their_sentence(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("經費5萬元。", "經費6.5萬元。", "經費[-5-]{+6.5+}萬元。"),
        ("約1,500人。", "約1,800人。", "約[-1,500-]{+1,800+}人。"),
        ("搭 Boston 線。", "搭 Bronx 線。", "搭 [-Boston-]{+Bronx+} 線。"),
        ("占５％。", "占７％。", "占[-５％-]{+７％+}。"),
        ("公車開通。", "公車下月開通！", "公車{+下月+}開通[-。-]{+！+}"),
        # a 的 in common between two other wordings is chance
        ("新穎的路線圖。", "老舊的時刻表。", "[-新穎的路線圖-]{+老舊的時刻表+}。"),
    ],
)
def test_a_changed_sentence_marks_what_changed_in_it(
    old: str, new: str, expected: str
) -> None:
    assert shown(old, new) == expected


def test_sentences_are_paired_with_what_they_were() -> None:
    old = ["公車下月開通。班次可上網查。", "票價尚未決定。"]
    new = ["記者會昨天舉行。公車五月開通。班次可上網查。", "票價已經決定。"]

    assert ops(old, new) == [
        *("added", "changed", "same", "| same"),
        *("changed", "| same"),
    ]


def test_a_new_paragraph_does_not_shift_the_edited_ones_below_it() -> None:
    old = ["公車下月開通。", "票價尚未決定。", "班次可上網查。"]
    new = ["市府昨天說明。", "公車五月開通。", "票價已經決定。", "班次請上網查。"]

    assert ops(old, new) == ["added", "| added", *["changed", "| same"] * 3]


def test_a_paragraph_break_alone_is_a_change_of_its_own() -> None:
    merged, split = ["甲說好。乙說不。"], ["甲說好。", "乙說不。"]

    assert ops(split, merged) == ["same", "| removed", "same", "| same"]
    assert ops(merged, split) == ["same", "| added", "same", "| same"]


def test_sentences_that_are_not_alike_are_no_pair() -> None:
    assert ops(["公車開通。"], ["票價未定。"]) == ["removed", "added", "| same"]


def test_a_rewritten_story_of_two_hundred_sentences_is_compared_too() -> None:
    old = ["".join(f"第{n}項甲乙丙丁{n}。" for n in range(200))]
    new = ["".join(f"另{n}則戊己庚辛{n}。" for n in range(200))]

    assert sides(diff(old, new)) == (old, new)


def test_no_body_becomes_a_body() -> None:
    assert diff([], []) == ()
    assert diff([], ["甲。"]) == (
        Sentence(Op.ADDED, (Piece(Op.ADDED, "甲。"),)),
        ParagraphEnd(Op.ADDED),
    )
