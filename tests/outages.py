"""A Postgres of a test's own that crashes and comes back, under a crawl as a user
runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from pipelines.storage import embedded
from tests.crawling import IMPOLITE, ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.site.server import ReplicaServer


CUT = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = %s AND application_name = 'udn-world writer'
"""


@contextmanager
def away(postgres_server: str, dsn: str) -> Iterator[None]:
    """Inside the block the database takes no connections, and has cut those it had."""
    name = sql.Identifier(str(conninfo_to_dict(dsn)["dbname"]))
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(allow.format(name, sql.SQL("false")))
        connection.execute(CUT, [conninfo_to_dict(dsn)["dbname"]])
        try:
            yield
        finally:
            connection.execute(allow.format(name, sql.SQL("true")))


def spools(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"))


class OwnServer:
    """``dsn`` is the address; ``var`` a folder for the crawls' spool and archive."""

    def __init__(self, folder: Path) -> None:
        self.data, self.var = folder / "postgres", folder / "var"
        self.dsn = embedded.ensure_running(self.data)

    def crash(self) -> None:
        """What ``pg_ctl stop -m immediate`` does: it starts again with a recovery."""
        pid = embedded.postmaster(self.data)
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        while embedded.postmaster(self.data) is not None:
            time.sleep(0.02)

    def start(self) -> None:
        """Returns when it takes connections."""
        embedded.ensure_running(self.data)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside the block the server hangs: its kernel goes on taking connections and
        what is sent to it, its processes answer nothing."""
        pid = embedded.postmaster(self.data)
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        family = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        children = [int(child) for child in family.split()]
        try:
            for child in children:
                os.kill(child, signal.SIGSTOP)
            yield
        finally:
            for one in (*children, pid):
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGCONT)

    def spooled(self) -> list[Path]:
        return sorted((self.var / "spool").glob("*"))


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A server for one test; stopped afterwards if it runs."""
    with tempfile.TemporaryDirectory() as folder:
        server = OwnServer(Path(folder))
        try:
            yield server
        finally:
            embedded.stop(server.data)


def begin(
    site: ReplicaServer, server: OwnServer, *arguments: str, **extra: str
) -> subprocess.Popen[str]:
    """Starts a crawl without politeness."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "scrapy", "crawl", "udn_world"),
            *("-a", f"site={site.url}", *IMPOLITE, *arguments),
        ],
        cwd=ROOT,
        env=environment(server.dsn, VAR_DIR=str(server.var), **extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def after(site: ReplicaServer, process: subprocess.Popen[str], requests: int) -> None:
    """Returns when the site has had so many requests."""
    while sum(site.requests.values()) < requests:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def ended(process: subprocess.Popen[str], seconds: float = 180) -> tuple[int, str]:
    """Exit code and standard error of a crawl that comes to its end."""
    _, errors = process.communicate(timeout=seconds)
    return process.returncode, errors
