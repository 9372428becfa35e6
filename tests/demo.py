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


FACTS = (
    (
        "SELECT story_id, kinds[1], content->>'title' FROM revision WHERE number > 1"
        " ORDER BY array_position(ARRAY['headline', 'facts', 'body'], kinds[1])"
        " NULLS LAST, story_id LIMIT 1",
        "Story {0} was changed in silence ({1}), and what it said before is kept:"
        " VAR_DIR=var/demo .venv/bin/scrapy diff {0} shows both. ({2})",
    ),
    (
        "SELECT story_id, title, last_seen_alive_at, first_seen_absent_at"
        " FROM withdrawn ORDER BY story_id LIMIT 1",
        "Story {0} was there on {2:%d %b at %H:%M} UTC and was not there on"
        " {3:%d %b at %H:%M}; its text is still here. ({1})",
    ),
    (
        "SELECT story_id, string_agg(DISTINCT rank::text, ' and '), channel_id,"
        " min(anchor_text) FROM hot_history GROUP BY story_id, channel_id"
        " HAVING count(DISTINCT rank) > 1 ORDER BY story_id LIMIT 1",
        "Story {0} stood at ranks {1} of the hot list of channel {2} in the two nights."
        " ({3})",
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
        console.rule("What only this ledger knows")
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
