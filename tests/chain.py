"""A site of 300 stories in a tree and a chain, in which no story is linked twice."""

from __future__ import annotations

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from crawler import urls

if TYPE_CHECKING:
    from typing import Self

TREE, STORIES = 150, 300
SITE = "https://www.worldjournal.com"
STORY = f"{SITE}/wj/story/121339"


def leads_to(number: int) -> list[tuple[int, str]]:
    """(story, ``?from=``) of the links of a story: two children in the tree of 1 to
    150, the next one in the chain of 150 to 300."""
    if number >= TREE:
        return [(number + 1, "wj_nextnews_story")] if number < STORIES else []
    children = (2 * number, 2 * number + 1)
    return [(child, "wj_referralnews") for child in children if child <= TREE]


def story_page(number: int) -> str:
    links = "".join(
        f'<a href="{STORY}/{other}?from={token}" title="第{other}則">第{other}則</a>'
        for other, token in leads_to(number)
    )
    return f"""<!doctype html><html lang="zh-TW"><head><meta charset="UTF-8">
<link rel="canonical" href="{STORY}/{number}">
<meta name="date" content="2026-03-01 02:00:00"></head><body>
<h1 class="article-content__title">第{number}則</h1>
<section class="article-content__editor"><p>內文{number}。</p></section>
{links}</body></html>"""


def list_page(numbers: range) -> str:
    rows = "".join(
        f"""<div class="subcate-list__link"><div class="subcate-list__link__text">
<a href="{STORY}/{n}?from=wj_catelistnews" title="第{n}則">
<h3 class="subcate-list__link__title">第{n}則</h3></a></div></div>"""
        for n in numbers
    )
    return f"""<!doctype html><html lang="zh-TW"><head><meta charset="UTF-8"></head>
<body><div class="subcate-list" id="breaknews">{rows}</div></body></html>"""


class Answer(BaseHTTPRequestHandler):
    """The list names the first story once, and something else ever after."""

    protocol_version = "HTTP/1.1"
    server: ChainServer

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.requests[path] += 1
        number = urls.story_id(SITE + path)
        status, text = 404, ""
        if number and number <= STORIES + 1:
            status, text = 200, story_page(number)
        elif path == "/wj/cate/breaking":
            first = self.server.requests[path] == 1
            status, text = 200, list_page(range(1, 2) if first else range(301, 302))
        elif path == "/wj/index":
            status, text = 200, list_page(range(0))
        body = text.encode()
        moved = self.server.redirects and number == 2 and "?" not in self.path
        self.send_response(302 if moved else status)
        if moved:
            self.send_header("Location", f"{path}?again")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the requests are counted instead."""


class ChainServer(ThreadingHTTPServer):
    """Serves the site on loopback; ``requests`` counts by path. Story 2 is a redirect
    where ``redirects`` is set."""

    daemon_threads = True

    def __init__(self, *, redirects: bool = False) -> None:
        self.redirects = redirects
        self.requests: Counter[str] = Counter()
        super().__init__(("127.0.0.1", 0), Answer)
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join(timeout=10)
