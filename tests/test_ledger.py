"""The ledger over several nights: revisions, visits, placements against the truth."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from crawler import urls
from tests.crawling import crawl
from tests.replaying import another_database, rows
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

Key = tuple[str, str, str, int, str, str]
INTERVALS = """
SELECT scope, scope_key, section, position, url, anchor_text, first_run, last_run
FROM link JOIN placement USING (link_id) WHERE section <> 'body'
"""


@dataclass
class Crawled:
    """Several nights of one site: the truth of each, and what was asked for in it."""

    dsn: str
    truths: list[dict[str, Any]] = field(default_factory=list)
    asked: list[set[str]] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)


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


def shown(nights: Crawled, night: int) -> dict[tuple[str, str, str], set[Key]]:
    """List -> what the fetched pages of a night showed in it, by the truth."""
    found: dict[tuple[str, str, str], set[Key]] = defaultdict(set)
    for page, links in nights.truths[night]["pages"].items():
        for link in links if page in nights.asked[night] else ():
            its_list = (link["scope"], link["scope_key"], link["section"])
            rank = (link["position"], link["url"], link["anchor_text"])
            found[its_list].add((*its_list, *rank))
    return found


def expected_intervals(nights: Crawled) -> set[tuple[Any, ...]]:
    """Key with its first and last night, cut where the list was seen without it."""
    open_since: dict[Key, tuple[int, int]] = {}
    closed = set()
    for night in range(len(nights.truths)):
        for its_list, keys in shown(nights, night).items():
            for key in [k for k in open_since if k[:3] == its_list and k not in keys]:
                closed.add((*key, *open_since.pop(key)))
            for key in keys:
                first, _ = open_since.get(key, (night + 1, 0))
                open_since[key] = (first, night + 1)
    return closed | {(*key, *since) for key, since in open_since.items()}


def test_every_placement_interval_is_that_of_the_truth(nights: Crawled) -> None:
    found = {row for row in rows(nights.dsn, INTERVALS) if row[2] != "body"}
    expected = {one for one in expected_intervals(nights) if one[2] != "body"}
    assert found == expected


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


def test_a_list_s_other_words_for_a_story_are_told_with_their_time(
    nights: Crawled,
) -> None:
    found = rows(nights.dsn, "SELECT story_id, list_says FROM headline_variants")
    told = {
        (link["story_id"], link["anchor_text"])
        for truth, asked in zip(nights.truths, nights.asked, strict=True)
        for page, links in truth["pages"].items()
        for link in links
        if page in asked and link["section"] != "body"
    }
    titles = dict(rows(nights.dsn, "SELECT story_id, title FROM article"))
    expected = {(s, words) for s, words in told if titles.get(s, words) != words}
    assert set(found) == expected


def test_the_front_of_a_channel_can_be_asked_for_at_any_night(nights: Crawled) -> None:
    for truth in nights.truths:
        page = truth["pages"]["https://www.worldjournal.com/wj/cate/us"]
        listed = [link["url"] for link in page if link["section"] == "channel_list"]
        found = rows(
            nights.dsn,
            f"SELECT story_id FROM front_of('us', '{truth['now']}')",  # noqa: S608
        )
        assert [str(story) for (story,) in found] == [u.split("/")[-1] for u in listed]


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
