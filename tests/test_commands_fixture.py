"""A page becomes a test case with one command, and is expected anew with another."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler import extraction, fixtures
from crawler.ends.verdict import Exit
from crawler.pages.errors import NotAStory
from tests.crawling import scrapy
from tests.site.server import ReplicaServer

CASES = sorted(
    path.parent for path in Path(__file__).parent.glob("fixtures/pages/*/response.json")
)


@pytest.mark.parametrize("folder", CASES, ids=[case.name for case in CASES])
def test_a_kept_page_gives_what_is_expected(folder: Path) -> None:
    response = fixtures.load(folder)
    refused = folder / fixtures.REFUSED
    if refused.exists():
        with pytest.raises(NotAStory) as refusal:
            extraction.lines(response)
        assert str(refusal.value) == refused.read_text(encoding="utf-8").strip()
        return

    lines = extraction.lines(response)

    assert lines == fixtures.expected(folder)
    assert not any("\N{REPLACEMENT CHARACTER}" in line for line in lines)


def test_there_are_cases_of_every_kind() -> None:
    assert len(CASES) >= 6


def test_a_case_is_made_and_rewritten_with_one_command_each(tmp_path: Path) -> None:
    where = ("--case", "newest", "--folder", str(tmp_path))
    with ReplicaServer() as site:
        page = site.url + site.pages.night.newest[0].path
        named = ("--site", site.url, "-s", "DOWNLOAD_DELAY=0")
        made = scrapy("fixture", page, *named, *where)
    folder = tmp_path / "newest"
    (folder / fixtures.EXPECTED).write_text("wrong\n", encoding="utf-8")

    again = scrapy("fixture", *where, "--rewrite")

    assert (made.returncode, again.returncode) == (0, 0), made.stderr + again.stderr
    assert fixtures.expected(folder) == extraction.lines(fixtures.load(folder))


def test_a_case_is_never_written_over_by_accident(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()

    run = scrapy(
        "fixture", "http://127.0.0.1:9/", "--case", "taken", "--folder", str(tmp_path)
    )

    assert run.returncode == Exit.CONFIGURATION
    assert "--rewrite" in run.stdout
