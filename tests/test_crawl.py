"""End to end: a whole night against the replica, every row compared with its truth."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row

from crawler import urls
from tests.crawling import crawl
from tests.replaying import FirstNight, a_copy, crawled_once
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

# The replica's second night is the one of the change
CLOCK_CHANGES = [date(2026, 3, 7), date(2026, 10, 31), date(2025, 11, 1)]
LINK_KEY = ("scope", "scope_key", "section", "position", "url", "anchor_text")
LINK_REST = ("story_id", "listed_at", "image_url", "image_caption", "summary")


@pytest.fixture
def site() -> Iterator[ReplicaServer]:
    with ReplicaServer(seed=7, night=1) as server:
        yield server


@pytest.fixture(scope="module")
def first_night(postgres_server: str, template: str) -> Iterator[FirstNight]:
    with crawled_once(postgres_server, template) as told:
        yield told


@pytest.fixture
def crawled(first_night: FirstNight, postgres_server: str) -> Iterator[str]:
    """A database of the test's own, with the first night in it."""
    first_night.site.night = 1
    with a_copy(postgres_server, first_night.dsn) as dsn:
        yield dsn


def rows(dsn: str, query: str) -> list[dict[str, Any]]:
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        return connection.execute(query.encode()).fetchall()


def articles(dsn: str) -> dict[int, dict[str, Any]]:
    """Articles as ``scrapy extract`` would print them, read back from the tables."""
    held = {row["story_id"]: row for row in rows(dsn, "SELECT * FROM article")}
    children = {
        "contributors": "SELECT story_id, role, name FROM contributor"
        " ORDER BY story_id, position",
        "figures": "SELECT story_id, position, url, caption, credit, after_paragraph"
        " FROM figure ORDER BY story_id, position",
        "keywords": "SELECT story_id, keyword FROM keyword ORDER BY story_id, position",
    }
    for name, query in children.items():
        for row in held.values():
            row[name] = []
        for child in rows(dsn, query):
            story_id = child.pop("story_id")
            value = child["keyword"] if name == "keywords" else child
            held[story_id][name].append(value)
    return held


