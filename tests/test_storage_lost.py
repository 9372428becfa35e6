"""Where the database stays away pages go to disk, and the next run stores them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crawler.items import Observation, PageItems
from pipelines.storage import runs
from pipelines.storage.committing import StoreError
from pipelines.storage.drain import drain
from pipelines.storage.patience import StoreAway, Watcher
from tests.outages import away, spools
from tests.storing import (
    Connection,
    article,
    capture,
    lease,
    link,
    opened,
    rows,
)
from tests.test_storage_units import end, page, request

if TYPE_CHECKING:
    from pathlib import Path


def lose(postgres_server: str, dsn: str, folder: Path, **options: Any) -> list[Any]:
    """Pages 1 to 3, of which the last two meet a database that is away for good; the
    reasons told, and the seconds that took."""
    told: list[Any] = []

    async def whole() -> None:
        async with opened(
            dsn,
            1,
            patience=options.pop("patience", 0.3),
            spool_dir=folder,
            lost=lambda gone: told.append(gone.finish_reason),
            **options,
        ) as pipeline:
            to_do = (request(2), request(3))
            await pipeline.process_item(PageItems(requests=to_do))
            with psycopg.connect(dsn, autocommit=True) as connection:
                lease(connection)
            await pipeline.process_item(page(1, requests=(request(4),)))
            began = time.monotonic()
            with away(postgres_server, dsn):
                pipeline.captured(capture(2))
                await pipeline.process_item(page(2, requests=(request(5),), end=end(2)))
                pipeline.told(Observation(story_id=4, outcome="not_found"))
                await pipeline.process_item(page(3, end=end(3)))
            told.append(time.monotonic() - began)
            told.append(dict(pipeline.stats.get_stats()))

    asyncio.run(whole())
    return told


def test_what_a_lost_database_missed_is_stored_by_the_next_run(
    postgres_server: str, database: str, db: Connection, tmp_path: Path
) -> None:
    reason, _, counted = lose(postgres_server, database, tmp_path)
    assert reason == "database_lost"
    assert counted["store/spooled"] == 4
    assert "store/error" not in counted
    assert rows(db, "SELECT story_id FROM article") == [1]
    assert len(spools(tmp_path)) == 1

    (drained,) = drain(db, database, tmp_path)

    assert drained.units == 4
    assert drained.aside == []
    assert rows(db, "SELECT story_id FROM article ORDER BY 1") == [1, 2, 3]
    assert rows(db, "SELECT count(*), count(DISTINCT first_seen_run) FROM link") == [
        (90, 1)
    ]
    assert rows(db, "SELECT story_id, state FROM frontier ORDER BY 1") == [
        (2, "stored"),
        (3, "stored"),
        (4, "pending"),
        (5, "pending"),
    ]
    assert rows(db, "SELECT count(*) FROM capture") == [1]
    gone = "SELECT story_id FROM observation WHERE outcome = 'not_found'"
    assert rows(db, gone) == [4]
    assert spools(tmp_path) == []
    assert drain(db, database, tmp_path) == []


def test_a_drain_that_was_cut_short_starts_over_and_changes_nothing_twice(
    postgres_server: str, database: str, db: Connection, tmp_path: Path
) -> None:
    lose(postgres_server, database, tmp_path)
    (path,) = spools(tmp_path)
    kept = path.read_bytes()
    drain(db, database, tmp_path)
    state = "SELECT to_jsonb(t) FROM {} t ORDER BY 1"
    tables = ("article", "link", "revision", "observation", "frontier", "placement")
    before = [rows(db, state.format(table)) for table in tables]
    path.write_bytes(kept)
    drain(db, database, tmp_path)
    assert [rows(db, state.format(table)) for table in tables] == before


def test_a_torn_line_is_set_aside_and_the_others_stored(
    postgres_server: str, database: str, db: Connection, tmp_path: Path
) -> None:
    lose(postgres_server, database, tmp_path)
    (path,) = spools(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    (drained,) = drain(db, database, tmp_path)
    assert drained.units == 3
    assert "line 4 cannot be read (torn)" in drained.sentence
    (damaged,) = spools(tmp_path)
    assert damaged.suffix == ".damaged"
    assert b"$Article" in damaged.read_bytes()
    assert drain(db, database, tmp_path) == []


def test_a_spool_stays_while_it_cannot_be_stored(
    postgres_server: str, database: str, db: Connection, tmp_path: Path
) -> None:
    lose(postgres_server, database, tmp_path)
    with away(postgres_server, database), pytest.raises(StoreAway):
        drain(db, database, tmp_path)
    db.execute("ALTER TABLE article RENAME TO elsewhere")
    with pytest.raises(StoreError):
        drain(db, database, tmp_path)
    db.execute("ALTER TABLE elsewhere RENAME TO article")
    (drained,) = drain(db, database, tmp_path)
    assert drained.units == 4


def test_a_spool_of_another_database_is_left_alone(
    postgres_server: str, database: str, db: Connection, tmp_path: Path
) -> None:
    lose(postgres_server, database, tmp_path)
    db.execute("UPDATE run SET started_at = started_at + interval '1 second'")
    assert drain(db, database, tmp_path) == []
    assert len(spools(tmp_path)) == 1


def test_a_run_that_is_told_to_stop_does_not_wait_for_its_patience(
    postgres_server: str, database: str, db: Connection, tmp_path: Path
) -> None:
    told = lose(
        postgres_server,
        database,
        tmp_path,
        patience=600,
        watcher=Watcher(stopping=lambda: True),
    )
    assert told[1] < 10


def test_what_neither_takes_is_an_error(
    postgres_server: str, database: str, db: Connection, tmp_path: Path
) -> None:
    (tmp_path / "spool").write_text("a file where the folder should be")

    async def whole() -> None:
        folder = tmp_path / "spool"
        async with opened(database, 1, patience=0, spool_dir=folder) as pipeline:
            with away(postgres_server, database):
                with pytest.raises(StoreError, match="nor kept on disk"):
                    await pipeline.process_item(article(1))
                pipeline.captured(capture(1))
        assert pipeline.stats.get_value("store/error") == 1

    asyncio.run(whole())


def test_an_outage_shorter_than_the_patience_is_told_and_loses_nothing(
    postgres_server: str, database: str, db: Connection, tmp_path: Path
) -> None:
    told: list[str] = []
    watcher = Watcher(
        away=lambda: told.append("away"), back=lambda: told.append("back")
    )

    async def whole() -> None:
        async with opened(
            database, 1, patience=60, spool_dir=tmp_path, watcher=watcher
        ) as pipeline:
            await pipeline.process_item(page(1))
            with away(postgres_server, database):
                tasks = [
                    asyncio.create_task(pipeline.process_item(page(number)))
                    for number in range(2, 9)
                ]
                await asyncio.sleep(1)
                assert told == ["away"]
                assert not any(task.done() for task in tasks)
            await asyncio.gather(*tasks)

    asyncio.run(whole())
    assert told == ["away", "back"]
    assert rows(db, "SELECT count(*) FROM article") == [8]
    assert spools(tmp_path) == []


GIVEN_BACK = "UPDATE frontier SET state = 'pending', lease_until = NULL"


@pytest.mark.parametrize("given_back", [False, True])
def test_a_page_in_the_spool_ends_as_it_would_have(
    postgres_server: str,
    database: str,
    db: Connection,
    tmp_path: Path,
    given_back: bool,
) -> None:
    """A bad row in the spool is found then, and its page still ends last, be it that
    the run could give its leases back."""
    ends = end(1, "read")
    bad = PageItems(links=(link(0), link(1)), requests=(request(9),), end=ends)

    async def whole() -> None:
        async with opened(
            database, 2, patience=0, spool_dir=tmp_path, job=1
        ) as pipeline:
            await pipeline.process_item(PageItems(requests=(request(1),)))
            lease(db)
            db.execute("UPDATE frontier SET lease_run = 2")
            with away(postgres_server, database):
                await pipeline.process_item(bad)

    runs.start_run(db, spider="test", arguments={})
    asyncio.run(whole())
    if given_back:
        db.execute(GIVEN_BACK)
    drain(db, database, tmp_path)
    assert rows(db, "SELECT position FROM link") == [1]
    assert rows(db, "SELECT target FROM quarantine") == ["link"]
    assert rows(db, "SELECT job_id, story_id, state FROM frontier ORDER BY 2") == [
        (1, 1, "read"),
        (1, 9, "pending"),
    ]
