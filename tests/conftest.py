"""A real Postgres for the tests: one server a session, a fresh database a test."""

from __future__ import annotations

import os
import tempfile
import uuid
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pipelines.storage import jobs, migrate, runs, server

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = "udn_template"
# A developer's .env is none of a test's business
os.environ["UDN_ENV"] = os.devnull
# By it a process is known as one of these tests (tests/secrecy.py)
os.environ["TEST_SESSION"] = uuid.uuid4().hex
# Hundreds of processes are started: none compiles the project anew
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a server where databases can be made: TEST_DATABASE_URL, or an
    embedded one of this session's own."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    # not pytest's own folder: when another pytest starts, the server loses its rights
    with (
        tempfile.TemporaryDirectory() as directory,
        server.database(given, directory) as dsn,
    ):
        if not given:
            never_wait_for_the_disk(dsn)
        yield dsn


def never_wait_for_the_disk(dsn: str) -> None:
    """No test cuts the machine's power, which is all that a server needs fsync for."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def template(postgres_server: str) -> str:
    """Name of a database with the schema, to be cloned."""
    name = f"{TEMPLATE}_{uuid.uuid4().hex[:8]}"
    create(postgres_server, name)
    address = make_conninfo(postgres_server, dbname=name)
    with psycopg.connect(address, autocommit=True) as connection:
        migrate.migrate(connection)
    return name


@pytest.fixture
def database(postgres_server: str, template: str) -> Iterator[str]:
    """Address of a fresh database with the schema; dropped after the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    create(postgres_server, name, template)
    yield make_conninfo(postgres_server, dbname=name)
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(drop)


@pytest.fixture
def db(database: str) -> Iterator[psycopg.Connection[Any]]:
    """What another program sees of the database; run 1 is open, with its job."""
    with psycopg.connect(database, autocommit=True) as connection:
        assert runs.start_run(connection, spider="test", arguments={}) == 1
        jobs.begin(connection, 1, origin="http://127.0.0.1", arguments={})
        yield connection


def create(dsn: str, name: str, template: str = "template0") -> None:
    """CREATE DATABASE, UTF-8."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement)
