"""No page of at most 1.1 MB stops the event loop for a second."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg

from crawler import settings
from crawler.middlewares.limits import LIMITS
from tests import reliability
from tests.crawling import crawl
from tests.faults import answers, bombs, shapes
from tests.faults.server import FaultServer
from tests.faults.shapes import within
from tests.faults.sites import site_of
from tests.test_scheduler_states import path
from tests.ticking import Ticks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.faults.server import Resource

LARGEST = 1_100_000
# Lists with too many levels in sum
REFUSED = {"/wj/cate/us"}
# As many elements as a page may have, those around them included
MANY = LIMITS.elements - 500
LINK = b'<a href="/wj/story/1/%d">x</a>'
SHORT = b'<a href="/s/%d">x</a>'


PAGES = {
    "attributes": bombs.attributes(100_000),
    "depth": bombs.depth(50_000),
    "depth at the limit": within(b"<div>" * 240 + b"</div>" * 240),
    "links": bombs.OPENING + b"".join(SHORT % n for n in range(38_000)),
    "links of a story at the limit": within(b"".join(LINK % n for n in range(MANY))),
    "tags": bombs.elements(200_000, b"<i/>"),
    "tags at the limit": within(b"<i></i>" * (MANY)),
    "entities": bombs.entities(200_000),
    "comments": bombs.comments(140_000),
    "unended links": bombs.OPENING + b"<nav>" * (MANY) + b"x" * 900_000,
    "unended inputs": bombs.OPENING + b"<!-- " + b"<input " * 140_000,
}


def test_no_page_stops_the_loop(database: str) -> None:
    stories = [*PAGES.values(), *shapes.STORIES.values()]
    assert max(*map(len, stories), shapes.LARGEST) <= LARGEST
    lists = {f"/wj/cate/{code}": body for code, body in shapes.LISTS.items()}
    table = {
        **site_of(*map(answers.page, stories)),
        **{at: answers.page(body) for at, body in lists.items()},
        "/wj/index": answers.page(shapes.HOMES["a string without an end"]),
        "/api/more": answers.page(shapes.API, kind="application/json"),
    }
    counters, ends = stalled(table, database)
    assert counters["ticks/count"] > 20
    print({k: v for k, v in ends.items() if v[0] != "gone"})
    assert counters["parse/limit"] == 7
    states = {state for state, _ in ends.values()}
    assert not states & {"pending", "leased"}
    assert {at for at in lists if ends[at][0] == "read"} == {*lists} - REFUSED
    tell(counters, ends)


def test_no_menu_stops_the_loop(database: str) -> None:
    home = answers.page(shapes.HOMES["comments without an end"])
    counters, ends = stalled({"/wj/index": home}, database)
    assert ends["/wj/index"][0] == "read"
    tell(counters, ends)


def stalled(
    table: Mapping[str, Resource], database: str
) -> tuple[dict[str, float], dict[str, tuple[str, str]]]:
    """Counters of a crawl of a site, and path -> how it ended."""
    named = {path(kind): at for kind, at in settings.EXTENSIONS.items()}
    extensions = json.dumps(named | {path(Ticks): 500})
    with FaultServer(table) as site:
        run = crawl(
            *(site.url, database, "-s", f"EXTENSIONS={extensions}"),
            *("-s", "ERROR_RATIO_MAX=1", "-s", "RELATED_DEPTH=0"),
            *("-s", "CONCURRENT_REQUESTS=1", "-s", "SCRAPER_SLOT_MAX_ACTIVE_SIZE=1"),
        )
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT counters FROM run").fetchone()
        rows = connection.execute("SELECT url, state, reason FROM frontier").fetchall()
    assert row is not None, run.stderr
    return row[0], {urlsplit(url).path: (state, why) for url, state, why in rows}


LONGEST: list[float] = []  # of all crawls of this file


def tell(counters: Mapping[str, float], ends: object) -> None:
    longest = counters["ticks/longest"]
    assert longest <= 1, ends
    LONGEST.append(longest)
    reliability.tell("stall", f"{max(LONGEST):.2f} s of processor time")
