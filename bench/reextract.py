"""Re-extraction of an archived night against an empty Scrapy spider.

The spider fetches the stories of the night on loopback and looks at nothing; we read
them from the archive, extract everything and compare it with the database. Starting
Python is in neither figure: workers are warm, a spider's clock starts when it opens.
Every round has workers of its own, which get warm on other pages of the night than
those they are timed on: no process reads a page twice.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from bench.crawl import EMPTY
from bench.figure import Figure
from crawler import urls
from crawler.reextract.chunks import chunks
from crawler.reextract.pool import workers
from crawler.reextract.worker import Task
from pipelines.storage.server import database
from tests.crawling import ROOT, crawl
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from crawler.reextract.worker import Result

ROUNDS = 5
STORIES = 960
WARM, WARM_SECONDS = 6, 5  # chunks, read until all workers must have started
CORES = 2


def main() -> list[Figure]:
    """Pages a second of two cores ÷ the empty spider's, and ÷ those of one core."""
    against_spider, against_one = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        database("", folder) as dsn,
        ReplicaServer(stories=STORIES) as site,
    ):
        run = crawl(site.url, dsn, VAR_DIR=folder)
        if run.returncode:
            raise RuntimeError(run.stderr[-2000:])
        files = sorted(Path(folder).rglob("*.warc.gz"))
        pages = [site.url + path for path in site.requests if urls.story_id(path)]
        for _ in range(ROUNDS):
            alone, together = rate(dsn, 1, files), rate(dsn, CORES, files)
            against_one.append(together / alone)
            against_spider.append(together / empty(Path(folder), pages))
    return [
        Figure("re-extraction: pages/s ÷ empty spider", against_spider, at_least=4),
        Figure("re-extraction: 2 cores ÷ 1 core", against_one, at_least=1.7),
    ]


def rate(dsn: str, jobs: int, files: list[Path]) -> float:
    """Pages a second, each read, extracted and compared, in a process that has read
    none before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(_rate, dsn, jobs, files).result()


def _rate(dsn: str, jobs: int, files: list[Path]) -> float:
    with workers(Task(dsn=dsn), jobs) as work:
        handed_out = chunks(files)
        first = list(islice(handed_out, WARM))
        until = time.monotonic() + WARM_SECONDS
        while time.monotonic() < until:
            sum(map(pages_of, work(first)))
        start = time.perf_counter()
        done = sum(map(pages_of, work(handed_out)))
        return done / (time.perf_counter() - start)


def pages_of(result: Result) -> int:
    return result.stored + result.lists


def empty(folder: Path, pages: list[str]) -> float:
    """Pages a second of a spider that does nothing with them."""
    listed, script = folder / "pages.json", folder / "empty.py"
    listed.write_text(json.dumps(pages))
    script.write_text(EMPTY)
    spider = subprocess.run(
        [sys.executable, str(script), str(listed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    count, seconds = json.loads(spider.stdout)
    return float(count / seconds)


if __name__ == "__main__":
    for figure in main():
        print(figure)
