"""What the readers of all sections need from a parsed page: class tokens and text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.loaders import clean
from crawler.photos import photo_original

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

# Elements whose text is no text of the page
SILENT = frozenset(
    ("script", "style", "noscript", "template", "iframe", "object", "svg", "canvas")
)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
PHOTO_ATTRIBUTES = ("data-src", "data-original", "data-srcset", "srcset", "src")


def tokens(element: HtmlElement) -> list[str]:
    """Class tokens; the attribute can have spaces at its ends (udn.com)."""
    return (element.get("class") or "").split()


def by_class(root: HtmlElement, token: str, *tags: str) -> Iterator[HtmlElement]:
    """Elements of ``tags`` (all, if none is named) that have the class token."""
    for element in root.iter(*(tags or ("*",))):
        attribute = element.get("class")
        if attribute and token in attribute and token in attribute.split():
            yield element


def text_of(element: HtmlElement) -> str | None:
    """All text inside, descendants joined without a space, ``br`` as a space.

    Comments, scripts and styles say nothing.
    """
    if not len(element):
        return clean(element.text)
    return clean("".join(_pieces(element)))


def _pieces(element: HtmlElement) -> Iterator[str]:
    if element.text:
        yield element.text
    stack = [iter(element)]
    tails: list[str | None] = [None]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            yield tails.pop() or ""
            continue
        tag = child.tag
        if not isinstance(tag, str) or tag in SILENT or not len(child):
            yield _leaf(child, tag) + (child.tail or "")
            continue
        yield child.text or ""
        stack.append(iter(child))
        tails.append(child.tail)


def _leaf(element: HtmlElement, tag: object) -> str:
    if tag == "br":
        return " "
    if not isinstance(tag, str) or tag in SILENT:
        return ""
    return element.text or ""


def photo_address(element: HtmlElement) -> str | None:
    """Raw address of the picture that an ``img`` or ``source`` shows."""
    for name in PHOTO_ATTRIBUTES:
        value = (element.get(name) or "").strip()
        if value and not value.startswith("data:"):
            # A srcset holds "address width, address width"
            return value.split()[0].rstrip(",") if "srcset" in name else value
    return None


def photo_in(element: HtmlElement) -> str | None:
    """Raw address of the first photo inside, that is no placeholder."""
    for picture in element.iter("img", "source"):
        address = photo_address(picture)
        if address and photo_original(address):
            return address
    return None
