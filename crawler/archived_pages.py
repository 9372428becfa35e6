"""The pages that a WARC file of any tool holds, without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import TextResponse

from crawler import urls
from crawler.archive.reader import Damaged, decoded, digest_fault, scan
from crawler.extraction import LISTS, origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KINDS = frozenset({urls.PageKind.STORY, urls.PageKind.API, *LISTS})


def pages(path: Path, tell: Callable[[Damaged], None]) -> Iterator[TextResponse]:
    """Stories and lists with status 200, in the order of the file.

    Args:
        tell: is given each record that is damaged, and goes on behind it.

    Raises:
        Damaged: the file itself cannot be read.
    """
    for stored in scan(path, tell):
        kind = urls.page_kind(stored.url, origin=origin_of(stored.url))
        if stored.status != 200 or kind not in KINDS:
            continue
        fault = digest_fault(stored)
        try:
            if fault:
                raise Damaged(f"{path}: offset {stored.file_offset}: {fault}")
            response = decoded(stored)
            if not isinstance(response, TextResponse):
                raise Damaged(f"{stored.url}: the body is no text")
            yield response
        except Damaged as error:
            tell(error)
