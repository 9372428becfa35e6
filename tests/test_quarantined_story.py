"""A story that the database refuses has not been stored, and its request says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest

from crawler.items import FrontierEnd, PageItems
from pipelines.storage.text import TEXT_MAX
from tests.crawling import crawl
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, site_of
from tests.storing import NOON, Connection, article, lease, rows, store

ENDS = """
SELECT story_id, state, reason FROM frontier WHERE story_id IS NOT NULL ORDER BY 1
"""


def test_a_refused_story_ends_as_failed_and_not_as_unchanged(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        refuse = f"ALTER TABLE article ADD CHECK (story_id <> {FIRST})"
        connection.execute(refuse.encode())
        with FaultServer(site_of(whole=3)) as site:
            run = crawl(site.url, database, "-s", "RELATED_DEPTH=0")
        ends = connection.execute(ENDS).fetchall()
        kept = connection.execute("SELECT target FROM quarantine").fetchall()
    assert ends == [
        (FIRST, "failed", "quarantined"),
        (FIRST + 1, "stored", None),
        (FIRST + 2, "stored", None),
    ]
    assert kept == [("article",)]
    assert "1 rows quarantined" in run.stdout


WAITS = """
INSERT INTO frontier (job_id, fingerprint, url, story_id, callback, errback, priority)
VALUES (1, %s, 'http://127.0.0.1/wj/story/1/1', 1, 'parse_story', 'story_failed', 1)
"""


@pytest.mark.parametrize(
    "refused",
    [{"title": "x" * (TEXT_MAX + 1)}, {"published_at": NOON.replace(tzinfo=None)}],
    ids=["too long", "no zone"],
)
def test_a_story_that_is_refused_before_it_is_sent_ends_as_failed(
    database: str, db: Connection, refused: dict[str, Any]
) -> None:
    """In the transaction that keeps it in quarantine."""
    page = b"1" * 20
    db.execute(WAITS, [page])
    lease(db)
    end = FrontierEnd(fingerprint=page, state="stored")
    store(database, 1, PageItems(article=replace(article(1), **refused), end=end))
    assert rows(db, "SELECT state, reason FROM frontier") == [("failed", "quarantined")]
    assert rows(db, "SELECT target FROM quarantine") == ["article"]
    assert rows(db, "SELECT kind FROM incident") == ["row_quarantined"]
