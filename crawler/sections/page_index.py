"""One walk over a page's tree: elements by class token and by tag."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from lxml.html import HtmlElement

WITH_CLASS = etree.XPath("descendant-or-self::*[@class]")
TAGS = frozenset({"html", "title", "meta", "link", "script", "h1", "a"})


class PageIndex:
    """``by_class[token]`` and ``by_tag[tag]`` hold elements in page order.

    Every section looks its elements up here, since one walk costs less than a query
    over the whole page for each of them.
    """

    __slots__ = ("by_class", "by_tag", "root")

    def __init__(self, root: HtmlElement) -> None:
        self.root = root
        self.by_class: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        self.by_tag: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        by_class, by_tag = self.by_class, self.by_tag
        for element in root.iter(*TAGS):
            by_tag[str(element.tag)].append(element)
        for element in WITH_CLASS(root):
            for name in element.get("class").split():
                by_class[name].append(element)

    def first(self, class_name: str) -> HtmlElement | None:
        """The first element that has the class token."""
        found = self.by_class.get(class_name)
        return found[0] if found else None
