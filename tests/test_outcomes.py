"""Nothing is dropped in silence: every requested story ends in one counted way."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler.pages.menu import CHANNELS
from tests.crawling import crawl

if TYPE_CHECKING:
    from collections.abc import Iterator

STORY = "/wj/story/121339/"
ROW = (
    '<div class="subcate-list__link"><div class="subcate-list__link__text">'
    '<a href="https://www.worldjournal.com{path}?from=wj_catelistnews" title="題">'
    '<h3 class="subcate-list__link__title">題</h3></a></div></div>'
)
LIST = (
    '<html lang="zh-TW"><div class="subcate-list"><div class="subcate-list__wrapper">'
)
CHINA = next(channel for channel in CHANNELS if channel.code == "china")
# story -> status, Location
ENDS = {
    "9001": (302, f"{STORY}9002"),
    "9002": (404, ""),
    "9003": (302, "http://127.0.0.2:9/elsewhere"),
    "9004": (302, "/record/pageview/8877/1/1/9004"),
    "9005": (410, ""),
    "9006": (200, ""),
    "9007": (302, f"{STORY}9007"),
}


class Site(BaseHTTPRequestHandler):
    """One channel whose stories each fail in a way of their own."""

    def do_GET(self) -> None:
        if self.path == "/wj/cate/china":
            rows = "".join(ROW.format(path=f"{STORY}{number}") for number in ENDS)
            self.answer(200, body=f"{LIST}{rows}</div></div></html>")
        elif self.path.startswith(STORY):
            status, location = ENDS[self.path.removeprefix(STORY)]
            self.answer(status, location, "<html><title>空</title></html>")
        else:
            self.answer(404)

    def answer(self, status: int, location: str = "", body: str = "") -> None:
        payload = body.encode()
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_every_story_that_was_requested_has_one_counted_end(
    site: str, database: str
) -> None:
    crawl(site, database, "-a", "channels=china")

    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT counters, verdict FROM run").fetchone()
        incidents = connection.execute(
            "SELECT story_id, detail->>'reason' FROM incident WHERE story_id >= 9000"
        ).fetchall()
    assert row is not None
    counters: dict[str, Any] = row[0]
    assert dict(incidents).items() >= {9002: "http_404", 9005: "http_410"}.items()
    assert 9006 in dict(incidents)
    ends = {
        name.rpartition("/")[2]: count
        for name, count in counters.items()
        if name.startswith("page/failed/")
    }
    assert sum(ends.values()) == counters["page/failed"]
    # lists that are not there: home, sitemap, list API, breaking, China's subcategories
    lists = 4 + len(CHINA.subcategories)
    assert ends["http_404"] == lists + 1
    assert ends["http_410"] == 1
    assert f" {lists + 2} gone" in row[1]
    assert ends["not_a_story"] == 1
    assert counters["page/failed"] - lists == len(ENDS)
