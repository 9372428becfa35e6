"""A crawl of the replica, Postgres on, against an empty Scrapy spider.

Both fetch the same pages of the same server with the same downloader and no politeness;
the empty spider looks at nothing and stores nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from bench.figure import Figure
from crawler import urls
from pipelines.storage.server import database
from tests.crawling import ROOT, crawl
from tests.site.server import ReplicaServer

ROUNDS = 3
EMPTY = """
import json, sys, time
from pathlib import Path
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

class Empty(Spider):
    name = "empty"
    async def start(self):
        for url in json.loads(Path(sys.argv[1]).read_text()):
            yield Request(url)
    def parse(self, response):
        return None

process = AsyncCrawlerProcess({
    "LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": 8, "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
})
crawler = process.create_crawler(Empty)
process.crawl(crawler)
process.start()
print(json.dumps([crawler.stats.get_value("response_received_count"),
                  crawler.stats.get_value("elapsed_time_seconds")]))
"""


def main() -> list[Figure]:
    """Pages a second, ours ÷ the empty spider's; the medians of three rounds."""
    ratios = []
    with tempfile.TemporaryDirectory() as folder, database("", folder) as server:
        for number in range(ROUNDS):
            ratios.append(one_round(Path(folder), server, number))
    return [Figure("crawl: pages/s ÷ empty spider", ratios, at_least=0.60)]


def one_round(folder: Path, server: str, number: int) -> float:
    """Ours ÷ theirs, in pages a second between the opening and closing of a spider."""
    name = f"bench_{number}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    dsn = make_conninfo(server, dbname=name)
    with ReplicaServer() as site:
        # the server renders a page when it is first asked for: not our time
        for page in site.truth()["pages"]:
            site.pages.get(page.removeprefix(urls.SITE))
        run = crawl(site.url, dsn)
        if run.returncode:
            raise RuntimeError(run.stderr[-2000:])
        pages = folder / "pages.json"
        pages.write_text(json.dumps([site.url + path for path in site.requests]))
        script = folder / "empty.py"
        script.write_text(EMPTY)
        empty = subprocess.run(
            [sys.executable, str(script), str(pages)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    count, seconds = json.loads(empty.stdout)
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT counters FROM run").fetchone()
    ours = row[0] if row else {}
    rate = ours["response_received_count"] / ours["elapsed_time_seconds"]
    return float(rate / (count / seconds))


if __name__ == "__main__":
    for figure in main():
        print(figure)
