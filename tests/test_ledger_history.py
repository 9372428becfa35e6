"""The ledger against seeded histories: every edit, withdrawal, copy, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.histories import ABSENCES, Told, crawl_nights, edits
from tests.replaying import another_database, rows
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

# With the list API forbidden by robots.txt every young story is looked at; where it is
# open, it is trusted from the third night
LONG = pytest.mark.soak
WORLDS = [
    (6, "sibling"),
    (6, "open"),
    pytest.param((30, "sibling"), marks=LONG),
    pytest.param((30, "open"), marks=LONG),
]

INTERVALS = """
SELECT withdrawn.story_id, before.run_id, first.run_id, again.run_id
FROM withdrawn
JOIN observation AS first USING (story_id)
LEFT JOIN observation AS before USING (story_id)
LEFT JOIN observation AS again
    ON again.story_id = withdrawn.story_id AND again.seen_at = reappeared_at
WHERE first.seen_at = first_seen_absent_at AND before.seen_at = last_seen_alive_at
"""


@pytest.fixture(scope="module", params=WORLDS)
def history(
    request: pytest.FixtureRequest, postgres_server: str, template: str
) -> Iterator[Told]:
    nights, robots = request.param
    size: dict[str, Any] = {"stories": 120, "channels": 4}
    with (
        another_database(postgres_server, template) as dsn,
        ReplicaServer(seed=7, history=True, robots=robots, **size) as site,
    ):
        proof = ("-s", "SIGNAL_PROOF=3")
        told = crawl_nights(Told(dsn, robots), site, range(1, nights + 1), *proof)
        assert any(told.trusted()) is (robots == "open")
        yield told


def test_every_edit_is_a_revision_of_its_night_and_nothing_else_is(
    history: Told,
) -> None:
    expected, found = edits(history)
    assert found == expected


def test_every_revert_is_kept_as_a_revision_of_its_own(history: Told) -> None:
    hashes = {
        (story, number): told
        for story, number, told in rows(
            history.dsn, "SELECT story_id, number, hashes FROM revision"
        )
    }
    for revert in history.truth["reverts"]:
        first, second, third = (
            hashes[revert["story"], number] for number in revert["revisions"]
        )
        assert first == third != second


def test_every_visit_that_found_nothing_is_told_with_what_it_found(
    history: Told,
) -> None:
    found = rows(history.dsn, ABSENCES)
    expected = {
        (row["story"], night, row["outcome"])
        for row in history.truth["withdrawals"]
        for night in range(row["first_night"], row["last_night"] + 1)
    }
    assert set(found) <= expected
    first_visits = {
        (row["story"], row["first_night"]) for row in history.truth["withdrawals"]
    }
    assert first_visits <= {(story, night) for story, night, _ in found}


def test_every_reappearance_is_seen_in_its_night(history: Told) -> None:
    alive = set(
        rows(
            history.dsn,
            "SELECT story_id, run_id FROM observation WHERE outcome = 'alive'",
        )
    )
    back = {
        (row["story"], row["reappeared"])
        for row in history.truth["withdrawals"]
        if row["reappeared"]
    }
    assert back <= alive


def test_every_interval_of_a_withdrawal_is_that_of_the_truth(history: Told) -> None:
    """Night n is run n: gone from its first night on, and back in the one of its
    return, with a sight of it before."""
    found = rows(history.dsn, INTERVALS)
    assert {(story, first, back) for story, _, first, back in found} == {
        (row["story"], row["first_night"], row["reappeared"])
        for row in history.truth["withdrawals"]
    }
    assert all(alive < first for _, alive, first, _ in found)


def test_failures_of_the_server_never_count_as_withdrawal(history: Told) -> None:
    failing = {row["story"] for row in history.truth["failures"]}
    absent = {row["story"] for row in history.truth["withdrawals"]}
    found = {story for (story,) in rows(history.dsn, "SELECT story_id FROM withdrawn")}
    assert found & (failing - absent) == set()
    assert found == absent


def test_a_half_loaded_page_is_an_observation_and_no_new_truth(history: Told) -> None:
    found = rows(
        history.dsn,
        "SELECT story_id, run_id FROM observation WHERE outcome = 'half_loaded'",
    )
    expected = {
        (row["story"], row["night"])
        for row in history.truth["half_loaded"]
        if history.robots == "sibling" or history.visited(row["story"], row["night"])
    }
    assert set(found) == expected


def test_every_copy_is_found_under_its_other_id_and_no_part_or_template_is(
    history: Told,
) -> None:
    found = {
        tuple(pair)
        for pair in rows(history.dsn, "SELECT story_id, other_story_id FROM same_text")
    }
    twins = {tuple(sorted(row["stories"])) for row in history.truth["duplicates"]}
    stored = {story for (story,) in rows(history.dsn, "SELECT story_id FROM article")}
    assert {pair for pair in twins if set(pair) <= stored} <= found
    parts = {tuple(sorted(pair)) for pair in history.truth["parts"]}
    templates = {row["story"] for row in history.truth["templates"]}
    assert found & parts == set()
    assert [pair for pair in found if templates & set(pair)] == []


def test_every_new_story_is_found_in_its_night(history: Told) -> None:
    found = dict(rows(history.dsn, "SELECT story_id, first_seen_run FROM article"))
    late = {
        (story, told["night"])
        for told in history.truth["nights"]
        for story in told["new"]
        if found.get(story) != told["night"]
        and story not in told["failing"]
        and story not in told["withdrawn"]
    }
    assert late == set()
