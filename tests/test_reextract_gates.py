"""Re-extraction reads a page as its night did, and reads none that no crawl would."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from tests.crawling import crawl
from tests.faults import bombs
from tests.faults.charsets import CASES
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, site_of
from tests.reextracting import Replayer, night, replayer
from tests.test_reextract_archives import STORY, pages, wget_record

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["night", "replayer"]  # fixtures


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (bombs.attributes(20_000), "a tag with more than 512 attributes"),
        (bombs.depth(300), "nested deeper than 256 levels"),
        (bytes(range(128, 256)) * 9, "no charset"),
    ],
)
def test_what_no_crawl_would_read_is_not_read_again_either(
    replayer: Replayer, tmp_path: Path, body: bytes, why: str
) -> None:
    path = tmp_path / "bomb.warc.gz"
    (url, good), *_ = pages(1)
    records = [wget_record(STORY, body), wget_record(url, good)]
    path.write_bytes(b"".join(map(gzip.compress, records)))
    told = replayer("--diff", str(path))
    assert told.code == 0
    (line,) = told.errors
    assert line.startswith(f"{STORY}: ")
    assert why in line
    assert "2 pages of stories read" in told.lines[0]


def test_a_page_in_a_wrong_charset_reads_as_it_did_in_its_night(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = [case.resource(FIRST + number) for number, case in enumerate(CASES)]
    with FaultServer(site_of(*sent)) as site:
        run = crawl(site.url, database, VAR_DIR=str(tmp_path))
    assert run.returncode == 0, run.stderr
    told = Replayer(database, tmp_path, capsys)("--diff", "1")
    assert (told.code, told.changed, told.errors) == (0, {}, [])
    assert f"{len(CASES)} stored" in told.lines[0]
