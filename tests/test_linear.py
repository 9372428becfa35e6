"""No text of a page costs the square of its length: twice as long, twice as dear."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from crawler.middlewares.limits import LIMITS
from crawler.pages.menu import parse_menu
from crawler.pages.tag_scan import excess
from crawler.pages.walls import wall
from crawler.sections import structured
from pipelines import revisions, sentence_diff
from pipelines.templates import is_template
from tests.faults import shapes

if TYPE_CHECKING:
    from collections.abc import Callable

# Fixed costs and a busy machine left aside; the square is 16 times as dear
FOUR_TIMES = 8
MENU = "__UDN__.initialMenu = {"
REST = {
    "title": "t",
    "byline": {"byline": None},
    "figures": [],
    "keywords": [],
    "channel": {},
    "dates": {},
}
READERS: dict[str, tuple[Callable[[str], object], tuple[str, ...]]] = {
    "menu": (
        lambda text: parse_menu(MENU + text),
        ('\\"', "\\'", "/* ", "/*", '"', "'", "\\", "a:[1],", "["),
    ),
    "wall": (
        wall,
        (
            *("<form/action=", "<form" + "action=" * 70, "action=", "<input", "<h1"),
            *("<title", "http-equiv=refreshurl=/url=/", "location='", "<!--"),
        ),
    ),
    "data layer": (
        lambda text: structured._read_data_layer(text, structured.Structured()),
        ("'cat' : [", "'1,'", "content_level = "),
    ),
    "template": (lambda text: is_template(text, ()), ("樂透", "天氣", "12星座")),
}
CASES = [(name, unit) for name, (_, units) in READERS.items() for unit in units]
# Two bodies: as much as a page can hold, and alike in as many places
BODIES = {
    "sentences of 300 signs": (("市長王甲說" * 60 + "。"), ("市長李甲說" * 60 + "。")),
    "runs": ("王甲" * 240 + "。", "甲王王" * 160 + "。"),
    "short sentences": ("市長王甲說好。", "市長李甲說好。"),
    "numbers": ("十", "九"),
}


@pytest.mark.parametrize(("name", "unit"), CASES)
def test_four_times_the_text_takes_four_times_as_long(name: str, unit: str) -> None:
    read = READERS[name][0]
    size = 60_000 // len(unit)
    once, four = unit * size, unit * (4 * size)
    assert seconds(read, four) < FOUR_TIMES * max(seconds(read, once), 0.01)


@pytest.mark.parametrize("shape", shapes.HOMES)
def test_a_menu_of_a_megabyte_takes_no_second(shape: str) -> None:
    assert seconds(parse_menu, shapes.HOMES[shape].decode()) < 1


@pytest.mark.parametrize("shape", BODIES)
def test_no_change_of_a_story_takes_a_second_to_judge(shape: str) -> None:
    for signs in (45_000, 330_000):
        old, new = (
            {**REST, "paragraphs": [unit * (signs // len(unit))]}
            for unit in BODIES[shape]
        )
        assert seconds(judge, (old, new)) < 1


@pytest.mark.parametrize("shape", BODIES)
def test_no_change_of_a_story_takes_long_to_show(shape: str) -> None:
    old, new = ([unit * (330_000 // len(unit))] for unit in BODIES[shape])
    assert seconds(lambda old: sentence_diff.diff(old, new), old) < 2
    assert sentence_diff.sides(sentence_diff.diff(old, new)) == (old, new)


def test_levels_are_limited_in_sum() -> None:
    deep = b"<div>" * 100 + b"<i></i>" * 8_000
    assert excess(deep, LIMITS) == "elements with more than 600000 levels in sum"
    assert excess(b"<div>" * 60 + b"<i></i>" * 5_000, LIMITS) is None


def judge(bodies: tuple[revisions.Content, revisions.Content]) -> object:
    return revisions.classify(*bodies)


def seconds(read: Callable[..., object], text: object) -> float:
    """Of the processor, the best of two."""
    found = []
    for _ in range(2):
        start = time.process_time()
        read(text)
        found.append(time.process_time() - start)
    return min(found)
