"""``scrapy extract``: items on standard output, reasons on standard error."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from crawler.archive import payload
from crawler.ends.verdict import Exit
from tests.crawling import scrapy
from tests.faults import answers, bombs
from tests.faults.charsets import CASES, Case
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST
from tests.site.server import ReplicaServer
from tests.test_reextract_archives import wget_record

if TYPE_CHECKING:
    from pathlib import Path

ARTICLE = [
    *("item", "story_id", "url", "title", "channel", "channel_id", "subcategory"),
    *("subcategory_id", "byline", "contributors", "organization", "wire", "place"),
    *("dateline_day", "report_type", "published_at", "modified_at", "date_witnesses"),
    *("paragraphs", "figures", "keywords", "content_level", "language"),
]


@pytest.fixture(scope="module")
def story() -> tuple[str, bytes]:
    site = ReplicaServer()
    newest = site.pages.night.newest[0]
    url = f"https://www.worldjournal.com{newest.path}"
    return url, site.pages.get(newest.path)[2]


@pytest.mark.parametrize("zipped", [False, True])
def test_a_saved_page_gives_its_items_one_a_line(
    story: tuple[str, bytes], tmp_path: Path, zipped: bool
) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(gzip.compress(story[1]) if zipped else story[1])

    run = scrapy("extract", str(page))

    assert (run.returncode, run.stderr) == (0, "")
    article, *links = map(json.loads, run.stdout.splitlines())
    assert list(article) == ARTICLE
    assert article["url"] == story[0]
    assert article["published_at"].endswith("+00:00")
    assert {link["item"] for link in links} == {"Link"}
    assert "incidents" not in links[0]


def test_an_address_is_fetched(story: tuple[str, bytes]) -> None:
    with ReplicaServer() as site:
        path = site.pages.night.newest[0].path
        named = ("--site", site.url, "-s", "DOWNLOAD_DELAY=0")
        run = scrapy("extract", site.url + path, *named)

    assert json.loads(run.stdout.splitlines()[0])["url"] == story[0]


def test_a_list_page_gives_its_links() -> None:
    with ReplicaServer() as site:
        named = ("--site", site.url, "-s", "DOWNLOAD_DELAY=0")
        run = scrapy("extract", f"{site.url}/wj/cate/china", *named)

    sections = {json.loads(line)["section"] for line in run.stdout.splitlines()}
    assert sections == {"ticker", "channel_list", "popular"}


@pytest.mark.parametrize(
    ("body", "code", "word"),
    [
        (b"<html><title>x</title></html>", Exit.INTERNAL, "no_headline"),
        (b"", Exit.INTERNAL, "no_headline"),
        (bytes(range(256)) * 4, Exit.INTERNAL, "undecodable"),
        (bombs.depth(300), Exit.INTERNAL, "parse_limit"),
        (bombs.attributes(20_000), Exit.INTERNAL, "parse_limit"),
        (bombs.elements(20_000), Exit.INTERNAL, "parse_limit"),
        (b"<script>window.location.href='/x'</script>", Exit.INTERNAL, "redirect"),
        (None, Exit.CONFIGURATION, "No such file"),
        (b"\x1f\x8b\x08\x00cut", Exit.CONFIGURATION, "cannot be read"),
    ],
)
def test_what_is_no_story_is_one_line_on_standard_error(
    tmp_path: Path, body: bytes | None, code: Exit, word: str
) -> None:
    page = tmp_path / "page.html"
    if body is not None:
        page.write_bytes(body)

    run = scrapy("extract", str(page))

    assert (run.returncode, run.stdout) == (code, "")
    assert len(run.stderr.strip().splitlines()) == 1
    assert word in run.stderr


def test_a_saved_page_that_is_a_bomb_is_one_line_too(tmp_path: Path) -> None:
    page = tmp_path / "page.html.gz"
    page.write_bytes(gzip.compress(bytes(payload.UNPACKED_MAX + 1), 1))

    run = scrapy("extract", str(page))

    assert (run.returncode, run.stdout) == (Exit.CONFIGURATION, "")
    assert run.stderr.startswith(f"{page} cannot be read: unpacks to more than ")
    assert len(run.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (bombs.depth(300), "parse_limit: nested deeper than 256 levels"),
        (bytes(range(128, 256)) * 9, "undecodable: no charset"),
    ],
)
def test_an_address_whose_page_no_crawl_would_read_is_one_line_too(
    body: bytes, why: str
) -> None:
    with FaultServer({"/wj/story/1/9": answers.page(body)}) as site:
        url = f"{site.url}/wj/story/1/9"
        run = scrapy("extract", url, "--site", site.url, "-s", "DOWNLOAD_DELAY=0")
    assert (run.returncode, run.stdout.strip()) == (Exit.INTERNAL, "")
    assert run.stderr.startswith(f"{url}: {why}")
    assert len(run.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("case", CASES[:4], ids=lambda case: case.name)
def test_a_saved_page_reads_right_whatever_charset_it_declares(
    case: Case, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(case.body(FIRST))
    url = f"https://www.worldjournal.com/wj/story/121339/{FIRST}"

    run = scrapy("extract", str(page), "--url", url)

    assert run.returncode == 0, run.stderr
    assert "\ufffd" not in run.stdout
    assert case.text in json.loads(run.stdout.splitlines()[0])["title"]


@pytest.mark.parametrize("zipped", [False, True])
def test_all_pages_of_another_tool_s_archive_are_printed(
    story: tuple[str, bytes], tmp_path: Path, zipped: bool
) -> None:
    url, body = story
    cut = "Transfer-Encoding: chunked\r\n"
    records = [
        wget_record(url, body),
        wget_record("https://www.worldjournal.com/wj/index", b"<p>home"),
        wget_record(url.rpartition("/")[0] + "/7", b"<p>no story"),
        wget_record(url.rpartition("/")[0] + "/8", b"5\r\n<html", cut),
    ]
    path = tmp_path / ("x.warc.gz" if zipped else "x.warc")
    path.write_bytes(b"".join(gzip.compress(r) if zipped else r for r in records))
    page = tmp_path / "page.html"
    page.write_bytes(body)

    run = scrapy("extract", str(path))

    assert run.returncode == 0
    assert run.stdout == scrapy("extract", str(page)).stdout
    refused, damaged = run.stderr.splitlines()
    assert "/7: " in refused
    assert "cut short" in damaged


def test_an_archive_without_a_story_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(wget_record("https://www.worldjournal.com/wj/index", b"<p>x"))

    run = scrapy("extract", str(path))
    addressed = scrapy("extract", str(path), "--url", "https://x/")

    assert (run.returncode, run.stdout) == (Exit.INTERNAL, "")
    assert run.stderr == f"{path}: no page of a story or list in it\n"
    assert addressed.returncode == Exit.USAGE
