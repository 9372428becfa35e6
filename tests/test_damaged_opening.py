"""A file whose first record is damaged loses that record, and nothing else."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from crawler.archive import shelf
from crawler.archive.framing import Lost, frames
from crawler.archive.reader import scan, told_of
from crawler.ends.verdict import Exit
from tests.archives import SITE, answer, exchange, keep, readable, record, warc_of
from tests.crawling import scrapy
from tests.reextracting import Replayer, night, replayer
from tests.replaying import replay, rows
from tests.test_reextract_archives import pages, wget_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["night", "replayer"]  # fixtures

# What was found in the wild: the magic of the first member, or bytes within it
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "byte 0": lambda data: b"\0" + data[1:],
    "byte 2": lambda data: data[:2] + b"\0" + data[3:],
    "byte 100": lambda data: data[:100] + b"\xff\xff" + data[102:],
}
STORIES = "SELECT count(*) FROM article"


@pytest.fixture(params=DAMAGES)
def damaged(request: pytest.FixtureRequest, replayer: Replayer, tmp_path: Path) -> Path:
    """A night of 40 stories in one file, of which the first record is damaged."""
    (path,) = replayer.var.rglob("*.warc.gz")
    copy = tmp_path / "copy" / path.name
    copy.parent.mkdir()
    copy.write_bytes(DAMAGES[request.param](path.read_bytes()))
    return copy


def test_verify_names_the_first_record_and_no_more(damaged: Path) -> None:
    first = next(frames(damaged))
    found = scrapy("archive", "verify", "--no-database", str(damaged))

    assert isinstance(first, Lost)
    assert first.end < 2000
    assert found.returncode == 1
    (line,) = (one for one in found.stdout.splitlines() if "offset" in one)
    assert line.startswith(f"{damaged}: offset 0: ")
    assert line.endswith(f"{first.end} bytes are lost")


def test_re_extraction_reads_all_pages(replayer: Replayer, damaged: Path) -> None:
    told = replayer("--diff", str(damaged))

    assert told.code == 0
    assert "40 pages of stories read, 40 stored" in told.lines[0]
    assert len(told.errors) == 1
    assert told.errors[0].startswith(f"{damaged}: offset 0: ")


def test_re_extraction_reads_an_uncompressed_file_too(
    replayer: Replayer, tmp_path: Path
) -> None:
    path = tmp_path / "x.warc"
    records = [wget_record(*page) for page in pages(3)]
    path.write_bytes(b"\0" + b"".join(records)[1:])
    told = replayer("--diff", str(path))

    assert "2 pages of stories read" in told.lines[0]
    assert len(told.errors) == 1
    assert told.errors[0].endswith(f"{len(records[0])} bytes are lost")


def test_extract_prints_all_pages(damaged: Path) -> None:
    run = scrapy("extract", str(damaged))

    assert run.returncode == Exit.GOOD
    assert run.stdout.count('"item": "Article"') == 40
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"{damaged}: offset 0: ")


@pytest.mark.parametrize("named", [True, False])
def test_a_replay_warns_and_takes_the_site_from_the_captures_or_from_the_user(
    named: bool, damaged: Path, database: str, tmp_path: Path
) -> None:
    url = next(scan(damaged, lambda _: None)).url
    site = ("-a", f"site={url.removesuffix('/robots.txt')}") if named else ()
    run = replay(str(damaged), database, str(tmp_path), *site)

    assert rows(database, STORIES) == [(40,)]
    warned = [line for line in run.stderr.splitlines() if "Archive: " in line]
    assert len(warned) == 1
    assert f"{damaged}: offset 0: " in warned[0]
    assert "Traceback" not in run.stderr


def test_the_next_file_of_a_series_says_what_a_broken_first_one_does_not(
    tmp_path: Path,
) -> None:
    keep(tmp_path, map(exchange, range(9)), size_max=3000)
    files = sorted(tmp_path.rglob("*.warc.gz"))
    whole = shelf.info(files)
    files[0].write_bytes(b"\0" + files[0].read_bytes()[1:])
    told: list[str] = []

    assert shelf.info(files, lambda fault: told.append(str(fault))) == whole
    assert whole["run"] == "1"
    assert [line.startswith(f"{files[0]}: offset 0: ") for line in told] == [True]


def test_what_a_broken_file_says_of_itself_is_not_taken_from_another_night(
    tmp_path: Path,
) -> None:
    keep(tmp_path, [exchange(1)])
    first, other = warc_of(tmp_path), tmp_path / "z.warc.gz"
    other.write_bytes(first.read_bytes())
    first.write_bytes(b"\0" + first.read_bytes()[1:])

    assert told_of(other) != {}
    assert shelf.info([first, other], lambda _: None) == {}


@pytest.mark.parametrize("name", ["page.html", "page.html.gz"])
def test_an_archive_is_known_by_a_record_whatever_its_name_and_its_beginning(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    page = record("response", answer(), WARC_Target_URI=f"{SITE}/wj/story/1/2")
    path.write_bytes(b"\0" + page[1:] + page)
    run = scrapy("extract", str(path))

    assert run.returncode == Exit.INTERNAL
    assert len(readable(path)[0]) == 1
    assert [one in run.stderr for one in ("offset 0", "/2: no_headline")] == [True] * 2


@pytest.mark.parametrize("place", [0, 20, 60])
def test_a_damaged_page_in_gzip_is_one_line(place: int, tmp_path: Path) -> None:
    page = tmp_path / "page.html.gz"
    data = gzip.compress(b"<html><h1>one</h1><p>and another</p>" * 3, mtime=0)
    page.write_bytes(data[:place] + b"\xff\xff" + data[place + 2 :])
    run = scrapy("extract", str(page))

    assert run.returncode in (Exit.CONFIGURATION, Exit.INTERNAL)
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1


def test_what_is_an_archive_only_by_name_is_said_to_hold_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"\x1f\x8b\x08" + bytes(300))
    run = scrapy("extract", str(path))

    assert (run.returncode, run.stdout) == (Exit.INTERNAL, "")
    assert run.stderr.splitlines()[-1] == f"{path}: no page of a story or list in it"
