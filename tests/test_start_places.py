"""Where data goes is looked at before anything is started: its room, its address."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pytest

from crawler.ends.not_started import NotStarted, make_place
from crawler.ends.verdict import Exit
from pipelines.storage import embedded, server
from pipelines.storage.address import MALFORMED, readable
from pipelines.storage.database import DatabaseUnreachable, NoRoom
from tests.crawling import scrapy
from tests.test_disk_full import small_disk

if TYPE_CHECKING:
    from pathlib import Path

CRAWL = ("crawl", "udn_world", "-a", "site=http://127.0.0.1:9")


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://wj:p%40ss@127.0.0.1:9/wj",
        "postgresql://wj%40company:p&#?x@db.example.org/wj?sslmode=require",
        "postgresql://wj@a,b:1,2/wj",
        "postgresql://wj@[::1]:5432/wj",
        "postgresql:///wj?host=/var/run/my%20db",
        "host=@abstract dbname='my data'",
        "service=wj",
        "postgres://",
    ],
)
def test_addresses_that_the_driver_can_use_are_not_refused(dsn: str) -> None:
    assert readable(dsn)


UNREADABLE = {
    "at": "postgresql://wj:p@S3cr3t@127.0.0.1:9/wj",
    "slash": "postgresql://wj:p/S3cr3t@127.0.0.1:9/wj",
    "digits": "postgresql://wj:12/S3cr3t@127.0.0.1:9/wj",
    "colon": "postgresql://wj:pass:w@rd/S3cr3t@127.0.0.1:9/wj",
    "percent": "postgresql://wj:%zzS3cr3t@127.0.0.1:9/wj",
    "other": "mysql://wj:S3cr3t@127.0.0.1/wj",
    "word": "S3cr3t",
    "option": "host=127.0.0.1 pasword=S3cr3t",
}


@pytest.mark.parametrize("form", UNREADABLE)
def test_an_address_that_cannot_be_read_is_told_from_a_database_that_is_away(
    form: str,
) -> None:
    assert not readable(UNREADABLE[form])


@pytest.mark.parametrize(
    ("form", "command"),
    [("at", CRAWL), ("other", ("db", "--no-psql")), ("word", ("frontier",))],
)
def test_an_address_that_cannot_be_read_is_a_wrong_setting(
    form: str, command: tuple[str, ...]
) -> None:
    done = scrapy(*command, dsn=UNREADABLE[form])

    assert done.returncode == Exit.CONFIGURATION
    (line,) = (done.stdout or done.stderr).splitlines()
    assert MALFORMED in line
    assert "S3cr3t" not in line


@pytest.mark.parametrize("command", [CRAWL, ("archive", "list"), ("db", "--no-psql")])
def test_a_place_that_cannot_be_made_is_a_wrong_setting(
    command: tuple[str, ...],
) -> None:
    done = scrapy(*command, VAR_DIR="/proc/x")

    assert done.returncode == Exit.CONFIGURATION
    (line,) = (done.stdout or done.stderr).splitlines()
    assert "/proc/x" in line
    assert "VAR_DIR" in line


def test_an_archive_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    done = scrapy("archive", "list", VAR_DIR=str(tmp_path / "a" / "b"))

    assert done.returncode == 0
    assert "No night" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_found_out_before_the_embedded_database_is_started(
    tmp_path: Path,
) -> None:
    var = tmp_path / "var"
    done = scrapy(*CRAWL, VAR_DIR=str(var), DISK_FREE_MIN_MB="1000000")

    assert done.returncode == Exit.DISK_FULL
    assert "DISK_FREE_MIN_MB" in done.stdout
    assert [one.name for one in var.iterdir()] == ["archive"]


def test_an_embedded_database_without_room_is_a_full_disk(tmp_path: Path) -> None:
    """Where nobody may mount a small disk, only the look before the start is tried."""
    var = tmp_path / "var"
    with small_disk(var, 2**20) as mounted:
        if mounted:
            with pytest.raises(NoRoom, match="No space left on device"):
                server.database("", var).__enter__()
            with pytest.raises(NotStarted, match="MB are free") as caught:
                make_place(var / "archive", 500)
        else:
            with pytest.raises(NotStarted, match="MB are free") as caught:
                make_place(var, shutil.disk_usage(var).free)
    assert caught.value.verdict.code is Exit.DISK_FULL


def test_a_start_without_room_for_the_wal_is_refused_before_it_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "START_BYTES", shutil.disk_usage(tmp_path).total * 2)
    with pytest.raises(NoRoom, match="MB are free for") as caught:
        server.database("", tmp_path).__enter__()
    assert "Make room there" in str(caught.value)
    assert not (tmp_path / "postgres").exists()


def test_a_server_that_ended_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that finds no room for its WAL ends after it was started."""
    start = embedded._start

    def ends(bin_dir: Path, data: Path, sockets: Path) -> None:
        start(bin_dir, data, sockets)
        embedded.stop(data)

    monkeypatch.setattr(embedded, "_start", ends)
    began = time.monotonic()
    with pytest.raises(DatabaseUnreachable, match="as soon as it had started"):
        server.database("", tmp_path).__enter__()
    assert time.monotonic() - began < 60  # a start that waits takes 120 s more
