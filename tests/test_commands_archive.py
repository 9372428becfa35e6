"""``scrapy archive`` lists, verifies and indexes real nights, and damaged copies."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crawler.ends.verdict import Exit
from tests.archives import answer, record
from tests.crawling import ROOT, environment, scrapy
from tests.kept import Kept, night
from tests.replaying import rows

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["night"]  # a fixture

ANSI = re.compile(r"\x1b\[[\d;]*m")
ARCHIVED = "SELECT archive, archive_root FROM run WHERE run_id = 1"


@pytest.fixture
def copy(night: Kept, tmp_path: Path) -> Kept:
    return Kept(night.dsn, shutil.copytree(night.var, tmp_path / "var"))


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A page that another tool archived."""
    path = tmp_path / "wget.warc.gz"
    path.write_bytes(record("response", answer()))
    return path


def test_a_night_is_listed_with_the_root_hash_its_run_has(night: Kept) -> None:
    run = night.archive("list", "--json")
    assert run.returncode == 0, run.stderr
    (line,) = run.stdout.splitlines()
    told = json.loads(line)
    assert [(told["series"], told["root"])] == rows(night.dsn, ARCHIVED)
    assert (told["run"], told["files"], told["manifest"]) == (1, 1, "complete")
    assert told["bytes"] == night.warc.stat().st_size
    assert told["captures"] == night.captures
    (plain,) = night.archive("list").stdout.splitlines()
    assert plain.startswith(f"{told['series']}  run 1  1 files  ")
    assert plain.endswith(f"  complete  root {told['root']}")


@pytest.mark.parametrize("columns", [60, 80, 120, 250])
def test_a_list_on_a_terminal_cuts_nothing(night: Kept, columns: int) -> None:
    master, slave = os.openpty()
    command = [sys.executable, "-m", "scrapy", "archive", "list"]
    env = environment(night.dsn, VAR_DIR=str(night.var), COLUMNS=str(columns))
    subprocess.run(command, cwd=ROOT, env=env, stdout=slave, check=True)
    lines = ANSI.sub("", os.read(master, 1 << 16).decode()).splitlines()
    os.close(slave)
    os.close(master)
    assert max(map(len, lines)) <= columns
    cells = [line.split("│")[1].strip() for line in lines if line.startswith("│")]
    assert "".join(cells) == "".join(rows(night.dsn, ARCHIVED)[0])


def test_an_archive_without_a_night_says_how_to_get_one(tmp_path: Path) -> None:
    run = scrapy("archive", "list", VAR_DIR=str(tmp_path))
    assert (run.returncode, run.stdout) == (0, "")
    assert "scrapy crawl udn_world" in run.stderr


def test_a_sound_archive_is_all_well_and_counted(night: Kept) -> None:
    run = night.archive("verify")
    assert run.returncode == 0, run.stdout
    (line,) = run.stdout.splitlines()
    assert line.startswith("1 files, ")
    assert line.endswith(
        f"{night.captures} captures, {night.captures} rows: all is well"
    )


def test_the_root_hash_of_a_run_is_computed_again_and_compared(night: Kept) -> None:
    ((_, root),) = rows(night.dsn, ARCHIVED)
    good = night.archive("verify", "--run", "1")
    change = "UPDATE run SET archive_root = '{}' RETURNING 1"
    rows(night.dsn, change.format("0" * 64))
    try:
        bad = night.archive("verify", "--run", "1")
    finally:
        rows(night.dsn, change.format(root))

    assert good.returncode == 0, good.stdout
    assert f"root {root}" in good.stdout
    assert bad.returncode == 1
    assert f"but table run says {'0' * 64} of run 1" in bad.stdout


