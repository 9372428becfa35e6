"""A run has its archive from its first moment, a killed one its root hash from the next
start on; and nobody is told that all is well where nothing was compared."""

from __future__ import annotations

import fcntl
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

from pipelines.storage import runs
from tests.crawling import scrapy
from tests.replaying import night, rows
from tests.running import STORED, a_minute_passes, start, until
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

ARCHIVED = "SELECT outcome, archive, archive_root FROM run ORDER BY run_id"


def verify(dsn: str, var: Path, run: int) -> subprocess.CompletedProcess[str]:
    return scrapy("archive", "verify", "--run", str(run), dsn=dsn, VAR_DIR=str(var))


def killed(site: ReplicaServer, dsn: str, var: Path) -> None:
    """A run that dies in the middle of its stories."""
    slow = ("-s", "DOWNLOAD_DELAY=0.05", "-s", "CONCURRENT_REQUESTS=1")
    run = start(site.url, dsn, *slow, VAR_DIR=str(var))
    until(dsn, STORED, 5)
    run.kill()
    run.wait()
    a_minute_passes(dsn)


def test_a_killed_run_is_cited_by_its_row_once_the_next_run_has_mended_its_archive(
    database: str, tmp_path: Path
) -> None:
    with ReplicaServer(stories=40, channels=3) as site:
        killed(site, database, tmp_path)
        [(outcome, series, root)] = rows(database, ARCHIVED)
        assert (outcome, root) == (None, None)
        assert list(tmp_path.glob(f"archive/{series}-*.warc.gz"))
        early = verify(database, tmp_path, 1)
        assert night(site, database, str(tmp_path)).returncode == 0

    assert early.returncode == 1
    assert "run 1 has no root hash in the database to compare with" in early.stdout
    assert "all is well" not in early.stdout
    manifest = json.loads((tmp_path / "archive" / f"{series}.json").read_bytes())
    assert rows(database, ARCHIVED)[0] == ("died", series, manifest["root"])
    late = verify(database, tmp_path, 1)
    assert late.returncode == 0, late.stdout
    assert f"root {manifest['root']}\n" in late.stdout
    assert late.stdout.endswith("all is well\n")

    other = "UPDATE run SET archive_root = repeat('0', 64) WHERE run_id = 1 RETURNING 1"
    rows(database, other)
    assert f"table run says {'0' * 64} of run 1" in verify(database, tmp_path, 1).stdout


@pytest.mark.parametrize("root", ["null", '"0"', "[]"])
def test_a_manifest_without_a_root_hash_keeps_no_night_from_starting(
    database: str, tmp_path: Path, root: str
) -> None:
    series = begun(database)
    path = tmp_path / "archive" / f"{series}.json"
    path.parent.mkdir(parents=True)
    path.write_text(f'{{"files": [], "root": {root}}}')
    with ReplicaServer(stories=10, channels=2) as site:
        assert night(site, database, str(tmp_path)).returncode == 0
    assert rows(database, ARCHIVED)[0] == ("died", series, None)


def begun(dsn: str) -> str:
    """A run that died before it archived anything; the name of its series."""
    series = "2026/03/08/udn-20260308T100000.000000Z-run1"
    named = "UPDATE run SET archive = %s, outcome = 'died' WHERE run_id = %s"
    with psycopg.connect(dsn) as connection:
        began = datetime(2026, 3, 8, 10, tzinfo=UTC)
        run = runs.start_run(
            connection, spider="udn_world", arguments={}, started_at=began
        )
        connection.execute(named, [series, run])
    return series


def test_a_run_that_archived_nothing_is_not_called_well(
    database: str, tmp_path: Path
) -> None:
    begun(database)
    (tmp_path / "archive").mkdir()
    run = verify(database, tmp_path, 1)
    assert run.returncode == 3
    assert "all is well" not in run.stdout
    assert "run 1 has archived nothing: nothing was compared" in run.stderr


def test_a_run_that_is_still_writing_is_not_called_well(
    database: str, tmp_path: Path
) -> None:
    with ReplicaServer(stories=10, channels=2) as site:
        night(site, database, str(tmp_path))
    (path,) = tmp_path.rglob("*.warc.gz")
    with path.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        run = verify(database, tmp_path, 1)
    assert run.returncode == 3
    assert run.stdout.endswith(" 0 rows: nothing was compared\n")
