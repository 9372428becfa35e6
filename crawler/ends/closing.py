"""What a run still has to do when its crawl is over, however it ended."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from crawler.ends.failures import WALLS
from crawler.ends.verdict import LED_AWAY, Exit
from crawler.extensions.run_lock import RunLock
from crawler.middlewares.archive import ArchiveMiddleware
from pipelines.storage import jobs, observations

if TYPE_CHECKING:
    import psycopg
    from scrapy.crawler import Crawler


def let_go(crawler: Crawler) -> None:
    """Ends what a crawl that was ended at once has left open: the WARC file, and the
    session with the lock. Nothing to do after one that closed."""
    with suppress(RuntimeError):  # the crawl never began
        archive = crawler.get_downloader_middleware(ArchiveMiddleware)
        if archive is not None:
            archive.end()
    watch = watch_of(crawler)
    if watch is not None:
        watch.lock.drop()


def finish_job(connection: psycopg.Connection[Any], job: int, code: Exit) -> None:
    """Ends a job with which nothing is left to do. Where walls have stopped the run,
    what they stood before waits again, for the next one, and what they showed in the
    place of stories says nothing of these."""
    if code is Exit.WALLED:
        for reason in sorted(WALLS | LED_AWAY):
            jobs.requeue(connection, job, reason)
        observations.discredit(connection, job)
    jobs.finish(connection, job)


def watch_of(crawler: Crawler) -> RunLock | None:
    """What watched the locks; None where the crawl never began."""
    with suppress(RuntimeError):
        return crawler.get_extension(RunLock)
    return None
