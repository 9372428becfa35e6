"""Numbered, forward-only SQL migrations: ``migrations/NNNN_what.sql``."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

# "udn-world schema", cut to 64 bits
SCHEMA_LOCK = 0x75646E2D73636865

RECORD = """
CREATE TABLE IF NOT EXISTS schema_migration (
    name text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE schema_migration IS 'Migrations applied to this database.';
COMMENT ON COLUMN schema_migration.name IS
    'File name under pipelines/storage/migrations, without .sql.';
COMMENT ON COLUMN schema_migration.applied_at IS 'When it was applied.';
"""


class SchemaNewer(Exception):
    """The database was brought up to date by newer code than this."""


def migrations() -> dict[str, str]:
    """Name -> SQL of every migration, in order."""
    folder = files("pipelines.storage") / "migrations"
    found = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    return {
        name.removesuffix(".sql"): (folder / name).read_text(encoding="utf-8")
        for name in found
    }


def applied(connection: psycopg.Connection[Any]) -> list[str]:
    """Names already applied, in order; changes nothing."""
    row = connection.execute("SELECT to_regclass('schema_migration')").fetchone()
    if row is None or row[0] is None:
        return []
    rows = connection.execute("SELECT name FROM schema_migration ORDER BY name")
    return [name for (name,) in rows]


def version(connection: psycopg.Connection[Any]) -> str | None:
    """The last migration applied; None for an empty database."""
    names = applied(connection)
    return names[-1] if names else None


def pending(connection: psycopg.Connection[Any]) -> list[str]:
    """Names still to apply; changes nothing.

    Raises:
        SchemaNewer: the database knows a migration that this code does not.
    """
    known, done = migrations(), applied(connection)
    unknown = [name for name in done if name not in known]
    if unknown:
        raise SchemaNewer(
            f"the database has migration {unknown[-1]}, which this version of "
            "udn-world does not know: update udn-world, or use another database"
        )
    return [name for name in known if name not in done]


def migrate(connection: psycopg.Connection[Any]) -> list[str]:
    """Brings the schema up to date; several processes may call it at once.

    Args:
        connection: in autocommit mode; each migration and its record are one
            transaction, so that a failure leaves it pending.

    Returns:
        The names applied now.

    Raises:
        SchemaNewer: the database is newer than the code.
    """
    connection.execute("SELECT pg_advisory_lock(%s)", [SCHEMA_LOCK])
    try:
        todo = pending(connection)
        if todo:
            connection.execute("SET client_min_messages = warning")
            connection.execute(RECORD)
        texts = migrations()
        for name in todo:
            with connection.transaction():
                connection.execute(texts[name].encode())
                connection.execute(
                    "INSERT INTO schema_migration (name) VALUES (%s)", [name]
                )
        return todo
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [SCHEMA_LOCK])
