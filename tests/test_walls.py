"""Walls are no stories, stories are no walls, and a night of walls ends early."""

from __future__ import annotations

import psycopg
import pytest
from scrapy.http import HtmlResponse

from crawler import urls
from crawler.ends.failures import WALLS
from crawler.ends.verdict import Exit
from crawler.extensions.walls import Walled
from crawler.items import FrontierEnd
from crawler.pages.api import parse_api
from crawler.pages.channel import parse_channel
from crawler.pages.errors import NotAStory
from crawler.pages.list_page import NotAList
from crawler.pages.sitemap import parse_sitemap
from crawler.pages.story import parse_story
from crawler.pages.walls import wall
from tests.crawling import crawl
from tests.faults import answers, walls
from tests.faults.charsets import CASES
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, good, path_of, site_of
from tests.site.server import ReplicaServer
from tests.test_real_page import NOT_HERE, PAGE

KEEP_OUT = [text for kind in sorted(WALLS) for text in walls.WALLS[kind]]
VARIANTS = [(kind, text) for kind, all_ in walls.WALLS.items() for text in all_]
OPEN = "SELECT count(*) FROM frontier WHERE state IN ('pending', 'leased')"
# As a night is: a page is stored before the next is asked for
POLITE = ("-s", "CONCURRENT_REQUESTS=1", "-s", "SCRAPER_SLOT_MAX_ACTIVE_SIZE=1")
STORIES = "SELECT count(*) FROM article"


def page(body: str) -> HtmlResponse:
    url = f"{urls.SITE}{path_of(FIRST)}"
    return HtmlResponse(url, body=body.encode(), encoding="utf-8")


@pytest.mark.parametrize(("kind", "text"), VARIANTS)
def test_a_wall_is_refused_as_what_it_is(kind: str, text: str) -> None:
    with pytest.raises(NotAStory) as refused:
        parse_story(page(text))
    assert refused.value.reason == kind


@pytest.mark.parametrize("seed", [3, 11])
def test_no_story_of_a_night_is_a_wall(seed: int) -> None:
    site = ReplicaServer(seed=seed)
    stories = site.truth()["stories"]
    for story in stories:
        body = site.pages.get(story["url"].removeprefix(urls.SITE))[2]
        assert parse_story(
            HtmlResponse(story["url"], body=body, encoding="utf-8")
        ).article.story_id == int(story["story_id"])
    assert len(stories) > 100


@pytest.mark.parametrize("text", [text for _, text in VARIANTS])
def test_a_story_stays_one_whatever_else_its_page_holds(text: str) -> None:
    story = CASES[0].html(FIRST)
    inside = text.partition("<body>")[2].removesuffix("</body></html>")
    held = story.replace("</body>", f"{inside}</body>", 1)
    assert parse_story(page(held)).article.story_id == FIRST


@pytest.mark.skipif(not PAGE.exists(), reason=NOT_HERE)
def test_the_real_page_has_no_word_of_a_wall() -> None:
    assert wall(PAGE.read_text(encoding="utf-8")) is None


def test_a_shell_with_a_login_link_is_no_login_page() -> None:
    menu = '<nav><a href="/member/login">會員登入</a></nav><a href="/x">請先登入</a>'
    with pytest.raises(NotAStory) as refused:
        parse_story(page(f"<html><body>{menu}<p>空</p></body></html>"))
    assert refused.value.reason == "no_headline"


def end(state: str, reason: str | None = None) -> FrontierEnd:
    return FrontierEnd(fingerprint=b"x", state=state, reason=reason)


def test_walls_in_a_row_are_enough_and_a_story_ends_the_row() -> None:
    count = Walled()
    for state in (*("not_a_story",) * 2, "stored", *("not_a_story",) * 2):
        count = count.after(end(state, "login" if state == "not_a_story" else None))
        assert not count.enough(3)
    assert count.after(end("not_a_story", "consent")).enough(3)


