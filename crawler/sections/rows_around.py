"""Where the rows of a list begin and end: what is around the addresses of stories.

Every element is looked at once, however many addresses it is around.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crawler.sections.markup import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

LIST_IDS = frozenset({"breaknews"})
LIST_CLASSES = frozenset({"subcate-list", "subcate-list__wrapper"})
ROW_CLASSES = frozenset({"subcate-list__content-big", "subcate-list__link"})
LISTS = LIST_CLASSES | ROW_CLASSES | LIST_IDS
OTHER_BOXES = frozenset({"sideHot", "wrapper-side", "breaking-news__wrapper"})
# A row never reaches as far as these
OUTSIDE = frozenset({"main", "body", "html"})
# Instead of a story: more than one
SEVERAL = -1


class Marks(NamedTuple):
    """What the class tokens and ids of an element say. ``is_list``, ``is_row``: of the
    element itself; ``in_list``, ``in_other``: of it and all that is around it."""

    is_list: bool
    is_row: bool
    in_list: bool
    in_other: bool


class Reach(NamedTuple):
    """How far a row reaches from an element on; ``named``: it has a row's class."""

    row: HtmlElement
    named: bool


NOWHERE = Marks(is_list=False, is_row=False, in_list=False, in_other=False)


class Surroundings:
    """``stories``: the links of a page with the numbers of the stories they name."""

    def __init__(self, stories: Iterable[tuple[HtmlElement, int]]) -> None:
        self.marked: dict[HtmlElement, Marks] = {}
        self.reached: dict[HtmlElement, Reach | None] = {}
        self.stories: dict[HtmlElement, int] = {}
        for anchor, story in stories:
            self._add(anchor, story)

    def marks(self, anchor: HtmlElement) -> Marks:
        """What is said around a link."""
        above, parent = [], anchor.getparent()
        while parent is not None and parent not in self.marked:
            above.append(parent)
            parent = parent.getparent()
        marks = NOWHERE if parent is None else self.marked[parent]
        for element in reversed(above):
            marks = self.marked[element] = _marks(element, marks)
        return marks

    def row(self, anchor: HtmlElement) -> HtmlElement:
        """The row of a link: the largest element that names no other story, among
        those with a row's class if there are any."""
        self.marks(anchor)
        above, parent = [], anchor.getparent()
        while parent is not None and parent not in self.reached:
            above.append(parent)
            parent = parent.getparent() if self._is_inside(parent) else None
        reach = None if parent is None else self.reached[parent]
        for element in reversed(above):
            reach = self.reached[element] = self._reach(element, reach)
        return anchor if reach is None else reach.row

    def _add(self, anchor: HtmlElement, story: int) -> None:
        element: HtmlElement | None = anchor
        while element is not None:
            known = self.stories.get(element)
            if known in (story, SEVERAL):
                return
            self.stories[element] = story if known is None else SEVERAL
            story, element = self.stories[element], element.getparent()

    def _is_inside(self, element: HtmlElement) -> bool:
        """May an element belong to a row?"""
        return not (
            element.tag in OUTSIDE
            or self.marked[element].is_list
            or self.stories.get(element) == SEVERAL
        )

    def _reach(self, element: HtmlElement, above: Reach | None) -> Reach | None:
        if not self._is_inside(element):
            return None
        named = self.marked[element].is_row
        if above is not None and (above.named or not named):
            return above
        return Reach(element, named)


def _marks(element: HtmlElement, above: Marks) -> Marks:
    classes, name = set(tokens(element)), element.get("id") or ""
    said = classes | {name}
    return Marks(
        is_list=bool(classes & LIST_CLASSES) or name in LIST_IDS,
        is_row=bool(classes & ROW_CLASSES),
        in_list=above.in_list or bool(said & LISTS),
        in_other=above.in_other or bool(said & OTHER_BOXES),
    )
