"""Photos: the original address out of the image proxy, caption, credit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.items import Figure
from crawler.loaders import clean
from crawler.photos import photo_original
from crawler.sections.markup import photo_address, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

CREDIT = re.compile(r"^(.*?)\s*[（(]([^（）()]*)[）)]\s*。?$", re.DOTALL)


def read_figure(
    element: HtmlElement, position: int, after_paragraph: int
) -> Figure | None:
    """A ``figure`` or a bare ``img`` -> Figure; None when it holds no photo."""
    url = next((one for one in map(photo, _addresses(element)) if one), None)
    if url is None:
        return None
    caption, credit = split_credit(_caption(element))
    return Figure(
        position=position,
        url=url,
        caption=caption,
        credit=credit,
        after_paragraph=after_paragraph,
    )


def photo(address: str | None) -> str | None:
    """Address of the photo itself; None for placeholders and inline data."""
    return photo_original(address) if address else None


def split_credit(caption: str | None) -> tuple[str | None, str | None]:
    """Caption -> (caption, credit): the credit is a trailing （…） or (…)."""
    found = CREDIT.match(caption) if caption else None
    if found is None:
        return caption, None
    return clean(found[1]), clean(found[2])


def _addresses(element: HtmlElement) -> Iterator[str | None]:
    for picture in element.iter("img", "source"):
        yield photo_address(picture)
    yield element.get("data-url")


def _caption(element: HtmlElement) -> str | None:
    for printed in element.iter("figcaption"):
        text = text_of(printed)
        if text:
            return text
    for image in element.iter("img"):
        text = clean(image.get("alt"))
        if text:
            return text
    return None
