"""What a callback gives becomes one item: the page, what it leads to, how it ended."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.exceptions import CloseSpider

from crawler.frontier.requests import kept, row_of
from crawler.items import ENDING, FrontierEnd, PageItems

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Output = PageItems | Request


def whole_page(
    read: Callable[..., AsyncIterator[Output] | Iterable[Output]],
) -> Callable[..., AsyncIterator[PageItems]]:
    """Decorates a callback or errback that yields ``PageItems`` and ``Request``s.

    They are gathered into one ``PageItems`` that storage commits in one transaction
    together with the end of the page's own row of the frontier: a process that dies
    has either done all of a page or nothing. A callback that raises keeps what it
    gave so far; its row ends as failed, and ``spider.outcomes`` is told.
    """

    @functools.wraps(read)
    async def whole(spider: Any, answer: Any, **given: Any) -> AsyncIterator[PageItems]:
        found: list[Output] = []
        try:
            async for one in _each(read(spider, answer, **given)):
                found.append(one)
        except CloseSpider:
            # the run ends; what is told of the page is kept, its row is not done
            spider.crawler.signals.send_catch_log(ENDING)
            if found:
                yield replace(gathered(found, answer.request, spider), end=None)
            raise
        except Exception as error:
            told = spider.outcomes.raised(answer, error, found)
            yield gathered([*found, told], answer.request, spider)
            raise
        yield gathered(found, answer.request, spider)

    return whole


def gathered(found: Sequence[Output], request: Request, spider: Any) -> PageItems:
    """Everything of a page in one item. It ends as its parts say, the last of them
    that says anything; else a page with a story is stored, and a list read."""
    parts = [one for one in found if isinstance(one, PageItems)]
    ends = [part.end for part in parts if part.end]
    articles = [part.article for part in parts if part.article]
    row = row_of(request)
    if row is not None and not ends:
        ends = [FrontierEnd(fingerprint=row, state="stored" if articles else "read")]
    return PageItems(
        article=articles[0] if articles else None,
        links=tuple(link for part in parts for link in part.links),
        incidents=tuple(one for part in parts for one in part.incidents),
        observations=tuple(one for part in parts for one in part.observations),
        signals=tuple(one for part in parts for one in part.signals),
        looks=tuple(one for part in parts for one in part.looks),
        requests=tuple(
            kept(one, spider.fingerprint(one), origin=spider.origin)
            for one in found
            if isinstance(one, Request)
        ),
        end=ends[-1] if ends else None,
    )


async def _each(
    output: AsyncIterator[Output] | Iterable[Output],
) -> AsyncIterator[Output]:
    if isinstance(output, AsyncIterator):
        async for one in output:
            yield one
    else:
        for one in output:
            yield one
