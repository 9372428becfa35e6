"""A database that cannot be written is found out before anything is requested."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest

from crawler.ends.verdict import Exit
from pipelines.storage import migrate
from tests.crawling import crawl
from tests.outages import own_server
from tests.pooler import Pooler
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from tests.storing import Connection

START_MAX = 15  # seconds


def test_a_database_that_is_down_is_found_out_without_a_request() -> None:
    with own_server() as server, ReplicaServer(seed=7, night=1) as site:
        server.crash()
        began = time.monotonic()
        run = crawl(site.url, server.dsn)
        seconds = time.monotonic() - began

        assert run.returncode == Exit.DATABASE_UNREACHABLE
        assert seconds < START_MAX
        assert not site.requests


def test_a_database_that_never_answers_is_found_out_without_a_request() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"postgresql://someone@127.0.0.1:{silent.getsockname()[1]}/x"
        with ReplicaServer(seed=7, night=1) as site:
            began = time.monotonic()
            run = crawl(site.url, dsn)
            seconds = time.monotonic() - began

            assert run.returncode == Exit.DATABASE_UNREACHABLE
            assert seconds < START_MAX
            assert not site.requests


def test_a_pooler_that_lends_transactions_is_found_out_without_a_request(
    database: str,
) -> None:
    with (
        ReplicaServer(seed=7, night=1) as site,
        Pooler(database, "transaction") as pooler,
    ):
        run = crawl(site.url, pooler.address)
    assert run.returncode == Exit.CONFIGURATION, run.stderr
    assert "a pooler in transaction mode" in run.stdout
    assert not site.requests


DRIFT: dict[str, LiteralString] = {
    "link.summary (text)": "ALTER TABLE link DROP COLUMN summary CASCADE",
    "keyword.keyword (text)": "ALTER TABLE keyword ALTER keyword TYPE varchar(10)",
    "capture_pkey (primary key)": "ALTER TABLE capture DROP CONSTRAINT capture_pkey",
    "quarantine.": "DROP TABLE quarantine",
    "withdrawn.": "DROP VIEW withdrawn CASCADE",
}


@pytest.mark.parametrize("lost", DRIFT)
def test_what_somebody_took_out_of_the_schema_is_named(
    database: str, db: Connection, lost: str
) -> None:
    db.execute(DRIFT[lost])
    with pytest.raises(migrate.SchemaDrift) as caught:
        migrate.migrate(db)
    assert lost in str(caught.value)


def test_what_somebody_added_does_no_harm(database: str, db: Connection) -> None:
    db.execute("ALTER TABLE article ADD COLUMN mine text")
    db.execute("CREATE TABLE mine (x int PRIMARY KEY)")
    assert migrate.migrate(db) == []


def test_a_database_that_remembers_nothing_does_from_now_on(
    database: str, db: Connection
) -> None:
    db.execute("ALTER TABLE schema_migration DROP COLUMN left_behind")
    assert migrate.migrate(db) == []
    db.execute("ALTER TABLE link DROP COLUMN summary CASCADE")
    with pytest.raises(migrate.SchemaDrift):
        migrate.migrate(db)


def test_a_drifted_schema_stops_the_run_before_any_request(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ALTER TABLE link DROP COLUMN summary CASCADE")
    with ReplicaServer(seed=7, night=1) as site:
        run = crawl(site.url, database)

        assert run.returncode == Exit.CONFIGURATION
        assert "link.summary" in run.stdout
        assert not site.requests


NO_ROOM: LiteralString = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';
END $$;
CREATE TRIGGER no_room BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION no_room();
"""


@pytest.mark.parametrize("table", ["run", "job"])
def test_a_server_without_room_for_the_run_is_found_out_without_a_request(
    database: str, db: Connection, table: str
) -> None:
    db.execute(NO_ROOM.format(table))
    with ReplicaServer(seed=7, night=1) as site:
        run = crawl(site.url, database)

        assert run.returncode == Exit.DISK_FULL, run.stderr
        assert "53100" in run.stdout
        assert not site.requests
