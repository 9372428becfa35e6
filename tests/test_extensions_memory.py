"""The limit of memory counts what the run itself holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from crawler.extensions.memory import peak
from tests.crawling import IMPOLITE, ROOT, environment
from tests.site.server import ReplicaServer

# Holds more than the run may, while it starts it as schedulers do
LARGE_PARENT = """
import subprocess, sys
held = b"x" * (500 << 20)
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""


def test_the_peak_is_read_as_the_kernel_writes_it() -> None:
    assert peak("Name:\tx\nVmPeak:\t  9000 kB\nVmHWM:\t  1024 kB\n") == 1 << 20
    assert peak("Name:\tkthread\n") is None
    own = peak(Path("/proc/self/status").read_text("ascii"))
    assert own is not None
    assert own > 10 << 20


def test_a_run_does_not_end_for_what_its_parent_holds(database: str) -> None:
    with ReplicaServer(stories=40, channels=2) as site:
        crawl = (sys.executable, "-m", "scrapy", "crawl", "udn_world", *IMPOLITE)
        run = subprocess.run(
            [
                *(sys.executable, "-c", LARGE_PARENT, *crawl),
                *("-a", f"site={site.url}", "-s", "MEMUSAGE_LIMIT_MB=400"),
            ],
            cwd=ROOT,
            env=environment(database),
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stdout + run.stderr[-3000:]
