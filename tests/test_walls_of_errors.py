"""Walls that come with the status of an error are walls; errors stay errors."""

from __future__ import annotations

from itertools import pairwise

import pytest

from crawler.ends.failures import WALLS
from crawler.ends.verdict import Exit
from crawler.pages.walls import wall_of_error
from tests.crawling import crawl, scrapy
from tests.faults import answers, walls
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, good, path_of, site_of
from tests.replaying import rows

# As a night is: a page is stored before the next is asked for
POLITE = ("-s", "CONCURRENT_REQUESTS=1", "-s", "SCRAPER_SLOT_MAX_ACTIVE_SIZE=1")
KINDS = [(kind, text) for kind in sorted(WALLS) for text in walls.WALLS[kind]]
BARE_DENIAL = "<h1>Access Denied</h1>You don't have permission. Ref #18"
CHALLENGE = walls.CHALLENGE[0].encode()
# What servers say by themselves: nginx, IIS, a bucket, a gateway, a site's own words
PLAIN = (
    "<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden"
    "</h1></center><hr><center>nginx</center></body></html>",
    "<h2>403 - Forbidden: Access is denied.</h2><h3>You do not have permission to view "
    "this directory or page using the credentials that you supplied.</h3>",
    "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
    walls.page("Access Denied", BARE_DENIAL),
    "<h1>503 Service Temporarily Unavailable</h1>",
    "<h1>Error 503 Backend fetch failed</h1><p>Guru Meditation: XID: 4</p>",
    walls.page("系統維護中", "<p>系統維護中，請稍後再試</p>"),
    walls.page("Too Many Requests", "<p>You have been rate limited.</p>"),
    walls.SOFT_404[1],
    "",
)
# The site's own error page, in its frame
FRAMED = walls.page(
    "503",
    '<form action="/member/login"><input type="password"></form><p>暫停服務</p>'
    + '<a href="/wj/cate/china">中國</a>' * 30,
)
ENDS = """
SELECT frontier.reason, frontier.state, observation.outcome, observation.status
FROM frontier LEFT JOIN observation USING (story_id)
WHERE frontier.story_id IS NOT NULL ORDER BY frontier.story_id
"""
WAITING = "SELECT count(*) FROM frontier WHERE story_id > 0 AND state = 'pending'"


@pytest.mark.parametrize("status", [401, 403, 405, 429, 503])
@pytest.mark.parametrize(("kind", "text"), KINDS)
def test_a_wall_is_one_with_any_status(status: int, kind: str, text: str) -> None:
    found = wall_of_error(status, text)
    assert (found and found[0]) == (None if BARE_DENIAL in text else kind)


@pytest.mark.parametrize("status", [403, 429, 500, 503])
@pytest.mark.parametrize("text", [*PLAIN, FRAMED, *walls.SOFT_404])
def test_an_error_without_the_marks_of_a_wall_is_none(status: int, text: str) -> None:
    assert wall_of_error(status, text) is None


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_may_say_so_with_a_login_but_not_with_a_challenge(
    status: int,
) -> None:
    assert wall_of_error(status, walls.LOGIN[0]) is None
    assert wall_of_error(status, walls.CHALLENGE[0]) is not None


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_night_of_walls_with_an_error_s_status_ends_early_and_the_next_has_all(
    database: str, status: int
) -> None:
    number = 20
    faults = [
        answers.page(KINDS[3 * n][1].encode(), status=status) for n in range(number)
    ]
    with FaultServer(site_of(*faults)) as site:
        run = crawl(site.url, database, *POLITE)
        assert run.returncode == Exit.WALLED, run.stderr
        asked = {k: n for k, n in site.requests.items() if "/wj/story/" in k}
        # a 503 or 429 is not asked for again either
        assert 10 <= sum(asked.values()) <= 12
        assert set(asked.values()) == {1}
        assert rows(database, WAITING) == [(number,)]
        outcomes = "SELECT DISTINCT outcome, status FROM observation"
        assert rows(database, outcomes) == [("refused", status)]
        for story in range(FIRST, FIRST + number):
            site.table[path_of(story)] = good(story)
        again = crawl(site.url, database)
    assert again.returncode == Exit.GOOD, again.stderr
    assert rows(database, "SELECT count(*) FROM article") == [(number,)]


def test_each_error_ends_in_one_state_as_what_it_is(database: str) -> None:
    """A wall is no server error, and no wall ever counts towards gone."""
    challenged = (404, 410, 503)
    faults = [
        *(answers.page(CHALLENGE, status=one) for one in challenged),
        answers.page(b"", status=202, x_amzn_waf_action="challenge"),
        answers.page(b"x", status=403, cf_mitigated="challenge"),
        answers.page(PLAIN[0].encode(), status=403),
        answers.page(PLAIN[4].encode(), status=503),
        answers.page(PLAIN[8].encode(), status=403),
        answers.page(b"", status=404),
    ]
    with FaultServer(site_of(*faults, whole=20)) as site:
        crawl(site.url, database, ERROR_RATIO_MAX="1")
        asked = [site.requests[path_of(FIRST + n)] for n in range(len(faults))]
    wall = ("challenge", "not_a_story", "refused")
    assert rows(database, ENDS)[: len(faults)] == [
        *((*wall, status) for status in (*challenged, 202, 403)),
        ("http_403", "failed", "refused", 403),
        ("http_503", "failed", "server_error", 503),
        ("http_403", "failed", "refused", 403),
        ("http_404", "gone", "not_found", 404),
    ]
    assert asked == [1, 1, 1, 1, 1, 1, 3, 1, 1]
    words = "SELECT min(detail->>'reason') FROM incident WHERE kind = 'not_a_story'"
    assert "challenge" in rows(database, words)[0][0]


def test_a_challenge_s_retry_after_is_waited_for_and_the_page_not_asked_again(
    database: str,
) -> None:
    seconds, number = 1.5, 3
    one = answers.page(CHALLENGE, status=503, retry_after="2")
    with FaultServer(site_of(*[one] * number)) as site:
        run = crawl(
            *(site.url, database, *POLITE),
            *("-s", f"WALLS_MAX={number}", "-s", f"RETRY_AFTER_MAX={seconds}"),
        )
    assert run.returncode == Exit.WALLED, run.stderr
    at = [a.at for a in site.asked if "/wj/story/" in a.target]
    assert len(at) == number
    assert min(b - a for a, b in pairwise(at)) >= seconds


def test_a_night_whose_lists_are_walls_with_an_error_s_status_ends_as_walled(
    database: str,
) -> None:
    wall = answers.page(CHALLENGE, status=403)
    with FaultServer({"*": wall}) as site:
        run = crawl(site.url, database, *POLITE)
    # robots.txt is one too: a 4xx permits (RFC 9309), which is how far a run comes
    assert run.returncode == Exit.WALLED, run.stderr
    assert 10 <= site.requests.total() <= 12
    assert rows(database, "SELECT DISTINCT kind FROM incident") == [("not_a_list",)]


def test_who_looks_at_one_page_is_told_of_the_wall() -> None:
    wall = answers.page(CHALLENGE, status=403)
    with FaultServer({path_of(FIRST): wall}) as site:
        address = f"{site.url}{path_of(FIRST)}"
        looked = scrapy("extract", address, "--site", site.url)
    assert looked.returncode != 0
    assert looked.stdout == ""
    assert "challenge: the page asks to prove that we are no robot" in looked.stderr
