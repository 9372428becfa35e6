"""The frontier in Postgres against Scrapy's own scheduler in memory.

The same spider with the same downloader on the same pages: it looks at nothing, and
each page leads to the next ten. With the frontier every request is added, leased and
ended in Postgres, durably, and what it waits for is shared; in memory it is lost with
the process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from bench.figure import Figure
from crawler import urls
from pipelines.storage import jobs, migrate, runs
from pipelines.storage.server import database
from tests.crawling import ROOT
from tests.site.server import ReplicaServer

ROUNDS, TIMES = 5, 3  # TIMES: every page is fetched so often in a round, as another
SPIDER = """
import json, sys
from pathlib import Path
from scrapy import Request, Spider
from scrapy.core.scheduler import Scheduler
from scrapy.crawler import AsyncCrawlerProcess
from crawler.frontier.hearing import Hearing
from crawler.frontier.scheduler import FrontierScheduler
from crawler.frontier.whole_page import whole_page
from crawler.middlewares.pace import PaceMiddleware
from crawler.middlewares.retry_after import RetryAfterMiddleware
from pipelines.postgres import PostgresPipeline

addresses, dsn, run = json.loads(Path(sys.argv[1]).read_text())

class Tree(Spider):
    name = "tree"
    origin = "http://127.0.0.1"
    def asked(self, number):
        return Request(addresses[number], self.parse, errback=self.failed,
                       cb_kwargs={"number": number})
    async def start(self):
        yield self.asked(0)
    def fingerprint(self, request):
        return self.crawler.request_fingerprinter.fingerprint(request)
    def parse(self, response, number):
        for child in range(number * 10 + 1, min(number * 10 + 11, len(addresses))):
            yield self.asked(child)
    def failed(self, failure):
        raise failure.value

if dsn:
    Tree.parse, Tree.failed = whole_page(Tree.parse), whole_page(Tree.failed)
process = AsyncCrawlerProcess({
    "LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": 8, "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
    "SCHEDULER": FrontierScheduler if dsn else Scheduler,
    "ITEM_PIPELINES": {PostgresPipeline: 1} if dsn else {},
    "EXTENSIONS": {Hearing: 1} if dsn else {},
    "DOWNLOADER_MIDDLEWARES":
        {RetryAfterMiddleware: 560, PaceMiddleware: 940} if dsn else {},
    "RETRY_AFTER_MAX": 300,
    "DATABASE_URL": dsn, "RUN_ID": run, "JOB_ID": run, "STORE_PATIENCE": 60,
})
crawler = process.create_crawler(Tree)
process.crawl(crawler)
process.start()
print(json.dumps([crawler.stats.get_value("response_received_count"),
                  crawler.stats.get_value("elapsed_time_seconds")]))
"""


def main() -> list[Figure]:
    """Pages a second with the frontier ÷ with Scrapy's scheduler."""
    ratios = []
    with (
        tempfile.TemporaryDirectory() as folder,
        database("", folder) as dsn,
        ReplicaServer() as site,
        psycopg.connect(dsn, autocommit=True) as connection,
    ):
        migrate.migrate(connection)
        paths = [page.removeprefix(urls.SITE) for page in site.truth()["pages"]]
        for path in paths:
            site.pages.get(path)
        addresses = [f"{site.url}{p}?{n}" for n in range(TIMES) for p in paths]
        for _ in range(ROUNDS):
            run = runs.start_run(connection, spider="bench", arguments={})
            jobs.begin(connection, run, origin=site.url, arguments={}, anew=True)
            ours = rate(Path(folder), addresses, dsn, run)
            ratios.append(ours / rate(Path(folder), addresses, "", 0))
    return [Figure("frontier: pages/s ÷ memory scheduler", ratios, at_least=0.70)]


def rate(folder: Path, addresses: list[str], dsn: str, run: int) -> float:
    """Pages a second between the opening and the closing of the spider."""
    given, script = folder / "given.json", folder / "tree.py"
    given.write_text(json.dumps([addresses, dsn, run]))
    script.write_text(SPIDER)
    done = subprocess.run(
        [sys.executable, str(script), str(given)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    count, seconds = json.loads(done.stdout)
    assert count == len(addresses), done.stderr
    return float(count / seconds)


if __name__ == "__main__":
    for figure in main():
        print(figure)
