"""Extraction of heavy story pages against a bare lxml parse and trafilatura.

What a page shows of a list is remembered, so no page is read twice: every round is a
night of another replica, and each of its pages is read one way only.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import lxml.html
import trafilatura
from scrapy.http import HtmlResponse

from bench.figure import Figure
from crawler import extraction, urls
from crawler.garbage import calm_collector
from crawler.pages.story import parse_story
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Callable

    Page = tuple[str, bytes]

ROUNDS = 15
BEGUN = 160  # stories of a night, a tenth of them with several photos
PEERS = 2  # pages of a round that trafilatura reads, 20 times as long
URL = "https://www.worldjournal.com/wj/story/121339/9310785"


def main(path: str | None = None) -> list[Figure]:
    """Medians of the pages of each round, with the garbage collector set as a run sets
    it. A page given by ``path`` is read over and over: its lists are remembered."""
    calm_collector()
    given = [(URL, Path(path).read_bytes())] * 20 if path else None
    ours, whole, peer = [], [], []
    for seed in range(1, ROUNDS + 1):
        pages = given or heavy_pages(seed)
        one, other = pages[::2], pages[1::2]
        ours.append(ratio(lambda page: parse_story(response(page)), one))
        whole.append(ratio(lambda page: extraction.items(response(page)), other))
        peer.append(
            ratio(lambda page: trafilatura.extract(page[1].decode()), one[:PEERS])
        )
    return [
        Figure("story page ÷ bare lxml", ours, at_most=4.0),
        Figure("with dates read ÷ bare lxml", whole),
        Figure("trafilatura ÷ bare lxml", peer),
    ]


def heavy_pages(seed: int) -> list[Page]:
    """Stories of a night with several photos, scripts and lists, as heavy as the
    site's; others of that night have been read, as they are when a night is under way.
    """
    night = ReplicaServer(seed=seed, weight="heavy").pages
    kinds: dict[bool, list[Page]] = {True: [], False: []}
    for story in night.night.newest[:BEGUN]:
        page = urls.SITE + story.path, night.get(story.path)[2]
        kinds[story.kind == "photos"].append(page)
    for page in kinds[False]:
        parse_story(response(page))
    return kinds[True]


def response(page: Page) -> HtmlResponse:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return HtmlResponse(page[0], body=page[1], headers=headers)


def ratio(work: Callable[[Page], object], pages: list[Page]) -> float:
    """Median over ``pages`` of what the work takes ÷ a bare parse of the same bytes."""
    both = [(seconds(bare, page), seconds(work, page)) for page in pages]
    return statistics.median(ours / theirs for theirs, ours in both)


def bare(page: Page) -> object:
    return lxml.html.document_fromstring(page[1])


def seconds(work: Callable[[Page], object], page: Page) -> float:
    """Of the processor, since nothing here waits for anything."""
    start = time.process_time()
    work(page)
    return time.process_time() - start


if __name__ == "__main__":
    for figure in main(*sys.argv[1:2]):
        print(figure)
