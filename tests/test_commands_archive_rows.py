"""``scrapy archive verify`` over rows that say what no record does, or name none."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import conninfo_to_dict

from crawler.ends.verdict import Exit
from tests.crawling import ROOT
from tests.kept import Kept, night
from tests.replaying import another_database, replay, rows, tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["night"]  # a fixture

FORGED = """
UPDATE capture SET status = 404, failure = NULL, url = 'https://example.org/x',
    etag = '"zz"', last_modified = 'never', fetched_at = '2001-01-01',
    content_type = 'x/y', method = 'POST'
RETURNING 1
"""
NAMED = {
    "article": "last_seen_capture",
    "link": "first_seen_capture",
    "revision": "capture_id",
    "observation": "capture_id",
}
# Which rows: the first ones
SOME = {
    "article": "story_id IN (SELECT story_id FROM article ORDER BY 1 LIMIT 5)",
    "link": "link_id IN (SELECT link_id FROM link ORDER BY 1 LIMIT 7)",
    "revision": "story_id = (SELECT min(story_id) FROM revision)",
    "observation": "story_id IN (SELECT story_id FROM observation ORDER BY 1 LIMIT 2)",
}
REPLAYED = """
INSERT INTO run (spider, arguments, started_at)
VALUES ('udn_world', '{"replay": "1"}', now()) RETURNING run_id
"""


@pytest.fixture
def forged(night: Kept, postgres_server: str) -> Iterator[Kept]:
    """The night in a database of its own, to be spoilt."""
    name = str(conninfo_to_dict(night.dsn)["dbname"])
    with another_database(postgres_server, name) as dsn:
        yield Kept(dsn, night.var)


def dangle(kept: Kept, table: str, to: str = "gen_random_uuid()") -> list[str]:
    """Lets some rows of a table name other captures; these."""
    column = NAMED[table]
    change = "UPDATE {} SET {} = {} WHERE {} RETURNING {}"
    query = change.format(table, column, to, SOME[table], column)
    return [str(found) for (found,) in rows(kept.dsn, query)]


@pytest.mark.parametrize("arguments", [(), ("--run", "1")])
def test_whatever_a_row_says_that_its_record_does_not_is_told_in_one_finding(
    forged: Kept, arguments: tuple[str, ...]
) -> None:
    number = len(rows(forged.dsn, FORGED))
    run = forged.archive("verify", *arguments)

    assert run.returncode == Exit.INTERNAL
    assert run.stdout.endswith(f" {number} findings\n")
    told = [line for line in run.stdout.splitlines() if "table capture says" in line]
    assert len(told) == number
    for field in ("url 'https://example.org/x', but is 'http://", "method 'POST', but"):
        assert all(field in line for line in told)
    assert "status 404, but is 200" in told[-1]
    assert "content_type 'x/y', but is 'text/html" in run.stdout
    assert "fetched_at 2001-01-01T00:00:00+00:00, but is 20" in told[-1]
    assert "etag '\"zz\"', but is" in told[-1]
    assert "last_modified 'never', but is" in told[-1]


@pytest.mark.parametrize("arguments", [(), ("--run", "1")])
def test_rows_that_name_a_capture_nobody_has_are_told_by_table_with_examples(
    forged: Kept, arguments: tuple[str, ...]
) -> None:
    lost = {table: dangle(forged, table) for table in NAMED}
    run = forged.archive("verify", *arguments)

    assert run.returncode == Exit.INTERNAL
    assert run.stdout.endswith(" 4 findings\n")
    for table, captures in lost.items():
        says = f"table {table}: {len(captures)} rows name in {NAMED[table]}"
        (line,) = (one for one in run.stdout.splitlines() if one.startswith(says))
        shown = sum(capture in line for capture in captures)
        assert shown == min(3, len(captures))


def test_rows_that_name_no_capture_at_all_are_no_finding(forged: Kept) -> None:
    for table in NAMED:
        dangle(forged, table, "NULL")
    run = forged.archive("verify")
    assert run.returncode == 0, run.stdout


def test_a_run_is_not_blamed_for_the_rows_of_another(forged: Kept) -> None:
    [(other,)] = rows(forged.dsn, REPLAYED)
    dangle(forged, "article")
    moved = "UPDATE article SET last_seen_run = {} WHERE {} RETURNING 1"
    rows(forged.dsn, moved.format(other, SOME["article"]))
    first, second = (forged.archive("verify", "--run", str(one)) for one in (1, other))

    assert first.returncode == 0, first.stdout
    assert second.returncode == Exit.INTERNAL
    assert "table article: 5 rows name" in second.stdout


@pytest.fixture
def elsewhere(night: Kept, database: str, tmp_path: Path) -> tuple[Kept, Path]:
    """A replay of a copy of the archive outside of its own VAR_DIR, and that copy."""
    copied = shutil.copytree(night.var / "archive", tmp_path / "copied")
    own = Kept(database, tmp_path / "own")
    run = replay(os.path.relpath(copied, ROOT), database, str(own.var))
    assert run.returncode == 0, run.stderr
    return own, copied


def test_files_elsewhere_that_rows_name_are_verified_without_being_named(
    elsewhere: tuple[Kept, Path],
) -> None:
    own, copied = elsewhere
    whole = own.archive("verify")
    (path,) = copied.rglob("*.warc.gz")
    path.write_bytes(path.read_bytes()[:-9])
    damaged = own.archive("verify")
    path.unlink()
    gone = own.archive("verify")

    assert whole.returncode == 0, whole.stdout
    number = own.captures
    assert whole.stdout.endswith(f" {number} captures, {number} rows: all is well\n")
    assert damaged.returncode == Exit.INTERNAL
    assert f"{path}: offset " in damaged.stdout
    assert gone.returncode == Exit.INTERNAL
    assert f"{path}: is not there, but {number} rows" in gone.stdout


def test_a_replay_from_elsewhere_gives_the_same_rows_but_for_where_the_files_lie(
    night: Kept, elsewhere: tuple[Kept, Path]
) -> None:
    own, copied = elsewhere
    (path,) = copied.rglob("*.warc.gz")
    apart = frozenset({"capture.file"})
    assert tables(own.dsn, apart) == tables(night.dsn, apart)
    assert rows(own.dsn, "SELECT DISTINCT file FROM capture") == [(str(path),)]


@pytest.mark.parametrize("way", ["link/archive", "link/../var/archive"])
def test_a_replay_of_its_own_archive_has_its_files_by_whatever_way_it_is_named(
    night: Kept, database: str, tmp_path: Path, way: str
) -> None:
    var = shutil.copytree(night.var, tmp_path / "var")
    (tmp_path / "link").symlink_to(var)
    run = replay(str(tmp_path / way), database, str(var))
    assert run.returncode == 0, run.stderr
    files = "SELECT file, count(*) FROM capture GROUP BY file"
    assert rows(database, files) == rows(night.dsn, files)
    assert Kept(database, var).archive("verify").returncode == 0
