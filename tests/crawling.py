"""Runs ``scrapy crawl`` as a user does: a process of its own, real exit code."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Archives of the tests: not among those of the user
VAR = tempfile.TemporaryDirectory(prefix="udn-world-tests-")
IMPOLITE = (
    *("-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS=8"),
    *("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8"),
    *("-s", "SCRAPER_SLOT_MAX_ACTIVE_SIZE=5000000"),
)
SECONDS = 180


def environment(dsn: str = "", **extra: str) -> dict[str, str]:
    """What a crawl gets: this environment with the database, warnings as errors."""
    return {
        **os.environ,
        "DATABASE_URL": dsn,
        "UDN_ENV": os.devnull,
        "UDN_CONTACT": "tests@example.org",
        "VAR_DIR": VAR.name,
        "PYTHONWARNINGS": "error::DeprecationWarning:crawler,"
        "error::DeprecationWarning:pipelines",
        **extra,
    }


def scrapy(
    *arguments: str, dsn: str = "", **extra: str
) -> subprocess.CompletedProcess[str]:
    """``scrapy …`` in the project, with its output as text."""
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        env=environment(dsn, **extra),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def crawl(
    site: str, dsn: str, *arguments: str, **extra: str
) -> subprocess.CompletedProcess[str]:
    """One run against ``site`` without politeness: the site is our own."""
    spider = ("crawl", "udn_world", "-a", f"site={site}", *IMPOLITE)
    return scrapy(*spider, *arguments, dsn=dsn, **extra)
