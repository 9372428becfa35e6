"""No page of at most 1.1 MB stops the event loop for a second."""

from __future__ import annotations

import json

import psycopg

from crawler import settings
from crawler.middlewares.limits import LIMITS
from tests import reliability
from tests.crawling import crawl
from tests.faults import answers, bombs
from tests.faults.charsets import CASES
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, site_of
from tests.test_scheduler_states import path
from tests.ticking import Ticks

LARGEST = 1_100_000
# As many elements as a page may have, those around them included
MANY = LIMITS.elements - 500
LINK = b'<a href="/wj/story/1/%d">x</a>'
SHORT = b'<a href="/s/%d">x</a>'
STORY = CASES[0].body(FIRST)


def within(inside: bytes) -> bytes:
    """A story that holds this in its text: a page that is read to its end."""
    return STORY.replace(b"</p>", b"</p>" + inside, 1)


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
    assert max(len(body) for body in PAGES.values()) <= LARGEST
    named = {path(kind): at for kind, at in settings.EXTENSIONS.items()}
    extensions = json.dumps(named | {path(Ticks): 500})
    with FaultServer(site_of(*(answers.page(body) for body in PAGES.values()))) as site:
        run = crawl(
            *(site.url, database, "-s", f"EXTENSIONS={extensions}"),
            *("-s", "ERROR_RATIO_MAX=1", "-s", "RELATED_DEPTH=0"),
            *("-s", "CONCURRENT_REQUESTS=1", "-s", "SCRAPER_SLOT_MAX_ACTIVE_SIZE=1"),
        )
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT counters FROM run").fetchone()
        ends = connection.execute("SELECT state, reason FROM frontier").fetchall()
    assert row is not None, run.stderr
    longest, ticks = row[0]["ticks/longest"], row[0]["ticks/count"]
    assert ticks > 20
    assert not {state for state, _ in ends} & {"pending", "leased"}
    assert row[0].get("parse/limit", 0) >= 4
    assert longest <= 1, ends
    reliability.tell("stall", f"{longest:.2f} s of processor time")
