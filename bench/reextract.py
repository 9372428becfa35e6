"""Re-extraction of an archived night against an empty Scrapy spider.

The spider fetches the stories of the night on loopback and looks at nothing; we read
them from the archive, extract everything and compare it with the database. Starting
Python is in neither figure: workers are warm, a spider's clock starts when it opens.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
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
    from crawler.reextract.pool import Work

ROUNDS, TIMES = 5, 4  # TIMES: the night is read so often in a round
CORES = 2


def main() -> list[Figure]:
    """Pages a second of two cores ÷ the empty spider's, and ÷ those of one core."""
    against_spider, against_one = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        database("", folder) as dsn,
        ReplicaServer() as site,
    ):
        run = crawl(site.url, dsn, VAR_DIR=folder)
        if run.returncode:
            raise RuntimeError(run.stderr[-2000:])
        files = sorted(Path(folder).rglob("*.warc.gz"))
        pages = [site.url + path for path in site.requests if urls.story_id(path)]
        task = Task(dsn=dsn)
        with workers(task, 1) as one, workers(task, CORES) as both:
            for work in (one, both):
                rate(work, files)  # the first time is to get warm
            for _ in range(ROUNDS):
                alone, together = rate(one, files), rate(both, files)
                against_one.append(together / alone)
                against_spider.append(together / empty(Path(folder), pages))
    return [
        Figure("re-extraction: pages/s ÷ empty spider", against_spider, at_least=4),
        Figure("re-extraction: 2 cores ÷ 1 core", against_one, at_least=1.7),
    ]


def rate(work: Work, files: list[Path]) -> float:
    """Pages a second, each read, extracted and compared."""
    start = time.perf_counter()
    done = sum(result.stored for result in work(chunks(files * TIMES)))
    return done / (time.perf_counter() - start)


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