def test_damage_is_named_with_its_place_and_the_rest_is_verified(copy: Kept) -> None:
    data = bytearray(copy.warc.read_bytes())
    ((offset, length),) = rows(
        copy.dsn,
        "SELECT file_offset, file_length FROM capture WHERE url LIKE '%robots.txt'",
    )
    data[offset + length // 2] ^= 0xFF
    copy.warc.write_bytes(data)

    run = copy.archive("verify")
    assert run.returncode == 1
    assert f"{copy.warc}: offset {offset}: broken gzip member" in run.stdout
    assert f"offset {offset}: table capture says" in run.stdout
    assert "but the manifest says" in run.stdout
    whole = copy.captures - 1
    assert run.stdout.endswith(f"{whole} captures, {whole + 1} rows: 4 findings\n")


def test_a_file_that_rows_point_into_is_missed(copy: Kept) -> None:
    copy.warc.unlink()
    run = copy.archive("verify", "--run", "1")
    assert run.returncode == 1
    assert (
        f"is not there, but {copy.captures} rows of table capture point into it"
        in run.stdout
    )
    assert "is not there, but the manifest names it" in run.stdout


def test_a_row_that_points_beside_its_record_is_found(night: Kept) -> None:
    change = "UPDATE capture SET file_length = file_length {} 1 RETURNING 1"
    rows(night.dsn, change.format("+"))
    try:
        run = night.archive("verify")
    finally:
        rows(night.dsn, change.format("-"))
    assert run.returncode == 1
    assert run.stdout.count("file_length ") == night.captures
    assert run.stdout.endswith(f" {night.captures} findings\n")


def test_a_file_that_a_run_is_writing_is_left_out_and_said_so(copy: Kept) -> None:
    with copy.warc.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        run = copy.archive("verify")
    assert run.returncode == Exit.CONFIGURATION
    assert run.stdout.endswith(" 0 rows: nothing was compared\n")
    assert f"note: {copy.warc}: not looked at: a run is writing it" in run.stdout


def test_a_file_of_another_tool_is_verified_without_any_row(
    foreign: Path, night: Kept
) -> None:
    good = night.archive("verify", str(foreign))
    foreign.write_bytes(foreign.read_bytes()[:-1])
    bad = night.archive("verify", str(foreign))

    assert (good.returncode, bad.returncode) == (0, 1)
    assert bad.stdout.startswith(f"{foreign}: offset 0: the gzip member is cut")


def test_an_index_is_written_beside_ours_and_beside_another_tool_s(
    foreign: Path, copy: Kept
) -> None:
    (own,) = copy.var.rglob("*.cdxj")
    before = own.read_bytes()
    own.unlink()
    run = copy.archive("index", "1", str(foreign))
    assert run.returncode == 0, run.stderr
    assert own.read_bytes() == before
    assert foreign.with_name("wget.cdxj").read_text().count("\n") == 1
    assert run.stdout.splitlines()[0] == f"{own}: {copy.captures} captures"


def test_what_cannot_be_indexed_is_said_and_the_rest_is(
    foreign: Path, night: Kept
) -> None:
    foreign.write_bytes(foreign.read_bytes() + b"rubbish")
    run = night.archive("index", str(foreign))
    assert run.returncode == 1
    assert f"{foreign}: offset " in run.stderr
    assert foreign.with_name("wget.cdxj").read_text().count("\n") == 1


REFUSED = {
    ("verify", "no-such-night"): "'no-such-night': no WARC file",
    ("verify", "--run", "99"): "run 99 has no archive",
    ("verify",): "nothing to verify in",
}


@pytest.mark.parametrize("arguments", REFUSED)
def test_what_cannot_be_done_is_one_line_that_says_what_to_do(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    run = scrapy("archive", *arguments, "--no-database", VAR_DIR=str(tmp_path))
    assert run.returncode == Exit.CONFIGURATION
    assert run.stdout == ""
    (line,) = run.stderr.splitlines()
    assert REFUSED[arguments] in line


def test_an_unreachable_database_is_one_line_without_the_password(
    night: Kept,
) -> None:
    away = "postgresql://wj:canary-77@127.0.0.1:9/wj"
    run = Kept(away, night.var).archive("verify")

    assert run.returncode == Exit.DATABASE_UNREACHABLE
    assert len(run.stderr.splitlines()) == 1
    assert "canary-77" not in run.stdout + run.stderr
