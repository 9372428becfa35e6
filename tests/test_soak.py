"""Slow tests with full counts (``make soak``); their figures go to docs/figures.md."""

from __future__ import annotations

import psycopg
import pytest

from pipelines.storage import runs
from tests.crawling import crawl
from tests.site.server import ReplicaServer

KNOWN = 1_000_000
MEMORY_MAX = 250 * 1024 * 1024

FILL = """
INSERT INTO article (story_id, url, title, wire, date_witnesses, paragraphs,
    published_at, first_seen_at, first_seen_run, last_seen_at, last_seen_run)
SELECT n, 'https://www.worldjournal.com/wj/story/121339/' || n, 'x', false, '{}',
    ARRAY['x'], now() - interval '1 year', now(), %(run)s, now(), %(run)s
FROM generate_series(1, %(stories)s) AS n
"""


@pytest.mark.soak
def test_memory_stays_flat_with_a_million_known_stories(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        run = runs.start_run(connection, spider="soak", arguments={})
        connection.execute(FILL, {"run": run, "stories": KNOWN})
        connection.execute("ANALYZE")

    with ReplicaServer(seed=7, night=1) as site:
        finished = crawl(site.url, database)

    assert finished.returncode == 0, finished.stderr
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT (counters->>'memusage/max')::bigint FROM run ORDER BY run_id DESC"
        ).fetchone()
    assert row is not None
    print(f"RSS {row[0] / 1024 / 1024:.0f} MB with {KNOWN:,} known stories")
    assert row[0] < MEMORY_MAX
