"""Known pages are asked for only if they have changed, and a 304 is read as a page."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.archive.reader import scan
from crawler.frontier.requests import FOUND, ROW
from crawler.middlewares import conditional
from crawler.pages.captured import UNCHANGED, Unchanged, shown
from pipelines.storage.validators import Held
from tests.archives import SITE, exchange, keep, validators, warc_of
from tests.crawling import scrapy
from tests.histories import Told, edits
from tests.replaying import another_database, night, replay, rows, tables
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

# Every story of a small site is young
ALL = ("-s", "REVISIT_HOURS=300")
WEEK = "Mon, 02 Mar 2026 09:00:00 GMT"
REVISITED = """
SELECT article.story_id, observation.outcome, observation.status, answer.status,
    page.status, frontier.state
FROM observation JOIN article USING (story_id)
JOIN capture AS answer USING (capture_id)
JOIN capture AS page ON page.capture_id = last_seen_capture
JOIN frontier ON frontier.story_id = article.story_id AND job_id = 2
WHERE observation.run_id = 2
"""


def held(etag: str | None = None, last_modified: str | None = None) -> Held:
    return Held(UUID(int=1), "a.warc.gz", 0, etag, last_modified)


def known(why: str, **meta: Any) -> Request:
    found = {FOUND: {"why": why}, ROW: b"row"}
    return Request(f"{SITE}/wj/story/1/2", meta={**found, **meta})


@pytest.mark.parametrize(
    ("one", "story", "fields"),
    [
        (None, True, {}),
        (held(), True, {}),
        (held('"a"'), True, {"If-None-Match": '"a"'}),
        (held('"a"'), False, {"If-None-Match": '"a"'}),
        (held('W/"a"'), True, {"If-None-Match": 'W/"a"'}),
        (held(None, WEEK), True, {"If-Modified-Since": WEEK}),
        (held('"a"', WEEK), True, {"If-None-Match": '"a"', "If-Modified-Since": WEEK}),
        # a weak validator may hide a new row of a list
        (held('W/"a"'), False, {}),
        (held(None, WEEK), False, {}),
    ],
)
def test_a_list_is_asked_for_on_a_strong_validator_only(
    one: Held | None, story: bool, fields: dict[str, str]
) -> None:
    assert conditional.conditions_of(one, story=story) == fields


def test_what_proves_the_site_s_word_is_asked_for_whole() -> None:
    asked = conditional.is_worth_asking
    assert asked(known("signalled"))
    assert asked(known("confirmation"))
    assert not asked(known("audit"))
    assert not asked(known("new"))
    assert not asked(known("quiet", **{conditional.WHOLE: True}))
    # robots.txt is no request of the frontier: rules never come from the archive
    assert not asked(Request(f"{SITE}/robots.txt"))


def test_a_304_with_another_etag_is_about_another_page() -> None:
    def answer(etag: str) -> Response:
        return Response(SITE, status=304, headers={"ETag": etag})

    assert not conditional.another(answer('"a"'), held('"a"'))
    assert not conditional.another(answer('W/"a"'), held('"a"'))
    assert conditional.another(answer('"b"'), held('"a"'))
    assert not conditional.another(Response(SITE, status=304), held('"a"'))
    assert not conditional.another(answer('"b"'), held(None, WEEK))


def test_a_confirmed_page_has_the_body_of_the_archive_and_the_304_s_time(
    tmp_path: Path,
) -> None:
    headers = (
        *(("Content-Type", "text/html"), ("Content-Encoding", "gzip")),
        *(("Date", WEEK), ("ETag", '"a"'), ("X-Of-The-Page", "1")),
    )
    keep(tmp_path, [exchange(1, headers=headers)])
    (stored,) = scan(warc_of(tmp_path))
    later = "Tue, 03 Mar 2026 09:00:00 GMT"
    told = {"Date": later, "ETag": '"a"', "Content-Type": "text/plain"}
    page = conditional.freshened(Response(stored.url, status=304, headers=told), stored)
    assert (page.status, page.body, page.url) == (200, stored.body, stored.url)
    found = {
        name: page.headers.get(name)
        for name in ("Date", "Content-Type", "Content-Encoding", "X-Of-The-Page")
    }
    assert [value.decode() for value in found.values() if value] == [
        *(later, "text/html", "gzip", "1")
    ]


@pytest.mark.parametrize(("whole", "number"), [(None, 1), (True, 1), (False, 0)])
def test_lists_around_a_story_count_only_if_every_byte_is_the_same(
    whole: bool | None, number: int
) -> None:
    meta = {} if whole is None else {UNCHANGED: Unchanged(None, whole)}
    response = Response(SITE, request=Request(SITE, meta=meta))
    links: tuple[Any, ...] = ("a link",)
    assert len(shown(response, links)) == number


@dataclass
class Nights:
    """``asked``, ``saved``: targets of each night, and those answered with a 304."""

    dsn: str
    var: str
    asked: list[set[str]] = field(default_factory=list)
    saved: list[set[str]] = field(default_factory=list)
    rows: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def nights(
    postgres_server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nights]:
    """Two nights of which the second is quiet, from a site with strong validators."""
    var = str(tmp_path_factory.mktemp("var"))
    size: dict[str, Any] = {"stories": 30, "channels": 2, "quiet": (2,)}
    with (
        another_database(postgres_server, template) as dsn,
        ReplicaServer(history=True, validators="strong", **size) as site,
    ):
        told = Nights(dsn, var)
        for number in (1, 2):
            site.night = number
            site.requests.clear()
            site.not_modified.clear()
            run = night(site, dsn, var, *ALL)
            assert run.returncode == 0, run.stderr
            told.asked.append(set(site.requests))
            told.saved.append(set(site.not_modified))
        told.rows = tables(dsn)
        yield told


def test_pages_that_have_not_changed_are_not_sent_again(nights: Nights) -> None:
    assert nights.saved[0] == set()
    stories = {one for one in nights.asked[1] if "/wj/story/" in one}
    lists = {one for one in nights.asked[1] if "/wj/cate/" in one}
    assert len(stories) > 2
    assert len(lists) > 2
    assert stories | lists <= nights.saved[1]
    assert "/robots.txt" not in nights.saved[1]


def test_a_304_is_a_visit_that_found_the_story_as_it_was(nights: Nights) -> None:
    found = rows(nights.dsn, REVISITED)
    assert len(found) > 2
    assert {row[1:] for row in found} == {("alive", 304, 304, 200, "unchanged")}
    assert rows(nights.dsn, "SELECT 1 FROM revision WHERE number > 1") == []
    kept = "SELECT last_run FROM placement JOIN link USING (link_id) WHERE last_run = 2"
    assert rows(nights.dsn, kept) != []


def test_nights_with_304s_are_replayed_into_the_same_rows(
    nights: Nights, database: str
) -> None:
    for number in ("1", "2"):
        run = replay(number, database, nights.var)
        assert run.returncode == 0, run.stderr
    assert tables(database) == nights.rows


def test_archives_with_304s_are_sound(nights: Nights) -> None:
    run = scrapy("archive", "verify", "--run", "2", dsn=nights.dsn, VAR_DIR=nights.var)
    assert run.returncode == 0, run.stdout + run.stderr
    (path,) = Path(nights.var).rglob("*-run2-*.warc.gz")
    assert [done.returncode for done in validators(path)] == [0, 0]


def test_a_304_alone_is_a_miss_since_the_archive_does_not_hold_its_page(
    nights: Nights, database: str
) -> None:
    run = replay("2", database, nights.var)
    assert "replay_miss" in run.stderr
    (counters,) = rows(database, "SELECT counters FROM run")[0]
    missed = "SELECT count(*) FROM incident WHERE detail->>'reason' = 'replay_miss'"
    assert rows(database, missed) == [(counters["replay/miss"],)]
    assert counters["replay/miss"] > 3
    assert rows(database, "SELECT count(*) FROM article") == [(0,)]


def test_where_the_archive_was_moved_away_pages_are_asked_for_whole(
    database: str, tmp_path: Path
) -> None:
    size: dict[str, Any] = {"stories": 20, "channels": 2, "quiet": (2,)}
    with ReplicaServer(history=True, **size) as site:
        assert night(site, database, str(tmp_path), *ALL).returncode == 0
        shutil.rmtree(tmp_path / "archive")
        site.night = 2
        site.requests.clear()
        run = night(site, database, str(tmp_path), *ALL)
        assert run.returncode == 0, run.stderr
        assert site.not_modified.total() > 1
    (counters,) = rows(database, "SELECT counters FROM run WHERE run_id = 2")[0]
    assert counters["conditional/unusable"] == site.not_modified.total()
    visits = "SELECT DISTINCT outcome, status FROM observation WHERE run_id = 2"
    assert rows(database, visits) == [("alive", 200)]


def test_edits_are_found_on_a_site_that_tells_only_when_stories_were_changed(
    database: str, tmp_path: Path
) -> None:
    size: dict[str, Any] = {"stories": 60, "channels": 2, "new_a_night": 12}
    told = Told(database)
    with ReplicaServer(seed=7, history=True, validators="date", **size) as site:
        for number in (1, 2, 3):
            site.night = number
            run = night(site, database, str(tmp_path), "-s", "ERROR_RATIO_MAX=1")
            assert run.returncode == 0, run.stderr
        told.truth = site.history_truth()
    expected, found = edits(told)
    assert len(expected) > 3
    assert found == expected
    assert site.not_modified.total() > 3
    assert rows(database, "SELECT 1 FROM observation WHERE status = 304") != []
