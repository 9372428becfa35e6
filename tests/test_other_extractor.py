"""What another extractor has read: an upgrade makes no revision in silence."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.storage import migrate
from pipelines.storage.batch import store_batch
from pipelines.storage.database import connect_async
from pipelines.storage.silence import answer_seconds
from tests.crawling import crawl, scrapy
from tests.reextracting import Replayer, run_sql
from tests.replaying import rows
from tests.site.server import ReplicaServer
from tests.storing import NOON, article

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from crawler.items import Article

WHOLE = tuple(f"公車下月開通第{n}條路線，班次可上網查。" for n in range(12))
WARNING = "were last read by another extractor"
VERSIONS = "SELECT number, extractor_version FROM revision ORDER BY number"
INCIDENTS = """
SELECT story_id, detail FROM incident WHERE kind = 'other_extractor' ORDER BY story_id
"""


async def read(database: str, *pages: tuple[Article, str | None]) -> None:
    """Stores pages, each an hour after the one before, with what read it."""
    connection = await connect_async(database, answer_seconds)
    try:
        for hour, (page, extractor) in enumerate(pages):
            await store_batch(
                connection,
                [page],
                run=1,
                seen_at=NOON + timedelta(hours=hour),
                extractor=extractor,
            )
    finally:
        await connection.close()


def story(**other: Any) -> Article:
    return article(1, paragraphs=WHOLE, **other)


async def test_a_revision_that_may_be_another_reading_only_is_an_incident(
    database: str, db: psycopg.Connection[Any]
) -> None:
    await read(database, (story(), "1+a"), (story(title="新路線"), "1+b"))

    (incident,) = db.execute(INCIDENTS).fetchall()
    assert incident == (1, {"before": "1+a", "now": "1+b", "sections": "title"})
    assert db.execute(VERSIONS).fetchall() == [(1, "1+a"), (2, "1+b")]


async def test_what_the_new_extractor_found_unchanged_is_no_doubt_of_a_later_change(
    database: str, db: psycopg.Connection[Any]
) -> None:
    pages = ((story(), "1+a"), (story(), "1+b"), (story(title="新路線"), "1+b"))
    await read(database, *pages)

    assert db.execute(INCIDENTS).fetchall() == []
    assert db.execute(VERSIONS).fetchall() == [(1, "1+b"), (2, "1+b")]


@pytest.mark.parametrize(
    ("before", "now", "page"),
    [
        ("1+a", "1+a", story(title="新路線")),
        (None, "1+b", story(title="新路線")),
        ("1+a", None, story(title="新路線")),
        # no revision at all
        ("1+a", "1+b", article(1, paragraphs=WHOLE[:1])),
    ],
)
async def test_nothing_is_told_where_there_is_nothing_to_doubt(
    database: str,
    db: psycopg.Connection[Any],
    before: str | None,
    now: str | None,
    page: Article,
) -> None:
    await read(database, (story(), before), (page, now))
    assert db.execute(INCIDENTS).fetchall() == []


@pytest.mark.parametrize("now", ["1+a", "1+b", None])
async def test_two_revisions_read_by_different_extractors_are_said_to_be(
    database: str, db: psycopg.Connection[Any], now: str | None
) -> None:
    await read(database, (story(), "1+a"), (story(title="新路線"), now))

    told = scrapy("diff", "1", "--json", dsn=database)
    lines = scrapy("diff", "1", dsn=database).stdout.splitlines()

    said = [line for line in lines if line.startswith("read by two extractors")]
    assert [line.endswith("again (1+a → 1+b)") for line in said] == (
        [True] if now == "1+b" else []
    )
    two = json.loads(told.stdout)
    assert (two["old"]["extractor_version"], two["new"]["extractor_version"]) == (
        "1+a",
        now,
    )


def test_a_night_after_an_upgrade_says_so_until_the_nights_before_are_read_again(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ReplicaServer(history=True, stories=30, channels=2) as site:

        def night(number: int) -> str:
            site.night = number
            run = crawl(site.url, database, VAR_DIR=str(tmp_path))
            assert run.returncode == 0, run.stderr
            return run.stderr

        first = night(2)
        run_sql(
            database,
            "UPDATE article SET extractor_version = '1+old'",
            "UPDATE revision SET extractor_version = '1+old'",
        )
        upgraded = night(3)
        replay = Replayer(database, tmp_path, capsys)
        assert replay("--write", "1", "2").code == 0
        mended = night(4)

    assert WARNING not in first
    assert upgraded.count(WARNING) == 1
    assert "scrapy replay --diff 1 says" in upgraded
    assert WARNING not in mended
    doubted = rows(database, INCIDENTS)
    revised = rows(
        database,
        "SELECT story_id FROM revision WHERE run_id = 2 AND number > 1"
        " ORDER BY story_id",
    )
    assert [(story_id,) for story_id, _ in doubted] == revised
    assert len(doubted) > 1
    assert {detail["before"] for _, detail in doubted} == {"1+old"}


async def test_revisions_of_before_this_was_kept_name_what_read_the_newest(
    database: str, db: psycopg.Connection[Any]
) -> None:
    await read(database, (story(), "1+a"), (story(title="新路線"), "1+b"))
    with db.transaction():
        db.execute("UPDATE revision SET extractor_version = NULL")
        db.execute(migrate.migrations()["0016_newest_revision_extractor"].encode())
    assert db.execute(VERSIONS).fetchall() == [(1, None), (2, "1+b")]
