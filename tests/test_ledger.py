"""The ledger over several nights: revisions, visits, placements against the truth."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import psycopg
import pytest

from crawler import urls
from tests.crawling import crawl
from tests.intervals import Crawled, expected_intervals, of_section, shown
from tests.replaying import another_database, rows
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERVALS = """
SELECT scope, scope_key, section, position, url, anchor_text, first_run, last_run,
    pages
FROM link JOIN placement USING (link_id)
"""
FRONT = "SELECT rank, story_id FROM front_of(%s, %s::timestamptz + '3 hours', %s)"


@pytest.fixture(scope="module", params=[4, pytest.param(30, marks=pytest.mark.soak)])
def nights(
    request: pytest.FixtureRequest, postgres_server: str, template: str
) -> Iterator[Crawled]:
    with (
        another_database(postgres_server, template) as dsn,
        ReplicaServer(seed=3, stories=90, channels=4) as site,
    ):
        done = Crawled(dsn)
        for number in range(1, request.param + 1):
            site.night = number
            site.requests.clear()
            run = crawl(site.url, dsn)
            assert run.returncode == 0, run.stderr
            done.truths.append(site.truth())
            done.asked.append({urls.canonical(path) for path in site.requests})
            done.requests.append(site.requests.total())
        yield done


def test_every_placement_interval_is_that_of_the_truth(nights: Crawled) -> None:
    assert set(rows(nights.dsn, INTERVALS)) == {
        (*one.shown.its_list, *one.shown[1:], *one[1:])
        for one in expected_intervals(nights)
    }


def test_a_revision_is_written_for_every_edit_and_for_nothing_else(
    nights: Crawled,
) -> None:
    expected = {
        (int(story), number, what)
        for number, truth in enumerate(nights.truths, 1)
        for story, what in truth["edited"].items()
        if what != "list_title"
    }
    found = rows(
        nights.dsn,
        "SELECT story_id, run_id, changed_sections FROM revision WHERE number > 1",
    )
    assert {(story, run, sections[0]) for story, run, sections in found} == expected
    assert len(found) == len(expected)
    assert all(len(sections) == 1 for _, _, sections in found)


def test_every_story_has_its_first_revision_and_what_it_says_is_the_newest(
    nights: Crawled,
) -> None:
    stale = rows(
        nights.dsn,
        "SELECT story_id FROM article LEFT JOIN LATERAL (SELECT content FROM revision"
        " WHERE revision.story_id = article.story_id ORDER BY number DESC LIMIT 1)"
        " AS newest ON true WHERE newest.content->>'title' IS DISTINCT FROM title",
    )
    assert stale == []


def test_a_withdrawn_story_is_missing_at_first_and_gone_after_another_night(
    nights: Crawled,
) -> None:
    found = {
        story: state
        for story, state in rows(nights.dsn, "SELECT story_id, state FROM withdrawn")
    }
    gone_by = [set(truth["withdrawn"]) for truth in nights.truths]
    last = gone_by[-1] - gone_by[-2]
    assert {story for story, state in found.items() if state == "missing"} == last
    assert {story for story, state in found.items() if state == "gone"} == gone_by[-2]


def test_between_alive_and_gone_lies_one_night(nights: Crawled) -> None:
    gaps = rows(
        nights.dsn,
        "SELECT DISTINCT first_seen_absent_at - last_seen_alive_at FROM withdrawn",
    )
    assert [gap.total_seconds() for (gap,) in gaps] == [24 * 3600]


def test_hot_history_has_every_rank_of_a_story_with_its_time(nights: Crawled) -> None:
    found = rows(
        nights.dsn,
        "SELECT channel_id, rank, story_id, anchor_text, first_seen_at::date,"
        " last_seen_at::date FROM hot_history",
    )
    expected = [
        (key, rank, urls.story_id(url), text, nights.day(first), nights.day(last))
        for rank, url, text, key, first, last in of_section(nights, "hot")
    ]
    assert sorted(found) == sorted(expected)


def test_pairings_has_every_related_story_with_its_time(nights: Crawled) -> None:
    found = rows(
        nights.dsn,
        "SELECT story_id, rank, related_to, anchor_text, first_run, last_seen_at::date"
        " FROM pairings",
    )
    expected = [
        (int(key), rank, urls.story_id(url), text, first, nights.day(last))
        for rank, url, text, key, first, last in of_section(nights, "related")
    ]
    assert sorted(found) == sorted(expected)


def test_a_list_s_other_words_for_a_story_are_told_with_their_time(
    nights: Crawled,
) -> None:
    found = rows(
        nights.dsn,
        "SELECT story_id, list_says, section, first_run, first_seen_at::date,"
        " last_seen_at::date FROM headline_variants",
    )
    titles = dict(rows(nights.dsn, "SELECT story_id, title FROM article"))
    said: dict[tuple[int | None, str, str], list[int]] = defaultdict(list)
    for ((_, _, section), _, url, text), *when, _ in expected_intervals(nights):
        story = urls.story_id(url)
        if section != "body" and titles.get(story, text) != text:
            said[story, text, section] += when
    expected = {
        (*words, min(seen), nights.day(min(seen)), nights.day(max(seen)))
        for words, seen in said.items()
    }
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_the_front_of_every_shared_list_can_be_asked_for_at_any_night(
    nights: Crawled,
) -> None:
    with psycopg.connect(nights.dsn) as db:
        for night, truth in enumerate(nights.truths, 1):
            for (scope, key, section), now in shown(nights, night).items():
                if scope == "page":
                    continue
                found = db.execute(FRONT, [key, truth["now"], section]).fetchall()
                told = {(one.position, urls.story_id(one.url)) for one in now}
                assert found == sorted(told), (night, key, section)


def test_every_visit_to_a_story_is_an_observation(nights: Crawled) -> None:
    asked = {
        (urls.story_id(url), night)
        for night, pages in enumerate(nights.asked, 1)
        for url in pages
        if urls.story_id(url)
    }
    found = rows(nights.dsn, "SELECT story_id, run_id FROM observation")
    assert set(found) == asked


def test_every_new_story_is_found_in_the_night_it_was_published(
    nights: Crawled,
) -> None:
    found = dict(rows(nights.dsn, "SELECT story_id, first_seen_run FROM article"))
    known: set[int] = set()
    for night, truth in enumerate(nights.truths, 1):
        there = {story["story_id"] for story in truth["stories"]}
        assert {story for story in there - known if found[story] != night} == set()
        known |= there


def test_what_the_nights_cost_is_told(
    nights: Crawled, capsys: pytest.CaptureFixture[str]
) -> None:
    """Requests per new or changed story: see docs/figures.md."""
    new = sum(1 for _ in rows(nights.dsn, "SELECT 1 FROM article"))
    changed = sum(
        1 for _ in rows(nights.dsn, "SELECT 1 FROM revision WHERE number > 1")
    )
    cost = sum(nights.requests) / (new + changed)
    total = sum(nights.requests)
    with capsys.disabled():
        print(f"\n{len(nights.truths)} nights, {total} requests: {cost:.2f} a story")
    assert total == len(rows(nights.dsn, "SELECT 1 FROM capture"))
