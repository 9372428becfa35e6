"""First contact: at most ten requests, a table, and whether a night is worth it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from crawler import fixtures
from crawler.ends.verdict import Exit
from crawler.spiders.survey import QUESTIONS
from tests.crawling import scrapy
from tests.raw import RawSite, http, page
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from pathlib import Path

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0")


def test_a_site_as_we_know_it_is_worth_a_night(tmp_path: Path) -> None:
    with ReplicaServer(robots="sibling") as site:
        run = scrapy("survey", "--site", site.url, "--save", str(tmp_path), *FAST)

    assert run.returncode == 0, run.stderr
    assert sum(site.requests.values()) <= 10
    assert "disallowed" in run.stdout
    assert "capture_id" not in run.stdout  # is no field of a page
    for section in ("ticker", "related", "hot", "popular", "channel_list"):
        assert section in run.stdout
    saved = [fixtures.load(folder) for folder in sorted(tmp_path.iterdir())]
    assert any("/wj/story/" in response.url for response in saved)


def test_named_pages_are_looked_at_instead() -> None:
    with ReplicaServer() as site:
        path = site.pages.night.newest[0].path
        run = scrapy("survey", site.url + path, "--site", site.url, *FAST)

    assert run.returncode == 0, run.stderr
    assert set(site.requests) == {"/robots.txt", path}


@pytest.mark.parametrize("open_port", [True, False])
def test_a_site_that_does_not_answer_is_not_worth_a_night(open_port: bool) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        if open_port:
            probe.listen(0)
        run = scrapy(
            *("survey", "--site", f"http://127.0.0.1:{port}", *FAST),
            *("-s", "DOWNLOAD_TIMEOUT=1"),
        )

    assert run.returncode == Exit.TOO_MANY_ERRORS
    assert "Do not start a night" in run.stdout


def test_robots_txt_is_read_as_a_night_reads_it() -> None:
    """A 403 permits everything (RFC 9309 §2.3.1.3), and the night would begin."""
    with RawSite({"/robots.txt": http(403)}, other=page("<title>x</title>")) as site:
        run = scrapy("survey", "--site", site.url, *FAST)

    assert "disallowed" not in run.stdout
    assert run.stdout.count("allowed") >= len(QUESTIONS)
