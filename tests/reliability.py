"""Figures of the soak tests: kept while they run, then written to docs/reliability.md
by ``python -m tests.reliability`` (``make soak`` does both)."""

from __future__ import annotations

import json
import platform
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from tests.crawling import ROOT

if TYPE_CHECKING:
    import pytest

KEPT = ROOT / "var" / "soak"
DOCUMENT = ROOT / "docs" / "reliability.md"
# key -> what is measured, plain Scrapy's figure, the aim
FIGURES = {
    "kills": (
        "stories lost over 20 kills at uniformly random times (300 stories in a tree "
        "and a chain, nothing can be found again), and fetched again",
        "184/300",
        "0",
    ),
    "kills_twice": ("the same, killed twice, 10 times", "184/300", "0"),
    "outages": ("items lost over 5 outages of the database of 4 s", "204/300", "0"),
    "long_outages": ("the same, 5 outages of 60 s", "204/300", "0"),
    "spool": (
        "items lost when the database never comes back, next run included",
        "",
        "0",
    ),
    "disk_full": ("items lost on a full disk, next run included", "59/60", "0"),
    "exit_codes": ("failing scenarios with the documented exit code", "6/21", "all"),
    "states": ("URLs without exactly one terminal state", "> 0", "0"),
    "robots_status": ("robots.txt: cases of status", "10/15", "15/15"),
    "robots_matcher": ("robots.txt: cases of matching", "18/21", "all"),
    "forbidden_addresses": (
        "forbidden addresses reached, by spellings and routes",
        "7/7, 2+",
        "0",
    ),
    "secrets": ("places where a canary secret was found", "9", "0"),
    "stall": (
        "longest stall of the loop on a page of at most 1.1 MB",
        "9.07 s",
        "≤ 1 s",
    ),
    "damaged": ("damaged bodies stored as good", "2 of 3", "0"),
    "charsets": ("texts in a wrong charset stored without a word", "5 of 13", "0"),
    "retry_after": ("Retry-After: waited ÷ asked", "0.0", "≥ 1.0"),
    "shared": (
        "two processes on one frontier, one killed: stories lost / fetched twice "
        "beyond the leases it held",
        "16 / –",
        "0 / 0",
    ),
}
# The tests of this file are the scenarios of "exit_codes", but for one without a fault;
# counted by this plugin (-p)
SCENARIOS = "test_exit_truth.py"
SOUND = "[sound]"
COUNTS: Counter[str] = Counter()
HEAD = """# Reliability

What a night survives. `make soak` measures it and writes this page; the figures of
plain Scrapy are those of the same faults on Scrapy 2.19 with a usual pipeline.

| figure | plain Scrapy | ours | aim |
|---|---|---|---|
"""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Counts how the scenarios ended."""
    ended = report.when == "call" or report.failed
    if ended and SCENARIOS in report.nodeid and SOUND not in report.nodeid:
        COUNTS[report.outcome] += 1


def pytest_sessionfinish() -> None:
    """Keeps the numbers, where the scenarios were run."""
    if COUNTS:
        tell("exit_codes", f"{COUNTS['passed']}/{COUNTS.total()}")


def tell(key: str, ours: str) -> None:
    """Keeps what was measured for one of ``FIGURES``."""
    if key not in FIGURES:
        raise KeyError(f"{key}: one of {', '.join(FIGURES)} is expected")
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{key}.json").write_text(json.dumps(ours), encoding="utf-8")


def told(key: str) -> str:
    path = KEPT / f"{key}.json"
    if not path.exists():
        return "not measured"
    return str(json.loads(path.read_text(encoding="utf-8")))


def document() -> str:
    rows = "".join(
        f"| {what} | {plain} | {told(key)} | {aim} |\n"
        for key, (what, plain, aim) in FIGURES.items()
    )
    made = (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with Scrapy {version('scrapy')}, "
        f"Python {platform.python_version()}.\n"
    )
    return f"{HEAD}{rows}\n{made}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    print(DOCUMENT.read_text(encoding="utf-8"))
