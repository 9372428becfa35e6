"""One walk over a page's tree: elements by class token and by tag."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from lxml.html import HtmlElement

WITH_CLASS = etree.XPath("descendant-or-self::*[@class]")
TAGS = frozenset({"html", "title", "meta", "link", "script", "h1", "h2", "a"})
# Those that carry the classes of a story's frame today
FRAME = frozenset({"section", "h1", "h2", "a", "span", "time"})


class PageIndex:
    """``by_tag[tag]`` holds elements in page order, :meth:`of_class` finds by class.

    Every section looks its elements up here, since one walk costs less than a query
    over the whole page for each of them.
    """

    def __init__(self, root: HtmlElement) -> None:
        self.root = root
        self.by_tag: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        self.frame: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        by_tag, frame = self.by_tag, self.frame
        for element in root.iter(*TAGS, *FRAME):
            by_tag[str(element.tag)].append(element)
            names = element.get("class")
            if names:
                for name in names.split():
                    frame[name].append(element)

    @cached_property
    def everything(self) -> defaultdict[str, list[HtmlElement]]:
        """Elements of any tag by class token: dear, as it touches most of the page."""
        found: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        for element in WITH_CLASS(self.root):
            for name in element.get("class").split():
                found[name].append(element)
        return found

    def of_class(self, name: str) -> list[HtmlElement]:
        """The elements that have the class token, in page order, of whatever tag; only
        if none of the frame's tags has it, the others are asked."""
        return self.frame.get(name) or self.everything.get(name) or []

    def first(self, name: str) -> HtmlElement | None:
        """The first element that has the class token."""
        return next(iter(self.of_class(name)), None)
