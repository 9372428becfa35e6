"""A re-extraction killed at any moment and started again ends in the same rows."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from crawler.commands.replay import INTERRUPTED
from tests.conftest import create
from tests.crawling import environment
from tests.reextracting import (
    Replayer,
    command_of,
    everything,
    night,
    other_extractor,
    replayer,
    run_sql,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["night", "replayer"]  # fixtures

# Of every table something changes: a story's field and its lists, fields of links,
# links that are no longer shown, shown with other words, or shown by another page only
OTHERWISE = (
    ("crawler/sections/keywords.py", "fromkeys(cut))", "fromkeys(cut))[1:]"),
    (
        "crawler/pages/story.py",
        "    incidents += missing(",
        "    found = otherwise(found, story_id)\n    incidents += missing(",
    ),
    (
        "crawler/pages/story.py",
        "",
        """

def otherwise(found, story_id):
    import dataclasses
    kept = {}
    for section, links in found.items():
        if section == "related":
            links = [dataclasses.replace(x, anchor_text="!" + x.anchor_text)
                for x in links]
        if section == "previous":
            links = [dataclasses.replace(x, placement="other") for x in links]
        if section in ("hot", "ticker") and story_id % 2:
            links = links[1:]
        kept[section] = tuple(links)
    return kept
""",
    ),
    # many small transactions and many short chunks, so that a kill falls between them
    ("crawler/reextract/run.py", "BATCH = 500", "BATCH = 3"),
    ("crawler/reextract/chunks.py", "SIZE = 32", "SIZE = 4"),
    (
        "crawler/reextract/run.py",
        "            rewrite.store(",
        "            __import__('time').sleep(0.01)\n            rewrite.store(",
    ),
)


def start(copy: Path, dsn: str, var: Path, jobs: str = "1") -> subprocess.Popen[str]:
    return subprocess.Popen(
        command_of("--write", "1", "--jobs", jobs),
        cwd=copy,
        env=environment(dsn, VAR_DIR=str(var), PYTHONPATH=str(copy)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # what a shell runs in the background ignores it, as do we then
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for_the_first_row(dsn: str, run: subprocess.Popen[str]) -> None:
    """Until a transaction of ``run`` is there: each writes the versions of stories."""
    query = "SELECT count(*) FROM article WHERE extractor_version <> 'before'"
    with psycopg.connect(dsn, autocommit=True) as connection:
        while run.poll() is None:
            row = connection.execute(query).fetchone()
            if row and row[0]:
                return
            time.sleep(0.005)


def kill(run: subprocess.Popen[str]) -> bool:
    """Was there anything left to kill?"""
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    return run.returncode == -signal.SIGKILL


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return other_extractor(tmp_path / "copy", *OTHERWISE)


@pytest.fixture
def whole(replayer: Replayer, postgres_server: str) -> Iterator[str]:
    """A second database as it is before anything is written."""
    run_sql(replayer.dsn, "UPDATE article SET extractor_version = 'before'")
    name = str(psycopg.conninfo.conninfo_to_dict(replayer.dsn)["dbname"])
    create(postgres_server, f"{name}_whole", name)
    yield make_conninfo(postgres_server, dbname=f"{name}_whole")
    run_sql(postgres_server, f"DROP DATABASE {name}_whole WITH (FORCE)")


def uninterrupted(copy: Path, dsn: str, var: Path) -> tuple[float, float]:
    """Seconds from the start of a run to its first row, and to its end."""
    began = time.monotonic()
    run = start(copy, dsn, var)
    wait_for_the_first_row(dsn, run)
    writing = time.monotonic()
    said, errors = run.communicate()
    assert run.returncode == 0, said + errors
    return writing - began, time.monotonic() - began


@pytest.mark.parametrize("kills", [5, pytest.param(40, marks=pytest.mark.soak)])
def test_killed_at_random_moments_it_ends_in_the_rows_of_a_run_that_was_not(
    kills: int, replayer: Replayer, whole: str, copy: Path
) -> None:
    before = everything(replayer.dsn)
    diff(copy, replayer)  # compiles the copy: all runs after it take the same time
    first, last = uninterrupted(copy, whole, replayer.var)
    expected = everything(whole)
    chance = random.Random(7)
    hits, between = 0, set()
    for _ in range(kills):
        run = start(copy, replayer.dsn, replayer.var)
        time.sleep(chance.uniform(first, last))
        hits += kill(run)
        between.add(str(everything(replayer.dsn)))
    uninterrupted(copy, replayer.dsn, replayer.var)

    assert hits
    assert between - {str(before), str(expected)}
    assert everything(replayer.dsn) == expected
    changed = {table for table in expected if expected[table] != before[table]}
    assert changed == {"article", "keyword", "link", "placement", "revision"}
    assert diff(copy, replayer) == 0


def diff(copy: Path, replayer: Replayer) -> int:
    """Exit code of ``--diff`` with the other extractor."""
    done = subprocess.run(
        command_of("--diff", "1", "--jobs", "1"),
        cwd=copy,
        env=environment(replayer.dsn, VAR_DIR=str(replayer.var), PYTHONPATH=str(copy)),
        capture_output=True,
        check=False,
    )
    return done.returncode


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_its_processes_is_one_line_and_a_code(
    number: signal.Signals, replayer: Replayer, whole: str, copy: Path
) -> None:
    """As a terminal sends it: some of them are still about to begin, and a lock sees to
    it that none can be done."""
    with psycopg.connect(replayer.dsn) as other:
        other.execute("LOCK TABLE link IN ACCESS EXCLUSIVE MODE")
        run = start(copy, replayer.dsn, replayer.var, jobs="2")
        while not begun(run.pid):
            assert run.poll() is None
            time.sleep(0.005)
        os.killpg(run.pid, number)
    _, errors = run.communicate()

    assert errors.splitlines() == [f"{INTERRUPTED}."]
    assert run.returncode == 8
    for dsn in (whole, replayer.dsn):
        uninterrupted(copy, dsn, replayer.var)
    assert everything(replayer.dsn) == everything(whole)


def begun(parent: int) -> bool:
    """Has a process begun another Python?"""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return any(
        b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        for child in children
    )
