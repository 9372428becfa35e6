"""Nights of the replica with their archives, and tables to compare."""

from __future__ import annotations

import uuid
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.conftest import create
from tests.crawling import crawl, scrapy
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.serving import Serving

TABLES = (
    *("article", "contributor", "figure", "keyword"),
    *("link", "incident", "quarantine", "capture"),
    *("revision", "observation", "list", "list_seen", "placement"),
    *("signal", "look"),
)
# Numbers of runs and the clock of the machine, which no replay can have again
OURS = frozenset(
    {"run_id", "first_seen_run", "last_seen_run", "changed_run"}
    | {"first_run", "last_run", "previous_run", "since_run", "seen_run"}
    | {"first_seen_at", "last_seen_at", "changed_at"}
)


def night(
    site: Serving, dsn: str, var: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """One run in the order of a polite one, without the waiting."""
    command = ("crawl", "udn_world", "-a", f"site={site.url}", "-s", "DOWNLOAD_DELAY=0")
    return scrapy(*command, *arguments, dsn=dsn, VAR_DIR=var)


def replay(
    named: str, dsn: str, var: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    command = ("crawl", "udn_world", "-a", f"replay={named}", *arguments)
    return scrapy(*command, dsn=dsn, VAR_DIR=var)


def tables(
    dsn: str, without: frozenset[str] = frozenset()
) -> dict[str, set[tuple[str, ...]]]:
    """Every row of every table, less what is the machine's own and ``without``
    (table.column)."""
    found = {}
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        for table in TABLES:
            cursor = connection.execute(
                f"SELECT * FROM {table}".encode()  # noqa: S608 - our own names
            )
            names = [column.name for column in cursor.description or ()]
            kept = [
                number
                for number, name in enumerate(names)
                if name not in OURS and f"{table}.{name}" not in without
            ]
            found[table] = {tuple(str(row[one]) for one in kept) for row in cursor}
    return found


def rows(dsn: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(query.encode()).fetchall()


@contextmanager
def another_database(server: str, template: str) -> Iterator[str]:
    """An empty database with the schema, dropped in the end."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    create(server, name, template)
    yield make_conninfo(server, dbname=name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def a_copy(server: str, dsn: str) -> Iterator[str]:
    """A database like another one, which nobody is using; dropped in the end."""
    with another_database(server, str(conninfo_to_dict(dsn)["dbname"])) as copy:
        yield copy


@dataclass(frozen=True)
class FirstNight:
    """One that was crawled: its site, what was asked of it, and its database."""

    site: ReplicaServer
    requests: Counter[str]
    dsn: str


@contextmanager
def crawled_once(server: str, template: str) -> Iterator[FirstNight]:
    """For tests that begin with it, each with a copy of the database."""
    with (
        another_database(server, template) as dsn,
        ReplicaServer(seed=7, night=1) as site,
    ):
        run = crawl(site.url, dsn)
        assert run.returncode == 0, run.stderr
        yield FirstNight(site, Counter(site.requests), dsn)
