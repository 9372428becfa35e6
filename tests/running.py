"""Runs that go on by themselves, and what the database tells of them meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psycopg

from tests.crawling import IMPOLITE, ROOT, environment
from tests.replaying import rows

if TYPE_CHECKING:
    from tests.site.server import ReplicaServer

OPEN = "SELECT count(*) FROM frontier WHERE state IN ('pending', 'leased')"
STORED = "SELECT count(*) FROM article"


def start(
    site: str, dsn: str, *arguments: str, **extra: str
) -> subprocess.Popen[bytes]:
    """A run that goes on by itself."""
    command = [sys.executable, "-m", "scrapy", "crawl", "udn_world", "-a"]
    return subprocess.Popen(
        [*command, f"site={site}", *IMPOLITE, *arguments],
        cwd=ROOT,
        env=environment(dsn, **extra),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def until(dsn: str, query: str, wanted: int, seconds: float = 60) -> None:
    """Waits until a query counts at least so many."""
    deadline = time.monotonic() + seconds
    with psycopg.connect(dsn, autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute(query.encode()).fetchone()
            if row and row[0] >= wanted:
                return
            time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {query} >= {wanted}")


def a_minute_passes(dsn: str) -> None:
    """After which a run with a smaller pause is not held up by the one before."""
    rows(dsn, "UPDATE pace SET next_at = next_at - interval '1 minute' RETURNING 1")


def stories(dsn: str) -> set[int]:
    return {story for (story,) in rows(dsn, "SELECT story_id FROM article")}


def wanted(site: ReplicaServer) -> set[int]:
    return {story["story_id"] for story in site.truth()["stories"]}
