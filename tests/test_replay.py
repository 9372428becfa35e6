"""A night again from its archive: the same rows, and no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crawling import ROOT, environment, scrapy
from tests.replaying import another_database, night, replay, rows, tables
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

# An ordinary user makes the network namespace inside a user namespace of his own
ALONE = ("unshare", "--net", *(() if os.geteuid() == 0 else ("--map-current-user",)))


@dataclass(frozen=True)
class Nights:
    """Two nights that were crawled: where their rows and their archives are."""

    dsn: str
    var: str
    site: str


@pytest.fixture(scope="module")
def nights(
    postgres_server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nights]:
    var = str(tmp_path_factory.mktemp("var"))
    with (
        another_database(postgres_server, template) as dsn,
        ReplicaServer(stories=60, channels=4) as site,
    ):
        for number in (1, 2):
            site.night = number
            run = night(site, dsn, var)
            assert run.returncode == 0, run.stderr
        yield Nights(dsn, var, site.url)


def test_replaying_the_nights_into_an_empty_database_gives_the_same_rows(
    nights: Nights, database: str
) -> None:
    for number in ("1", "2"):
        run = replay(number, database, nights.var)
        assert run.returncode == 0, run.stderr
    assert tables(database) == tables(nights.dsn)
    assert rows(database, "SELECT count(*) FROM article")[0][0] > 60


def test_the_archive_of_a_replayed_run_is_verified_to_the_root_hash_of_its_night(
    nights: Nights, database: str
) -> None:
    asked = "SELECT archive, archive_root FROM run WHERE run_id = 2"
    [(series, root)] = rows(nights.dsn, asked)
    for number in ("1", "2"):
        assert replay(number, database, nights.var).returncode == 0
    assert rows(database, asked) == [(None, None)]
    verify = ("archive", "verify", "--run", "2")
    run = scrapy(*verify, dsn=database, VAR_DIR=nights.var)

    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{Path(series).name}: root {root}\n" in run.stdout
    assert run.stdout.endswith("all is well\n")


def test_the_files_of_a_replay_from_elsewhere_are_verified_with_their_rows(
    nights: Nights, database: str, tmp_path: Path
) -> None:
    own, var = str(tmp_path / "own"), Path(nights.var)
    copied = shutil.copytree(var / "archive", tmp_path / "copied")
    assert replay(os.path.relpath(copied, ROOT), database, own).returncode == 0
    [(captures,)] = rows(database, "SELECT count(*) FROM capture")
    verify = ("archive", "verify", "--run", "1")
    whole = scrapy(*verify, dsn=database, VAR_DIR=own)
    for path in copied.rglob("*.json"):
        path.unlink()
    bare = scrapy(*verify, dsn=database, VAR_DIR=own)

    assert whole.stdout.endswith(
        f" {captures} captures, {captures} rows: all is well\n"
    )
    assert bare.returncode == 1
    assert "the next scrapy crawl mends it" not in bare.stdout
    assert bare.stdout.count(".json is to be copied with the files") == 2


def test_a_replay_needs_no_network_at_all(nights: Nights, database: str) -> None:
    """In a network namespace without interfaces; the database is a Unix socket."""
    command = [
        *(*ALONE, sys.executable, "-m", "scrapy"),
        *("crawl", "udn_world", "-a", "replay=1"),
    ]
    probe = subprocess.run(
        [*ALONE, "true"], capture_output=True, text=True, check=False
    )
    if probe.returncode:
        pytest.skip(f"this machine lets nobody make namespaces: {probe.stderr.strip()}")
    run = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(database, VAR_DIR=nights.var),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "60 stories read" in run.stdout
    assert "replay/miss" not in run.stderr


def test_a_replay_opens_no_socket_but_the_database_s(
    nights: Nights, database: str
) -> None:
    """Every connect() of the process is looked at by Python's own audit hook."""
    hook = (
        "import runpy, sys\n"
        "def look(event, given):\n"
        "    if event == 'socket.connect':\n"
        "        print('CONNECT', given[1], file=sys.stderr)\n"
        "sys.addaudithook(look)\n"
        "sys.argv = ['scrapy', 'crawl', 'udn_world', '-a', 'replay=1']\n"
        "runpy.run_module('scrapy', run_name='__main__')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", hook],
        cwd=ROOT,
        env=environment(database, VAR_DIR=nights.var),
        capture_output=True,
        text=True,
        check=False,
    )
    # psycopg connects inside libpq, so that what Python itself opens is too much
    assert "CONNECT" not in run.stderr
    assert "60 stories read" in run.stdout


def test_what_the_archive_does_not_hold_is_a_counted_miss_and_never_fetched(
    nights: Nights, database: str
) -> None:
    """Night 2 alone: the lists name stories that only night 1 fetched."""
    run = replay("2", database, nights.var)
    missed = rows(
        database,
        "SELECT count(*) FROM incident WHERE detail->>'reason' = 'replay_miss'",
    )[0][0]
    (counters,) = rows(database, "SELECT counters FROM run")[0]
    assert missed > 0
    assert counters["replay/miss"] == missed
    assert counters.get("downloader/response_count", 0) == counters["replay/hit"]
    assert run.returncode == 0, run.stdout
    assert run.stdout.startswith("Replayed with gaps. ")
    assert f", {missed} not in the archive (replay_miss)." in run.stdout


def test_a_time_of_its_own_hides_what_was_captured_later(
    nights: Nights, database: str
) -> None:
    run = replay("1", database, nights.var, "-a", "at=2020-01-01T00:00Z")
    assert run.returncode == 6, run.stdout
    assert rows(database, "SELECT count(*) FROM capture") == [(0,)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-a", "replay=999"), "run 999 has no archive"),
        (("-a", "replay=/nowhere.warc.gz"), "no WARC file"),
        (("-a", "replay=1", "-a", "at=soon"), "at='soon'"),
    ],
)
def test_what_cannot_be_replayed_is_said_in_one_line(
    nights: Nights, database: str, arguments: tuple[str, ...], says: str
) -> None:
    run = replay("1", database, nights.var, *arguments)
    assert run.returncode == 3
    assert says in run.stdout.strip().splitlines()[-1]
    assert rows(database, "SELECT count(*) FROM run") == [(0,)]


def test_a_night_is_not_replayed_into_a_database_that_holds_it(nights: Nights) -> None:
    before = tables(nights.dsn)
    run = replay("1", nights.dsn, nights.var)
    assert run.returncode == 3
    assert "holds that night already, as run 1" in run.stdout
    assert tables(nights.dsn) == before


def test_an_archive_without_captures_says_so(
    nights: Nights, database: str, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.warc.gz"
    empty.write_bytes(b"")
    run = replay(str(empty), database, nights.var, "-a", f"site={nights.site}")
    assert run.returncode == 6
    assert "the archive holds no capture" in run.stdout


def test_a_replay_archives_nothing_itself(nights: Nights, database: str) -> None:
    folder = Path(nights.var) / "archive"
    before = sorted(folder.rglob("*"))
    replay("1", database, nights.var)
    assert sorted(folder.rglob("*")) == before


def test_the_verdict_names_the_night_s_archive_and_its_root_hash(
    nights: Nights,
) -> None:
    for series, root, verdict in rows(
        nights.dsn, "SELECT archive, archive_root, verdict FROM run"
    ):
        path = Path(nights.var) / "archive" / f"{series}.json"
        assert json.loads(path.read_text(encoding="utf-8"))["root"] == root
        assert verdict.endswith(f"Archive {series}, root {root}.")
