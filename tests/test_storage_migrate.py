"""The schema comes up to date once, whoever asks, and explains itself."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from crawler.items import (
    Article,
    Capture,
    Contributor,
    Figure,
    Incident,
    Link,
    Observation,
)
from pipelines.storage import migrate
from pipelines.storage.database import TABLES, counts
from tests.conftest import create

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERIES = sorted((Path(__file__).parents[1] / "docs" / "queries").glob("*.sql"))
AT_ONCE = 4
# Which capture, and when: columns of their own names
OF_THE_VISIT = {"capture_id", "seen_at"}

VIEWS = "SELECT viewname FROM pg_views WHERE schemaname = 'public'"
COLUMNS = """
SELECT relname, attname, col_description(attrelid, attnum)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
    AND attnum > 0 AND NOT attisdropped
"""
RELATIONS = """
SELECT relname, obj_description(oid, 'pg_class') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
"""
LOCKS = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE locktype = 'advisory' AND datname = current_database()
"""


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[Any]]:
    """A database with the schema."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def empty(postgres_server: str) -> Iterator[str]:
    """Address of a database without any table."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    create(postgres_server, name)
    yield make_conninfo(postgres_server, dbname=name)
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(drop)


def columns(connection: psycopg.Connection[Any]) -> dict[str, dict[str, str | None]]:
    """Table -> column -> its comment."""
    found: dict[str, dict[str, str | None]] = {}
    for table, column, comment in connection.execute(COLUMNS):
        found.setdefault(table, {})[column] = comment
    return found


def test_the_tables_are_those_the_code_names(
    connection: psycopg.Connection[Any],
) -> None:
    views = {name for (name,) in connection.execute(VIEWS)}
    assert set(columns(connection)) - views == {*TABLES, "schema_migration"}
    assert counts(connection) == dict.fromkeys(TABLES, 0)


def test_every_table_says_what_it_holds(connection: psycopg.Connection[Any]) -> None:
    silent = [name for name, said in connection.execute(RELATIONS) if not said]
    assert silent == []


def test_every_column_says_what_it_holds(connection: psycopg.Connection[Any]) -> None:
    silent = [
        f"{table}.{column}"
        for table, comments in columns(connection).items()
        for column, said in comments.items()
        if not said
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("item", "elsewhere"),
    [
        (
            Article,
            {"contributors", "figures", "keywords", "incidents", *OF_THE_VISIT},
        ),
        (Link, {"incidents", *OF_THE_VISIT}),
        (Incident, set()),
        (Capture, set()),
        (Observation, set()),
        (Contributor, set()),
        (Figure, set()),
    ],
)
def test_every_field_of_an_item_has_a_column(
    connection: psycopg.Connection[Any], item: type[Article], elsewhere: set[str]
) -> None:
    named = {field.name for field in fields(item)} - elsewhere
    assert named <= set(columns(connection)[item.__name__.lower()])


def test_an_empty_database_gets_every_migration_in_order(empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        assert migrate.version(connection) is None
        names = migrate.pending(connection)
        assert names == sorted(migrate.migrations()) != []
        assert migrate.migrate(connection) == names == migrate.applied(connection)
        assert migrate.version(connection) == names[-1]


def test_migrating_twice_applies_nothing(connection: psycopg.Connection[Any]) -> None:
    record = "SELECT name, applied_at, xmin FROM schema_migration ORDER BY name"
    before = connection.execute(record).fetchall()
    assert migrate.pending(connection) == []
    assert migrate.migrate(connection) == []
    assert connection.execute(record).fetchall() == before


def test_looking_at_an_empty_database_leaves_it_empty(empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        assert migrate.applied(connection) == []
        assert migrate.pending(connection)
        assert columns(connection) == {}


def test_migrations_at_the_same_time_are_applied_once(empty: str) -> None:
    start = Barrier(AT_ONCE, timeout=10)

    def one(_: int) -> list[str]:
        with psycopg.connect(empty, autocommit=True) as connection:
            start.wait()
            return migrate.migrate(connection)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(one, range(AT_ONCE)))
    names = sorted(migrate.migrations())
    assert sorted(done) == [[]] * (AT_ONCE - 1) + [names]
    with psycopg.connect(empty, autocommit=True) as connection:
        assert migrate.applied(connection) == names


def test_a_database_newer_than_the_code_is_left_alone(
    connection: psycopg.Connection[Any],
) -> None:
    connection.execute("INSERT INTO schema_migration VALUES ('9999_later')")
    for refused in (migrate.pending, migrate.migrate):
        with pytest.raises(migrate.SchemaNewer) as caught:
            refused(connection)
        said = str(caught.value)
        assert "9999_later" in said
        assert "update udn-world" in said
        assert "\n" not in said
    assert migrate.version(connection) == "9999_later"


def test_a_failed_migration_leaves_nothing_behind_and_stays_pending(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = migrate.migrations()
    broken = {**real, "9999_bad": "CREATE TABLE half (a integer); SELECT 1 / 0;"}
    monkeypatch.setattr(migrate, "migrations", lambda: broken)
    with psycopg.connect(empty, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate.migrate(connection)
        assert migrate.applied(connection) == sorted(real)
        assert migrate.pending(connection) == ["9999_bad"]
        assert "half" not in columns(connection)
        assert connection.execute(LOCKS).fetchone() == (0,)


@pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.stem)
def test_the_documented_queries_run_and_find_an_index(
    connection: psycopg.Connection[Any], query: Path
) -> None:
    text = query.read_text(encoding="utf-8").encode()
    assert connection.execute(text).fetchall() == []
    connection.execute("SET enable_seqscan = off")
    plan = "\n".join(line for (line,) in connection.execute(b"EXPLAIN " + text))
    assert "Index" in plan
    assert "Seq Scan" not in plan


def test_there_are_queries_to_try() -> None:
    assert len(QUERIES) >= 3
