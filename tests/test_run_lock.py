"""A run holds its lock to its end, whatever the database does to its sessions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler.ends.verdict import Exit
from pipelines.storage import database as storage
from pipelines.storage import runs
from pipelines.storage.run_lock import Held, State
from tests.crawling import crawl
from tests.ending import begun, signalled
from tests.pooler import Pooler
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    import subprocess

# The session that holds the run's lock, which is not the writer's
DROP = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND database =
    (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def under_way(process: subprocess.Popen[str], site: ReplicaServer, pages: int) -> None:
    while sum(site.requests.values()) < pages:
        assert process.poll() is None
        time.sleep(0.02)


async def test_a_look_says_who_holds_the_locks(database: str) -> None:
    holder = storage.connect(database)
    assert storage.run_lock(holder)
    run = runs.start_run(holder, spider="test", arguments={})
    pid = holder.info.backend_pid
    lock = Held(database, pid=pid, run=run)
    assert await lock.look() is State.HELD
    assert lock.alone

    holder.close()
    while await lock.look() is not State.TAKEN_AGAIN:
        pass  # the server takes a moment to notice
    with storage.connect(database) as other:
        assert not storage.run_lock(other)
        runs.bury(other)
        told = other.execute("SELECT outcome FROM run").fetchall()
    assert told == [(None,)]
    assert await lock.look() is State.HELD

    await lock.close()
    with storage.connect(database) as other:
        while not storage.run_lock(other):
            pass  # here too
        with storage.connect(database) as third:
            assert not lock.take_back(third)
        late = Held(database, pid=pid, run=run)
        late.alone = True
        assert await late.look() is State.LOST
        await late.close()


async def test_a_run_that_joined_another_holds_only_its_own(database: str) -> None:
    with storage.connect(database) as first, storage.connect(database) as helper:
        assert storage.run_lock(first)
        run = runs.start_run(helper, spider="test", arguments={})
        lock = Held(database, pid=helper.info.backend_pid, run=run)
        assert await lock.look() is State.HELD
        assert not lock.alone
        helper.close()
        while await lock.look() is not State.TAKEN_AGAIN:
            pass
        await lock.close()


@pytest.mark.parametrize("pooled", [False, True])
def test_a_lock_that_was_dropped_is_taken_again_in_mid_run(
    database: str, pooled: bool
) -> None:
    """Also behind a pooler, which hides the server's processes."""
    with (
        ReplicaServer(seed=7, night=1, stories=120, channels=3) as site,
        psycopg.connect(database, autocommit=True) as admin,
        Pooler(database, "session") as pooler,
    ):
        address = pooler.address if pooled else database
        process = begun(site.url, address, "-s", "DOWNLOAD_DELAY=0.1")
        under_way(process, site, 10)
        before = holders(admin)
        admin.execute(DROP)
        deadline = time.monotonic() + 20
        while not holders(admin) - before:
            assert time.monotonic() < deadline
            time.sleep(0.1)

        second = crawl(site.url, database)
        _, output, errors = signalled(process)

    assert second.returncode == Exit.ANOTHER_RUN
    assert process.returncode == Exit.GOOD, errors
    with psycopg.connect(database) as connection:
        runs = connection.execute(
            "SELECT outcome, counters->>'run_lock/taken_again' FROM run"
        ).fetchall()
    assert runs == [("good", "1")]
    assert output.startswith("Good night")


def test_a_run_that_was_overtaken_ends_and_says_so(database: str) -> None:
    with (
        ReplicaServer(seed=7, night=1, stories=120, channels=3) as site,
        psycopg.connect(database, autocommit=True) as admin,
        storage.connect(database) as another,
    ):
        process = begun(site.url, database, "-s", "DOWNLOAD_DELAY=0.1")
        under_way(process, site, 10)
        admin.execute(DROP)
        while not storage.run_lock(another):
            time.sleep(0.01)
        seconds, output, errors = signalled(process)

    assert process.returncode == Exit.ANOTHER_RUN, errors
    assert seconds < 15
    assert "another run" in output
    with psycopg.connect(database) as connection:
        told = connection.execute("SELECT outcome FROM run").fetchall()
    assert told == [("another_run",)]


def holders(admin: psycopg.Connection[Any]) -> set[Any]:
    """Processes of the server that hold locks of runs."""
    asked = DROP.replace("pg_terminate_backend(pid)", "pid")
    return set(admin.execute(asked.encode()).fetchall())
