"""The frontier when its database stumbles: nothing is taken for done that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.storage import jobs, runs
from tests.crawling import crawl
from tests.replaying import rows
from tests.running import OPEN
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.storing import Connection

FEW = ("-a", "max_stories=5", "-a", "channels=us")
ONCE = "CREATE SEQUENCE stumble"
# 57P01: the session ends; 55P03: a lock could not be had; 53300: too many connections
STUMBLE = """
CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- not before there is something to fetch: a run that begins says so and ends
    IF (TG_OP = 'INSERT' OR EXISTS (SELECT FROM frontier))
        AND nextval('stumble') = 1 THEN
        RAISE EXCEPTION 'no good moment' USING ERRCODE = '{}';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stumble BEFORE {} ON frontier
    FOR EACH STATEMENT EXECUTE FUNCTION stumble();
"""
# What a lease looks like whose claim was committed and never answered
UNTOLD = """
CREATE FUNCTION untold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.story_id IS NOT NULL AND nextval('stumble') = 1 THEN
        NEW.state := 'leased';
        NEW.lease_run := (SELECT max(run_id) FROM run);
        NEW.lease_until := clock_timestamp() + interval '3 seconds';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER untold BEFORE INSERT ON frontier
    FOR EACH ROW EXECUTE FUNCTION untold();
"""


@pytest.fixture
def site() -> Iterator[ReplicaServer]:
    with ReplicaServer(seed=5, stories=60, channels=3) as server:
        yield server


@pytest.mark.parametrize("what", ["INSERT", "UPDATE"])
@pytest.mark.parametrize("state", ["55P03", "53300", "57P01"])
def test_a_bad_moment_of_the_database_loses_no_request(
    site: ReplicaServer, database: str, db: Connection, what: str, state: str
) -> None:
    db.execute(ONCE)
    db.execute(STUMBLE.format(state, what).encode())

    run = crawl(site.url, database, *FEW)

    assert run.returncode == 0, run.stderr
    assert rows(database, "SELECT is_called FROM stumble") == [(True,)]
    assert rows(database, "SELECT count(*) FROM article") == [(5,)]
    assert rows(database, OPEN) == [(0,)]


def test_a_lease_that_nobody_was_told_of_is_taken_again(
    site: ReplicaServer, database: str, db: Connection
) -> None:
    db.execute(ONCE)
    db.execute(UNTOLD)

    run = crawl(site.url, database, *FEW)

    assert run.returncode == 0, run.stderr
    assert rows(database, OPEN) == [(0,)]
    untold = "SELECT state FROM frontier WHERE story_id IS NOT NULL ORDER BY seq"
    assert rows(database, untold)[0] == ("stored",)


def test_joined_is_the_job_that_a_living_run_works_on(db: Connection) -> None:
    older, newer = (runs.start_run(db, spider="s", arguments={}) for _ in range(2))
    for number in (older, newer):
        db.execute("INSERT INTO job VALUES (%s, 'o', '{}')", [number])
    db.execute(
        "INSERT INTO frontier (job_id, fingerprint, url, callback, errback, priority,"
        " state, lease_run, lease_until)"
        " VALUES (%(run)s, '1', 'u', 'c', 'e', 0, 'leased', %(run)s, now())",
        {"run": older},
    )
    assert jobs.unfinished(db, "o") == (older, {})
    db.execute(runs.LET_GO, [runs.RUN_CLASS, older])  # it is dead
    assert jobs.unfinished(db, "o") == (newer, {})
