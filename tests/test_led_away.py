"""Stories that lead elsewhere: each ends in what is true, and no such night is good."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from crawler.ends.verdict import Exit
from tests.crawling import crawl
from tests.faults import answers, walls
from tests.faults.server import FaultServer, Resource
from tests.faults.sites import FIRST, good, path_of, site_of

STORIES = 24
LOGIN = next(iter(walls.WALLS["login"])).encode()
ENDS = """
SELECT DISTINCT state, reason FROM frontier WHERE story_id IS NOT NULL ORDER BY 1, 2
"""
OUTCOMES = "SELECT DISTINCT outcome FROM observation"


def night(
    dsn: str, target: str, *, whole: int = 0, there: dict[str, Resource] | None = None
) -> tuple[int, set[tuple[str, str | None]], set[str], int]:
    """Exit code, ends of stories, outcomes of visits, and how many stories were asked
    for, of a night whose stories but ``whole`` lead to ``target``."""
    away = [answers.redirect(target)] * STORIES
    pages = {**site_of(*away, whole=whole), **(there or {})}
    with FaultServer(pages) as site:
        run = crawl(site.url, dsn, "-s", "RELATED_DEPTH=0")
        asked = sum(target.startswith("/wj/story/") for target in site.requests)
    with psycopg.connect(dsn) as connection:
        rows: list[Any] = connection.execute(ENDS).fetchall()
        outcomes = {word for (word,) in connection.execute(OUTCOMES)}
    return run.returncode, set(rows), outcomes, asked


@pytest.mark.parametrize(
    "target", ["http://offsite.example/login", "/member/login?back=1"]
)
def test_a_night_that_is_led_to_a_login_ends_early_and_nothing_is_gone(
    database: str, target: str
) -> None:
    there = {"/member/login": answers.page(LOGIN)}
    code, ends, outcomes, asked = night(database, target, there=there)
    assert code == Exit.WALLED
    assert outcomes == {"refused"}
    # the next run asks again for those that showed a wall
    assert {reason for _, reason in ends} <= {"login", None}
    assert {state for state, _ in ends} <= {"not_a_story", "pending", "leased"}
    assert asked < STORIES


@pytest.mark.parametrize("target", ["/wj/index", "http://offsite.example/"])
def test_a_night_that_is_led_away_from_all_its_stories_asks_again_and_misses_none(
    database: str, target: str
) -> None:
    code, ends, outcomes, _ = night(database, target)
    assert code == Exit.WALLED
    assert ends == {("pending", None)}
    assert outcomes == {"refused"}
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT * FROM withdrawn").fetchall() == []

    with FaultServer(site_of(whole=STORIES)) as site:
        crawl(site.url, database, "-s", "RELATED_DEPTH=0")
    with psycopg.connect(database) as connection:
        stored = connection.execute("SELECT count(*) FROM article").fetchone()
    assert stored == (STORIES,)


def test_a_story_that_leads_to_a_known_one_is_redirected(database: str) -> None:
    known = FIRST + STORIES
    code, ends, _, _ = night(database, path_of(known), whole=1)
    assert code == Exit.GOOD
    assert ends == {
        ("redirected", "redirect_seen_before"),
        ("stored", None),
    }


def test_a_story_that_leads_to_itself_has_not_led_to_another(database: str) -> None:
    loop = {path_of(FIRST): answers.redirect(path_of(FIRST))}
    with FaultServer({**site_of(good(FIRST), whole=3), **loop}) as site:
        crawl(site.url, database, "-s", "RELATED_DEPTH=0", ERROR_RATIO_MAX="1")
    with psycopg.connect(database) as connection:
        (end,) = connection.execute(
            "SELECT state FROM frontier WHERE story_id = %s", [FIRST]
        ).fetchall()
    assert end == ("failed",)
