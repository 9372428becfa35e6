"""Numbered, forward-only SQL migrations: ``migrations/NNNN_what.sql``."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    import psycopg

    Schema = dict[str, dict[str, str]]

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
ALTER TABLE schema_migration ADD COLUMN IF NOT EXISTS left_behind jsonb;
COMMENT ON COLUMN schema_migration.left_behind IS
    'Columns and keys after it; what of them is missing when a run starts is drift.';
"""
# What statements of ours name; the names of other constraints depend on the server
FOUND = """
SELECT relname, attname, format_type(atttypid, atttypmod)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
    AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT relname, conname, CASE contype WHEN 'p' THEN 'primary key' ELSE 'unique' END
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE relnamespace = current_schema()::regnamespace AND contype IN ('p', 'u')
"""
LEFT_BEHIND = """
SELECT left_behind FROM schema_migration
WHERE left_behind IS NOT NULL ORDER BY name DESC LIMIT 1
"""
REMEMBER = """
UPDATE schema_migration SET left_behind = %s
WHERE name = (SELECT max(name) FROM schema_migration) AND left_behind IS NULL
"""
HAS_MEMORY = """
SELECT 1 FROM pg_attribute
WHERE attrelid = to_regclass('schema_migration') AND attname = 'left_behind'
"""


class SchemaUnfit(Exception):
    """The schema is not the one this code writes to; the message says what to do."""


class SchemaDrift(SchemaUnfit):
    """Something that a migration made is gone, or is of another type."""


class SchemaNewer(SchemaUnfit):
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
        SchemaDrift: what earlier migrations left behind is no longer there.
    """
    connection.execute("SELECT pg_advisory_lock(%s)", [SCHEMA_LOCK])
    try:
        todo = pending(connection)
        refuse_drift(connection)
        if todo or not _remembers(connection):
            connection.execute("SET client_min_messages = warning")
            connection.execute(RECORD)
        texts = migrations()
        for name in todo:
            with connection.transaction():
                connection.execute(texts[name].encode())
                connection.execute(
                    "INSERT INTO schema_migration (name) VALUES (%s)", [name]
                )
        connection.execute(REMEMBER, [Jsonb(_found(connection))])
        return todo
    finally:
        # the lock ends with a connection that a signal or a silence has closed
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", [SCHEMA_LOCK])


def refuse_drift(connection: psycopg.Connection[Any]) -> None:
    """Compares the tables with what the last migration left behind; what somebody has
    added does no harm.

    Raises:
        SchemaDrift: with the first that is missing.
    """
    if not _remembers(connection):
        return
    row = connection.execute(LEFT_BEHIND).fetchone()
    left: Schema = row[0] if row else {}
    found = _found(connection)
    for table, parts in left.items():
        for name, kind in parts.items():
            if found.get(table, {}).get(name) != kind:
                raise SchemaDrift(
                    f"{table}.{name} ({kind}) is not in the database as the migrations "
                    "made it; put it back, or use another database"
                )


def _found(connection: psycopg.Connection[Any]) -> Schema:
    found: Schema = {}
    for table, name, kind in connection.execute(FOUND):
        if table != "schema_migration":
            found.setdefault(table, {})[name] = kind
    return found


def _remembers(connection: psycopg.Connection[Any]) -> bool:
    """Whether the database is of a version that remembers what migrations left."""
    return connection.execute(HAS_MEMORY).fetchone() is not None
