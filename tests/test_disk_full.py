"""A full disk ends a run with its own code, and nothing is half written."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler.ends.room import shortage
from crawler.ends.verdict import Exit
from tests.archives import readable
from tests.crawling import IMPOLITE, ROOT, crawl, environment, scrapy
from tests.ending import begun, signalled
from tests.reliability import tell
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOM = 300_000  # bytes: some twenty pages
NO_LEAST = ("-s", "DISK_FREE_MIN_MB=0")


@pytest.fixture(scope="module")
def site() -> Iterator[ReplicaServer]:
    with ReplicaServer(seed=7, night=1, stories=60, channels=3) as server:
        yield server


@contextmanager
def small_disk(folder: Path, size: int = ROOM) -> Iterator[bool]:
    """A disk of ``size`` bytes at ``folder``; False: one may not mount."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = (
        os.geteuid() == 0
        and shutil.which("mount") is not None
        and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def limited(site: str, dsn: str, var: Path) -> subprocess.CompletedProcess[str]:
    """A crawl whose files may not grow beyond ROOM, which any user can have."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "scrapy", "crawl", "udn_world"),
            *("-a", f"site={site}", *IMPOLITE, *NO_LEAST),
        ],
        cwd=ROOT,
        env=environment(dsn, VAR_DIR=str(var)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM)),
    )


def assert_whole(root: Path, dsn: str) -> None:
    """All records can be read, each row has its record, no draft lies about."""
    captures: set[Any] = set()
    for path in root.rglob("*.warc.gz"):
        found, faults = readable(path)
        assert faults == []
        captures |= {one.capture_id for one in found}
    assert list(root.rglob("*.part")) == []
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT capture_id FROM capture").fetchall()
        articles = "SELECT last_seen_capture FROM article"
        read = connection.execute(articles).fetchall()
        (told,) = connection.execute("SELECT outcome, exit_code FROM run").fetchall()
    assert captures
    assert {one for (one,) in rows} == captures
    assert {one for (one,) in read} <= captures
    assert told == ("disk_full", Exit.DISK_FULL)


def test_without_room_nothing_is_requested(site: ReplicaServer, database: str) -> None:
    before = sum(site.requests.values())
    run = crawl(site.url, database, DISK_FREE_MIN_MB="1000000")

    assert run.returncode == Exit.DISK_FULL
    assert "DISK_FREE_MIN_MB asks for 1e+06" in run.stdout
    assert sum(site.requests.values()) == before


def test_a_file_that_may_not_grow_ends_the_run_whole(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    run = limited(site.url, database, tmp_path)

    assert run.returncode == Exit.DISK_FULL, run.stderr[-3000:]
    assert "the disk is full" in run.stdout
    assert_whole(tmp_path, database)


def test_a_full_disk_ends_the_run_whole_and_the_next_one_goes_on(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    with small_disk(var) as mounted:
        if mounted:
            run = crawl(site.url, database, *NO_LEAST, VAR_DIR=str(var))
        else:
            run = limited(site.url, database, var)
        assert run.returncode == Exit.DISK_FULL, run.stderr[-3000:]
        assert_whole(var, database)
        if mounted:
            more = ["mount", "-o", "remount,size=100m", str(var)]
            subprocess.run(more, check=True)

        again = crawl(site.url, database, *NO_LEAST, VAR_DIR=str(var))
        verified = scrapy("archive", "verify", dsn=database, VAR_DIR=str(var))

    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT story_id FROM article").fetchall()
    there = {one["story_id"] for one in site.truth()["stories"]}
    lost = there - {story for (story,) in rows}
    tell("disk_full", f"{len(lost)} of {len(there)} stories")
    assert lost == set()
    assert again.returncode == Exit.GOOD, again.stderr[-3000:]
    assert verified.returncode == 0, verified.stdout


def test_a_disk_that_fills_in_mid_run_ends_it_while_there_is_room(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    with small_disk(var, 100 * 2**20) as mounted:
        free = shutil.disk_usage(var).free
        # on a disk of its own to the megabyte, else with room for what others do
        least, ballast = (40, 70) if mounted else (free // 2**20 - 300, 600)
        setting = ("-s", f"DISK_FREE_MIN_MB={least}", "-s", "DOWNLOAD_DELAY=0.3")
        process = begun(site.url, database, *setting, VAR_DIR=str(var))
        while not list(var.rglob("*.warc.gz")):
            assert process.poll() is None
            time.sleep(0.05)
        with (var / "ballast").open("wb") as out:
            os.posix_fallocate(out.fileno(), 0, ballast * 2**20)
        seconds, output, errors = signalled(process)
        (var / "ballast").unlink()

        assert process.returncode == Exit.DISK_FULL, errors
        assert seconds < 15
        assert f"DISK_FREE_MIN_MB asks for {least:g}" in output
        assert_whole(var, database)
        assert len(list(var.rglob("udn-*.json"))) == 1


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{state}';
END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON article
FOR EACH ROW EXECUTE FUNCTION full_disk()
"""


@pytest.mark.parametrize("state", ["53100", "53200"])
def test_a_full_disk_of_the_database_has_the_same_code(
    site: ReplicaServer, database: str, state: str
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(FULL.format(state=state).encode())

    run = crawl(site.url, database)

    assert run.returncode == Exit.DISK_FULL, run.stderr[-3000:]
    assert state in run.stdout
    with psycopg.connect(database) as connection:
        told = connection.execute("SELECT outcome FROM run").fetchall()
    assert told == [("disk_full",)]


def test_room_is_told_in_megabytes(tmp_path: Path) -> None:
    assert shortage(tmp_path, 0) is None
    told = shortage(tmp_path, 1e9)
    assert told is not None
    assert str(tmp_path) in told
    assert "VAR_DIR" in told
