"""The parsed tree of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from scrapy.http import TextResponse

UTF8 = ("utf-8", "utf8", "ascii")


def tree_of(response: TextResponse) -> Any:
    """Root element of an HTML page.

    Scrapy's selector decodes a page and encodes it again before libxml2 reads it; sound
    UTF-8 can be read as it came. Anything else (another encoding, broken bytes, NUL,
    nothing at all) goes the long way round, where each has its rule.
    """
    body = response.body
    if response.encoding.lower() in UTF8 and body.strip() and b"\0" not in body:
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            return response.selector.root
        # lxml.html would choose a Python class for every element, and nobody asks by id
        parser = etree.HTMLParser(
            encoding="utf-8", recover=True, huge_tree=True, collect_ids=False
        )
        root = etree.fromstring(body, parser)
        return root if root is not None else response.selector.root
    return response.selector.root
