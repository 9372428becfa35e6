"""The search for canaries sees every process of these tests, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from pipelines.storage.server import database
from tests.secrecy import SECRET, command_lines, ours

if TYPE_CHECKING:
    from collections.abc import Iterator

PROC = Path("/proc")
SLEEP = "import time; time.sleep(30)"
# Leaves the process tree: its parent ends at once; prints its own number
AWAY = """
import os, subprocess, sys
child = subprocess.Popen(
    [sys.executable, "-c", sys.argv[1], sys.argv[2]], start_new_session=True,
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
print(child.pid)
"""
FOREIGN = {k: v for k, v in os.environ.items() if k != "TEST_SESSION"}


@pytest.fixture
def sleepers() -> Iterator[list[int]]:
    """Processes that a test has started and that are ended with it."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        os.kill(pid, 9)


def away(word: str, environment: dict[str, str]) -> int:
    """A process that nobody of these tests is the parent of."""
    command = [sys.executable, "-c", AWAY, SLEEP, word]
    return int(subprocess.check_output(command, env=environment, text=True))


def test_a_canary_on_the_command_line_of_any_process_of_ours_is_found(
    sleepers: list[int],
) -> None:
    with command_lines() as shown:
        child = subprocess.Popen([sys.executable, "-c", SLEEP, SECRET], env=FOREIGN)
        time.sleep(0.5)
        child.kill()
        child.wait()
    assert any(f"/{child.pid}/" in one for one in shown)
    with command_lines() as shown:
        sleepers.append(away(SECRET, dict(os.environ)))
        time.sleep(0.5)
    assert any(f"/{sleepers[0]}/" in one for one in shown)


def test_a_canary_of_another_run_on_this_machine_is_not_ours(
    sleepers: list[int],
) -> None:
    # its parent, which is a child of ours, must have ended before anybody looks
    sleepers.append(away(SECRET, FOREIGN))
    with command_lines() as shown:
        time.sleep(0.5)
    assert SECRET in (PROC / str(sleepers[0]) / "cmdline").read_text()
    assert shown == []


def test_the_processes_of_an_embedded_postgres_are_ours(tmp_path: Path) -> None:
    with database("", str(tmp_path)) as dsn, psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        assert ours(PROC / str(row[0]))
