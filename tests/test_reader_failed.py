"""A page on which a reader raises has failed, once, and somebody is told."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg
import pytest

from crawler.ends.verdict import Exit, errors
from tests.crawling import crawl
from tests.faults import answers
from tests.faults.charsets import CASES
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, path_of, site_of

ALONE = ("-s", "RELATED_DEPTH=0")
RAISES = {"SCRAPY_SETTINGS_MODULE": "tests.breaking"}
DEEP = '<script type="application/ld+json">{"@type": "NewsArticle", "x": '
END = "SELECT state, reason FROM frontier WHERE story_id = %s"
TOLD = """
SELECT detail FROM incident WHERE story_id = %s AND kind = 'reader_failed'
"""
SEEN = "SELECT outcome, status, detail FROM observation WHERE story_id = %s"
KEPT = "SELECT count(*) FROM article"


def of_story(connection: psycopg.Connection[Any], query: LiteralString) -> list[Any]:
    return connection.execute(query, [FIRST]).fetchall()


@pytest.mark.parametrize(
    ("broken", "stories", "visit"),
    [
        ("story", 2, ("unreachable", 200, "key")),
        ("behind_story", 3, ("alive", 200, None)),
    ],
    ids=["while it is read", "behind what it gave"],
)
def test_a_page_whose_reader_raises_has_failed_and_is_told_of_once(
    database: str, broken: str, stories: int, visit: tuple[str, int, str | None]
) -> None:
    with FaultServer(site_of(whole=3)) as site:
        run = crawl(
            site.url, database, *ALONE, **RAISES, BREAK=broken, ERROR_RATIO_MAX="0.9"
        )
    with psycopg.connect(database) as connection:
        assert of_story(connection, END) == [("failed", "key")]
        assert of_story(connection, TOLD) == [({"reason": "key"},)]
        assert of_story(connection, SEEN) == [visit]
        assert connection.execute(KEPT).fetchone() == (stories,)
        ((counters,),) = connection.execute("SELECT counters FROM run").fetchall()
    failed = {n: c for n, c in counters.items() if n.startswith("page/failed/")}
    assert failed.pop("page/failed/key") == 1
    assert counters["page/failed"] == sum(failed.values()) + 1
    assert counters["page/story/ok"] == 2
    assert counters["spider_exceptions/count"] == counters["page/raised"] == 1
    assert errors(counters) == 1
    assert run.returncode == Exit.GOOD, run.stdout


def test_nonsense_for_machines_costs_no_story(database: str) -> None:
    story = CASES[0].html(FIRST)
    deep = f"{DEEP}{'[' * 2_000}</script></head>"
    page = answers.page(story.replace("</head>", deep, 1).encode())
    with FaultServer({**site_of(whole=1), path_of(FIRST): page}) as site:
        run = crawl(site.url, database, *ALONE)
    with psycopg.connect(database) as connection:
        ends = of_story(connection, END)
    assert ends == [("stored", None)], run.stdout