def comparable(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def fetched_pages(site: ReplicaServer) -> set[str]:
    return {urls.canonical(path) for path in site.requests}


def expected_links(
    truth: dict[str, Any], pages: set[str]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Truth's rows of the fetched pages, one per key, with the pages that show it."""
    shown: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    expected: dict[tuple[Any, ...], dict[str, Any]] = {}
    for page, links in truth["pages"].items():
        for link in links if page in pages else ():
            key = tuple(link[name] for name in LINK_KEY)
            expected.setdefault(key, link)
            shown[key].add(page)
    return {key: {**expected[key], "page_count": len(shown[key])} for key in expected}


@pytest.mark.parametrize("first_night", CLOCK_CHANGES)
def test_a_night_stores_every_story_and_every_placement_exactly(
    first_night: date, database: str
) -> None:
    with ReplicaServer(seed=7, night=2, first_night=first_night) as site:
        run = crawl(site.url, database)

    assert run.returncode == 0, run.stderr
    assert_as_the_truth(site, database)


def assert_as_the_truth(site: ReplicaServer, database: str) -> None:
    """Every row of article, its children and link is what the replica's truth says."""
    truth = json.loads(json.dumps(site.truth()))
    stories = {story["story_id"]: story for story in truth["stories"]}
    held = articles(database)
    assert held.keys() == stories.keys()
    for story_id, story in stories.items():
        read = {
            name: comparable(held[story_id][name])
            for name in story
            if name in held[story_id]
        }
        expected = {name: story[name] for name in read}
        assert read == expected
    links = {
        tuple(row[name] for name in LINK_KEY): row
        for row in rows(database, "SELECT * FROM link")
    }
    expected_rows = expected_links(truth, fetched_pages(site))
    assert links.keys() == expected_rows.keys()
    for key, link in expected_rows.items():
        for name in (*LINK_REST, "page_count"):
            assert comparable(links[key][name]) == link[name], (key, name)


def test_no_story_is_fetched_twice_and_nothing_forbidden_at_all(
    first_night: FirstNight,
) -> None:
    asked = first_night.requests
    fetched = [urls.story_id(urls.canonical(path)) for path in asked.elements()]
    stories = [story_id for story_id in fetched if story_id]
    assert len(stories) == len(set(stories))
    assert stories
    for path in asked:
        assert not path.startswith(("/record/", "/gw/")), path
        assert "zh-cn" not in path


def test_a_second_run_of_the_same_night_changes_only_last_seen(
    first_night: FirstNight, crawled: str
) -> None:
    tables = ("article", "contributor", "figure", "keyword", "link", "incident")

    def snapshot() -> dict[str, list[dict[str, Any]]]:
        held = {}
        for table in tables:
            lines = [
                {
                    k: comparable(v)
                    for k, v in row.items()
                    if not k.startswith("last_seen")
                }
                for row in rows(crawled, f"SELECT * FROM {table}")  # noqa: S608
            ]
            held[table] = sorted(lines, key=lambda row: json.dumps(row, default=str))
        return held

    before = snapshot()
    second = crawl(first_night.site.url, crawled)

    assert second.returncode == 0, second.stderr
    assert snapshot() == before
    assert "(0 new, 0 changed" in second.stdout


def test_the_second_night_finds_what_is_new_changed_and_gone(
    first_night: FirstNight, crawled: str
) -> None:
    site = first_night.site
    first = set(articles(crawled))
    site.night = 2
    run = crawl(site.url, crawled)

    assert run.returncode == 0, run.stderr
    truth = json.loads(json.dumps(site.truth()))
    alive = {story["story_id"] for story in truth["stories"]}
    assert set(articles(crawled)) == first | alive
    assert len(alive - first) >= 10
    changed = {
        str(story_id): story["changed_sections"]
        for story_id, story in articles(crawled).items()
        if story["changed_run"]
    }
    # a headline that only lists have changed leaves the story as it is
    edited = {story: [what] for story, what in truth["edited"].items()}
    assert changed == {s: what for s, what in edited.items() if what != ["list_title"]}
    gone = rows(crawled, "SELECT story_id FROM incident WHERE kind = 'fetch_failed'")
    assert sorted(row["story_id"] for row in gone) == truth["withdrawn"]


def test_robots_txt_keeps_the_list_api_out_and_all_stories_are_found_all_the_same(
    database: str,
) -> None:
    with ReplicaServer(seed=7, night=1, robots="sibling") as site:
        run = crawl(site.url, database)
        truth = site.truth()

    assert run.returncode == 0, run.stderr
    assert not [path for path in site.requests if path.startswith("/api/")]
    alive = {story["story_id"] for story in truth["stories"]}
    assert set(articles(database)) == alive
    refused = rows(
        database, "SELECT * FROM incident WHERE detail->>'reason' = 'robots_forbidden'"
    )
    assert len(refused) == 1


def test_the_run_row_tells_what_the_verdict_line_tells(
    site: ReplicaServer, database: str
) -> None:
    run = crawl(site.url, database, "-a", "max_stories=5")

    (row,) = rows(database, "SELECT * FROM run")
    assert row["verdict"] == run.stdout.strip().splitlines()[-1]
    assert (row["exit_code"], row["outcome"]) == (0, "good")
    assert row["counters"]["page/story/ok"] == 5
    assert row["counters"]["left/max_stories"] > 0
    assert not {"store/halved", "store/retry"} & row["counters"].keys()
    assert len(articles(database)) == 5


def test_the_newest_stories_come_first(site: ReplicaServer, database: str) -> None:
    crawl(site.url, database, "-a", "max_stories=5", "-s", "CONCURRENT_REQUESTS=1")

    newest = sorted((s["story_id"] for s in site.truth()["stories"]), reverse=True)
    assert sorted(articles(database), reverse=True)[0] == newest[0]


def test_one_channel_alone_can_be_crawled(site: ReplicaServer, database: str) -> None:
    run = crawl(site.url, database, "-a", "channels=china")

    assert run.returncode == 0, run.stderr
    channels = {story["channel"] for story in articles(database).values()}
    assert channels == {"中國"}
