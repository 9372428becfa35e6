"""A person at a terminal sees a live line; a log file gets plain ones."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading

from crawler.extensions.progress import sentence
from tests.crawling import IMPOLITE, ROOT, crawl, environment
from tests.site.server import ReplicaServer


def test_the_counters_are_told_in_words() -> None:
    stats = {"page/story/ok": 3, "page/ok": 5, "page/failed": 1}
    stats |= {"frontier/waiting": 2}
    stats |= {"page/failed": 4, "page/gone": 3}  # which is no failure

    assert sentence(stats) == "3 stories, 5 pages, 1 failed, 2 waiting"


def test_a_terminal_gets_a_live_line_and_no_log(database: str) -> None:
    ours, theirs = pty.openpty()
    seen: list[bytes] = []

    def watch() -> None:
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                return
            seen.append(piece)

    with ReplicaServer(seed=7, night=1, stories=20, channels=2) as site:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "scrapy", "crawl", "udn_world"),
                *("-a", f"site={site.url}", *IMPOLITE, "-s", "DOWNLOAD_DELAY=0.05"),
            ],
            cwd=ROOT,
            env=environment(database, TERM="xterm"),
            stdout=subprocess.PIPE,
            stderr=theirs,
        )
        os.close(theirs)
        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        process.communicate(timeout=90)
        watcher.join(timeout=5)
    os.close(ours)

    text = b"".join(seen).decode()
    assert process.returncode == 0, text
    assert " stories, " in text
    assert "INFO" not in text


def test_a_log_gets_lines_without_control_characters(database: str) -> None:
    with ReplicaServer(seed=7, night=1, stories=40) as site:
        run = crawl(site.url, database)

    assert run.returncode == 0
    assert "\x1b" not in run.stdout + run.stderr
