"""``make demo``: two simulated nights, crawled for real into a real Postgres."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from rich.console import Console
from rich.table import Table

from pipelines.storage.server import database
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
VAR = ROOT / "var" / "demo"
QUERIES = sorted((ROOT / "docs" / "queries").glob("*.sql"))

CHANGED = """
SELECT 'new stories' AS what, count(*) AS night_2 FROM article
    WHERE first_seen_run = %(run)s
UNION ALL SELECT 'stories changed by the paper', count(*) FROM article
    WHERE changed_run = %(run)s AND first_seen_run < %(run)s
UNION ALL SELECT 'stories not found any more', count(*) FROM withdrawn
UNION ALL SELECT 'list placements not seen before', count(*) FROM link
    WHERE first_seen_run = %(run)s
        AND section IN ('ticker', 'hot', 'popular', 'channel_list')
"""


# Query and what it says in words; of several answers the first
FACTS = (
    (
        "SELECT story_id, before.content->>'title', after.content->>'title'"
        " FROM revision AS after JOIN revision AS before USING (story_id)"
        " WHERE before.number = after.number - 1 AND 'headline' = ANY(after.kinds)"
        " ORDER BY story_id, after.number LIMIT 1",
        "The paper gave story {0} another headline and did not say so. It was: {1}."
        " It is: {2}. (DATABASE_URL= VAR_DIR=var/demo .venv/bin/scrapy diff {0})",
    ),
    (
        "SELECT story_id, title, last_seen_alive_at AT TIME ZONE 'UTC',"
        " first_seen_absent_at AT TIME ZONE 'UTC',"
        " (SELECT sum(length(words)) FROM unnest(paragraphs) AS words)"
        " FROM withdrawn JOIN article USING (story_id, title)"
        " WHERE reappeared_at IS NULL AND last_seen_alive_at IS NOT NULL"
        " ORDER BY story_id LIMIT 1",
        "Story {0} ({1}) was on the site on {2:%-d %B} at {2:%H:%M} UTC; on {3:%-d %B}"
        " at {3:%H:%M} its page was not found. All {4} characters of its text are still"
        " here.",
    ),
    (
        "WITH stood AS (SELECT story_id, channel_id, min(anchor_text) AS words,"
        " (array_agg(rank ORDER BY first_seen_at))[1] AS before,"
        " (array_agg(rank ORDER BY first_seen_at DESC))[1] AS after"
        " FROM hot_history GROUP BY story_id, channel_id)"
        " SELECT stood.story_id, words, before, after, coalesce((SELECT channel"
        " FROM article WHERE article.channel_id::text = stood.channel_id LIMIT 1),"
        " channel_id) FROM stood WHERE before <> after"
        " ORDER BY abs(before - after) DESC, story_id LIMIT 1",
        "Story {0} ({1}) stood at rank {2} of the hot list of channel {4} in the first"
        " night and at rank {3} in the last.",
    ),
)


def main() -> int:
    """Crawls two nights; the exit code is the worse of the two crawls."""
    console = Console()
    shutil.rmtree(VAR, ignore_errors=True)
    VAR.mkdir(parents=True)
    worst = 0
    with database("", VAR) as dsn, ReplicaServer(seed=7, night=1) as site:
        console.print(f"A replica of the site is served at {site.url}")
        for night in (1, 2):
            site.night = night
            console.rule(f"Night {night}: scrapy crawl udn_world -a site={site.url}")
            worst = max(worst, crawl(site.url, dsn))
        for title, columns, rows in answers(dsn):
            console.print(table(title, columns, rows))
        console.rule("What only this ledger knows: the site itself shows it no more")
        for sentence in sentences(dsn):
            console.print(f"- {sentence}")
    console.rule("And now the real site")
    console.print(
        "The demo's database stays under var/demo. For the live site: set UDN_CONTACT "
        "(see .env.example), look first with [bold].venv/bin/scrapy survey[/], then "
        "[bold].venv/bin/scrapy crawl udn_world -a max_stories=50[/]."
    )
    return worst


def crawl(site: str, dsn: str) -> int:
    """One night as a user runs it; politeness is off because the site is our own."""
    command = [
        *(sys.executable, "-m", "scrapy", "crawl", "udn_world", "-a", f"site={site}"),
        *("-s", "DOWNLOAD_DELAY=0", "-s", "LOG_LEVEL=ERROR"),
    ]
    environment = {
        **os.environ,
        "DATABASE_URL": dsn,
        "UDN_ENV": os.devnull,
        "UDN_CONTACT": "make demo",
        "VAR_DIR": str(VAR),
    }
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def answers(dsn: str) -> Iterator[tuple[str, list[str], list[tuple[Any, ...]]]]:
    """What changed between the nights, then the queries of ``docs/queries``."""
    with psycopg.connect(dsn) as connection:
        last = connection.execute("SELECT max(run_id) FROM run").fetchone()
        changed = connection.execute(CHANGED, {"run": last[0] if last else 0})
        yield "What changed between the nights", ["what", "night 2"], changed.fetchall()
        for path in QUERIES:
            title, query = path.read_text(encoding="utf-8").split("\n", 1)
            result = connection.execute(query.encode())
            columns = [column.name for column in result.description or ()]
            yield title.removeprefix("-- "), columns, result.fetchall()


def sentences(dsn: str) -> Iterator[str]:
    """Three facts about the two nights, in plain words."""
    with psycopg.connect(dsn) as connection:
        for query, words in FACTS:
            row = connection.execute(query.encode()).fetchone()
            if row is not None:
                yield words.format(*row)


def table(title: str, columns: list[str], rows: list[tuple[Any, ...]]) -> Table:
    """Rows for a terminal."""
    drawn = Table(*columns, title=title, title_justify="left")
    for row in rows:
        drawn.add_row(*("" if cell is None else str(cell) for cell in row))
    return drawn


if __name__ == "__main__":
    sys.exit(main())
