"""Extraction of a heavy story page against a bare lxml parse and trafilatura."""

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
from crawler import extraction
from crawler.night import calm_collector
from crawler.pages.story import parse_story
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 15
URL = "https://www.worldjournal.com/wj/story/121339/9310785"


def main(path: str | None = None) -> list[Figure]:
    """Each round times the three in turn on the same bytes, with the garbage collector
    set as a run sets it."""
    calm_collector()
    body = Path(path).read_bytes() if path else heavy_page()

    def bare() -> object:
        return lxml.html.document_fromstring(body)

    def ours() -> object:
        headers = {"Content-Type": "text/html; charset=utf-8"}
        return parse_story(HtmlResponse(URL, body=body, headers=headers))

    def whole() -> object:
        headers = {"Content-Type": "text/html; charset=utf-8"}
        return extraction.items(HtmlResponse(URL, body=body, headers=headers))

    def peer() -> object:
        return trafilatura.extract(body.decode())

    work = ((bare, 20), (ours, 20), (whole, 20), (peer, 2))
    rounds = [[seconds(*one) for one in work] for _ in range(ROUNDS)]
    return [
        Figure("story page ÷ bare lxml", [o / b for b, o, _, _ in rounds], at_most=4.0),
        Figure("with dates read ÷ bare lxml", [w / b for b, _, w, _ in rounds]),
        Figure("trafilatura ÷ bare lxml", [p / b for b, _, _, p in rounds]),
    ]


def heavy_page() -> bytes:
    """A story with several photos, scripts and lists, as heavy as the site's."""
    site = ReplicaServer(weight="heavy")
    story = next(one for one in site.pages.night.newest if one.kind == "photos")
    return site.pages.get(story.path)[2]


def seconds(work: Callable[[], object], times: int) -> float:
    """Median time of one call."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


if __name__ == "__main__":
    for figure in main(*sys.argv[1:2]):
        print(figure)