def test_more_than_half_of_twenty_pages_are_enough() -> None:
    count = Walled()
    for _ in range(10):
        count = count.after(end("not_a_story", "challenge")).after(end("stored"))
    assert not count.enough(10)
    assert count.after(end("not_a_story", "challenge")).enough(10)


def test_what_is_no_wall_does_not_end_a_run() -> None:
    count = Walled()
    for _ in range(50):
        count = count.after(end("not_a_story", "soft_404"))
    assert not count.enough(1)


def test_a_night_of_walls_ends_early_and_the_next_run_has_all(database: str) -> None:
    number = 60
    faults = [answers.page(walls.CHALLENGE[n % 20].encode()) for n in range(number)]
    with FaultServer(site_of(*faults)) as site:
        run = crawl(site.url, database, *POLITE)
        assert run.returncode == Exit.WALLED, run.stderr
        asked = [one for one in site.requests if "/wj/story/" in one]
        # what is under way when the tenth is stored is let to end
        assert 10 <= len(asked) <= 12
        with psycopg.connect(database) as connection:
            assert connection.execute(STORIES).fetchone() == (0,)
            assert connection.execute(OPEN).fetchone() == (number,)
        for story in range(FIRST, FIRST + number):
            site.table[path_of(story)] = good(story)
        again = crawl(site.url, database)
    assert again.returncode == Exit.GOOD, again.stderr
    with psycopg.connect(database) as connection:
        assert connection.execute(STORIES).fetchone() == (number,)
        assert connection.execute(OPEN).fetchone() == (0,)


@pytest.mark.parametrize("text", KEEP_OUT)
def test_a_wall_in_the_place_of_a_list_is_refused_as_what_it_is(text: str) -> None:
    kind = next(kind for kind, all_ in walls.WALLS.items() if text in all_)
    for read, where in (
        (parse_channel, "/wj/cate/china"),
        (parse_sitemap, "/sitemap/gnews"),
        (lambda answer: parse_api(answer, scope_key="breaking"), "/api/more?page=1"),
    ):
        url = f"{urls.SITE}{where}"
        with pytest.raises(NotAList, match=where.partition("?")[0]) as refused:
            read(HtmlResponse(url, body=text.encode(), encoding="utf-8"))
        assert refused.value.reason == kind


def test_a_list_stays_one_whatever_else_its_page_holds() -> None:
    site = ReplicaServer(seed=3)
    body = site.pages.get("/wj/cate/china")[2]
    held = body.replace(b"</body>", walls.LOGIN[0].encode() + b"</body>", 1)
    url = f"{urls.SITE}/wj/cate/china"
    rows = parse_channel(HtmlResponse(url, body=body, encoding="utf-8")).rows
    assert len(rows) > 10
    again = parse_channel(HtmlResponse(url, body=held, encoding="utf-8")).rows
    assert [row.story_id for row in again] == [row.story_id for row in rows]


WAITING = "SELECT count(*) FROM frontier WHERE state = 'pending'"


@pytest.mark.parametrize(
    ("arguments", "most"), [((), 12), (("-a", "channels=china"), 5)]
)
def test_a_night_whose_lists_are_walls_ends_early_and_the_next_reads_them(
    database: str, arguments: tuple[str, ...], most: int
) -> None:
    whole = site_of(whole=3)
    wall_pages = {path: answers.page(walls.LOGIN[1].encode()) for path in ("*", *whole)}
    with FaultServer({**wall_pages, "/robots.txt": answers.page(b"")}) as site:
        run = crawl(site.url, database, *POLITE, *arguments)
        assert run.returncode == Exit.WALLED, run.stderr
        assert most - 2 <= site.requests.total() <= most
        with psycopg.connect(database) as connection:
            waiting = connection.execute(WAITING).fetchone()
            assert waiting is not None
            assert waiting[0] >= most - 2
        site.table = whole
        again = crawl(site.url, database, *arguments, ERROR_RATIO_MAX="1")
    assert again.returncode == Exit.GOOD, again.stderr
    with psycopg.connect(database) as connection:
        assert connection.execute(STORIES).fetchone() == (3,)
        assert connection.execute(OPEN).fetchone() == (0,)
