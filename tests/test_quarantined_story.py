"""A story that the database refuses has not been stored, and its request says so."""

from __future__ import annotations

import psycopg

from tests.crawling import crawl
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, site_of

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
