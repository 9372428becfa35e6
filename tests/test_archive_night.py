"""The archive of a real night: every exchange is in it, before any row refers to it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from crawler.archive import reader
from tests.crawling import ROOT, crawl, environment, scrapy
from tests.raw import RawSite, http
from tests.raw import page as html
from tests.replaying import night, rows
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CAPTURES = (
    "SELECT file, file_offset, file_length, capture_id, status,"
    " encode(payload_sha256, 'hex'), url FROM capture"
)
# Rows that name a capture of which there is no row
DANGLING = (
    "SELECT last_seen_capture FROM article WHERE last_seen_capture IS NULL"
    " OR last_seen_capture NOT IN (SELECT capture_id FROM capture)"
    " UNION ALL SELECT first_seen_capture FROM link WHERE first_seen_capture IS NULL"
    " OR first_seen_capture NOT IN (SELECT capture_id FROM capture)"
)


@pytest.fixture
def site() -> Iterator[ReplicaServer]:
    with ReplicaServer(stories=40, channels=3) as server:
        yield server


def assert_every_row_has_its_whole_record(dsn: str, var: Path) -> None:
    assert rows(dsn, DANGLING) == []
    for file, offset, _, capture_id, status, digest, url in rows(dsn, CAPTURES):
        stored = reader.read(var / "archive" / file, offset)
        assert (stored.capture_id, stored.status, stored.url) == (
            capture_id,
            status,
            url,
        )
        assert sha256(stored.body).hexdigest() == digest


def test_every_exchange_of_a_night_is_archived_and_has_its_row(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    run = night(site, database, str(tmp_path))

    assert run.returncode == 0, run.stderr
    archived = sorted(row[-1] for row in rows(database, CAPTURES))
    asked = [site.url + target for target in site.requests.elements()]
    assert archived == sorted(asked)
    assert f"{site.url}/robots.txt" in archived
    assert_every_row_has_its_whole_record(database, tmp_path)


def test_bodies_are_kept_as_they_came_with_their_encoding(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    night(site, database, str(tmp_path), "-a", "max_stories=3")

    (path,) = tmp_path.rglob("*.warc.gz")
    pages = [one for one in reader.scan(path) if "/story/" in one.url]
    assert len(pages) == 3
    for page in pages:
        assert ("Content-Encoding", "gzip") in page.headers
        assert page.body.startswith(b"\x1f\x8b")
        assert b"<!doctype html>" in reader.decoded(page).body


def test_how_an_address_was_found_stands_beside_its_story(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    night(site, database, str(tmp_path), "-a", "max_stories=3")

    (path,) = tmp_path.rglob("*.warc.gz")
    command = [
        sys.executable,
        "-m",
        "warcio.cli",
        "index",
        "-f",
        "warc-type",
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    kinds = [json.loads(line)["warc-type"] for line in done.stdout.splitlines()]
    assert kinds[0] == "warcinfo"
    assert kinds.count("metadata") == 3
    assert kinds.count("request") == kinds.count("response") == site.requests.total()


def test_a_page_that_never_came_is_archived_with_its_reason(
    database: str, tmp_path: Path
) -> None:
    crawl = ("crawl", "udn_world", "-a", "site=http://127.0.0.1:9")
    fast = ("-s", "RETRY_TIMES=0", "-s", "DOWNLOAD_DELAY=0")
    scrapy(*crawl, *fast, dsn=database, VAR_DIR=str(tmp_path))

    failures = rows(database, "SELECT DISTINCT status, failure FROM capture")
    assert failures == [(None, "download_connection_refused")]
    (path,) = tmp_path.rglob("*.warc.gz")
    assert {one.failure for one in reader.scan(path)} == {"download_connection_refused"}


def test_a_new_file_is_begun_at_the_set_size(database: str, tmp_path: Path) -> None:
    noise = random.Random(5).randbytes(600_000).hex()  # packed: half of it
    with RawSite({"/robots.txt": http(404)}, other=html(noise)) as site:
        crawl(
            *(site.url, database, "-a", "channels=china", "-s", "ARCHIVE_FILE_MB=1"),
            VAR_DIR=str(tmp_path),
        )

    sizes = [path.stat().st_size for path in sorted(tmp_path.rglob("*.warc.gz"))]
    assert len(sizes) > 1
    assert all(1 << 20 <= size < 2 << 20 for size in sizes[:-1])
    assert_every_row_has_its_whole_record(database, tmp_path)


def test_an_archive_that_cannot_be_written_ends_the_run_with_its_own_words(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    year = tmp_path / "archive" / f"{datetime.now(UTC):%Y}"
    year.parent.mkdir()
    year.write_text("a file where a folder should be")
    run = night(site, database, str(tmp_path))

    assert run.returncode == 9
    assert "the archive in" in run.stdout
    assert rows(database, "SELECT count(*) FROM article") == [(0,)]


def test_a_torn_tail_is_cut_off_by_the_next_run_which_says_so(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    night(site, database, str(tmp_path), "-a", "max_stories=3")
    (torn,) = tmp_path.rglob("*.warc.gz")
    sound = torn.read_bytes()
    torn.write_bytes(sound + sound[:100])
    torn.with_name(f"{torn.name.rpartition('-')[0]}.json").unlink()

    run = night(site, database, str(tmp_path), "-a", "max_stories=3")

    assert torn.read_bytes() == sound
    assert f"{torn}: 100 bytes of a torn record cut off" in run.stderr
    assert torn.with_name(f"{torn.name.rpartition('-')[0]}.json").exists()


def test_without_a_folder_for_the_archive_nothing_is_requested(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    (tmp_path / "archive").write_text("a file where a folder should be")
    run = night(site, database, str(tmp_path))

    assert run.returncode == 3
    assert "cannot be written" in run.stdout
    assert not site.requests
    assert rows(database, "SELECT count(*) FROM run") == [(0,)]


def test_what_cannot_be_mended_is_said_and_stops_no_night(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    odd = tmp_path / "archive" / "2026" / "01" / "01" / "udn-x-run1-00000.warc.gz"
    odd.mkdir(parents=True)
    run = night(site, database, str(tmp_path), "-a", "max_stories=3")

    assert run.returncode == 0, run.stderr
    assert "udn-x-run1 could not be mended" in run.stderr


@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=pytest.mark.soak)])
def test_killed_at_any_moment_no_row_is_without_its_whole_record(
    kills: int, database: str, tmp_path: Path
) -> None:
    chance = random.Random(7)
    with ReplicaServer(stories=80, channels=4) as site:
        for _ in range(kills):
            kill_one(site.url, database, tmp_path, chance.uniform(0.7, 2.2))
            whole(tmp_path)
            assert_every_row_has_its_whole_record(database, tmp_path)
        last = night(site, database, str(tmp_path))
    assert last.returncode == 0, last.stderr
    assert_every_row_has_its_whole_record(database, tmp_path)
    for path in tmp_path.rglob("*.warc.gz"):
        assert path.with_name(f"{path.name.rpartition('-')[0]}.json").exists()


def kill_one(site: str, dsn: str, var: Path, seconds: float) -> None:
    """A run that is killed, with all it has begun, after ``seconds``."""
    command = [
        *(sys.executable, "-m", "scrapy", "crawl", "udn_world", "-a", f"site={site}"),
        *("-s", "DOWNLOAD_DELAY=0.001"),
    ]
    run = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(dsn, VAR_DIR=str(var)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()


def whole(var: Path) -> None:
    """Whatever is complete in the files can be read, torn tail or not."""
    for path in var.rglob("*.warc.gz"):
        try:
            for _ in reader.scan(path):
                pass
        except reader.Damaged as torn:
            assert str(path) in str(torn)  # noqa: PT017 - both ends are right
