"""Nights that trust the list API: what they find, what they cost, when they stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.crawling import crawl
from tests.histories import ABSENCES, ONE_AT_A_TIME, Told, crawl_nights, edits
from tests.replaying import another_database, rows
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

NIGHTS, QUIET = 6, 5
PROOF = ("-s", "SIGNAL_PROOF=3")
LEDGER = (
    "SELECT count(*) FROM revision",
    "SELECT count(*) FROM placement",
    "SELECT count(*) FROM article",
)
LISTS = {"lists", "api"}
# home page, robots.txt, sitemap index and sitemap: docs/figures.md
CONSTANT = 4


@pytest.fixture(scope="module")
def worlds(postgres_server: str, template: str) -> Iterator[dict[str, Told]]:
    """The same nights with the list API open, and forbidden by robots.txt; after the
    last of them the night is run once more."""
    with (
        another_database(postgres_server, template) as dsn,
        another_database(postgres_server, template) as other,
    ):
        told = {"open": Told(dsn), "sibling": Told(other)}
        for robots, one in told.items():
            size: dict[str, Any] = {"stories": 120, "channels": 4, "quiet": (QUIET,)}
            with ReplicaServer(seed=7, history=True, robots=robots, **size) as site:
                crawl_nights(one, site, range(1, NIGHTS + 1), *PROOF)
                one.ledger = [rows(one.dsn, query) for query in LEDGER]
                again = crawl(site.url, one.dsn, "-s", "ERROR_RATIO_MAX=1", *PROOF)
                assert again.returncode == 0, again.stderr
        yield told


def gone_before(told: Told, night: int) -> set[int]:
    """Stories that are withdrawn on a night, and were on an earlier one."""
    return {
        row["story"]
        for row in told.truth["withdrawals"]
        if row["first_night"] < night <= row["last_night"]
    }


def test_signals_are_trusted_once_they_have_proven_themselves(
    worlds: dict[str, Told],
) -> None:
    assert worlds["open"].trusted()[:NIGHTS] == [0, 0, 1, 1, 1, 1]
    assert set(worlds["sibling"].trusted()) == {0}


@pytest.mark.parametrize("robots", ["open", "sibling"])
def test_every_edit_is_found_in_its_night_and_no_other(
    worlds: dict[str, Told], robots: str
) -> None:
    expected, found = edits(worlds[robots])
    assert len(expected) > NIGHTS
    assert found == expected


@pytest.mark.parametrize("robots", ["open", "sibling"])
def test_every_withdrawal_is_found_in_its_first_night(
    worlds: dict[str, Told], robots: str
) -> None:
    told = worlds[robots]
    withdrawals = told.truth["withdrawals"]
    found = {(story, run) for story, run, _ in rows(told.dsn, ABSENCES)}
    assert {(row["story"], row["first_night"]) for row in withdrawals} <= found
    assert {story for story, _ in found} == {row["story"] for row in withdrawals}


def test_trusted_signals_cost_less_than_looking_at_every_young_story(
    worlds: dict[str, Told],
) -> None:
    trusted = range(3, NIGHTS + 1)
    cost = {
        robots: sum(told.requests[night] for night in trusted)
        / sum(told.worth(night) for night in trusted)
        for robots, told in worlds.items()
    }
    print(f"requests per new or changed story: {cost}")
    assert cost["open"] < 0.8 * cost["sibling"]


def test_a_quiet_night_costs_its_lists_and_a_constant_and_a_few_looks(
    worlds: dict[str, Told],
) -> None:
    told = worlds["open"]
    kinds = told.by_kind(QUIET)
    lists = sum(kinds.pop(kind) for kind in LISTS)
    looks = kinds.pop("audit", 0) + kinds.pop("confirmation", 0)
    assert looks <= 3 + len(gone_before(told, QUIET))
    assert kinds == {"home": 1, "robots": 1, "sitemap": 2}
    assert told.requests[QUIET] == lists + CONSTANT + looks


@pytest.mark.parametrize("robots", ["open", "sibling"])
def test_a_second_run_right_after_changes_nothing_and_costs_the_lists(
    worlds: dict[str, Told], robots: str
) -> None:
    told = worlds[robots]
    assert [rows(told.dsn, query) for query in LEDGER] == told.ledger
    kinds = told.by_kind(NIGHTS + 1)
    # what failed in the night, and what the night held for gone without a look
    failing = told.truth["nights"][NIGHTS - 1]["failing"]
    missing = gone_before(told, NIGHTS)
    assert kinds["lists"] == 5
    assert kinds.get("api", 0) == (robots == "open")
    assert kinds.get("confirmation", 0) <= len(missing)
    looks = len(failing) + len(missing)
    assert sum(kinds.values()) <= 5 + 1 + CONSTANT + looks


def test_an_audit_that_finds_an_untold_edit_ends_the_trust(
    database: str,
) -> None:
    size: dict[str, Any] = {"stories": 120, "channels": 4}
    with ReplicaServer(seed=7, history=True, **size) as site:
        told = crawl_nights(Told(database), site, range(1, 4), *PROOF)
        assert told.trusted() == [0, 0, 1]
        site.world.unsaid = 100
        crawl_nights(told, site, range(4, 5), *PROOF, "-s", "AUDIT_SHARE=1")
        crawl_nights(told, site, range(5, 6), *PROOF)

    assert told.trusted() == [0, 0, 1, 1, 0]
    query = "SELECT story_id FROM incident WHERE kind = 'signal_missed'"
    missed = {story for (story,) in rows(database, query)}
    expected, found = edits(told)
    # a story that goes back to what it was has its old time of change again
    looked = dict(rows(database, "SELECT story_id, why FROM look WHERE run_id = 4"))
    why = {story: looked[story] for story, night, _ in expected if night == 4}
    assert missed == {story for story, one in why.items() if one == "audit"}
    assert len(missed) > 3
    assert set(why.values()) <= {"audit", "signalled"}
    assert found == expected
    assert told.by_kind(5)["quiet"] > 10


@pytest.mark.soak
def test_what_nights_with_three_hundred_new_stories_cost_by_kind(
    database: str,
) -> None:
    nights = range(1, 9)
    size: dict[str, Any] = {"stories": 320, "new_a_night": 300}
    with ReplicaServer(seed=7, history=True, **size) as site:
        told = crawl_nights(Told(database), site, nights, *ONE_AT_A_TIME)
    expected, found = edits(told)
    assert found == expected
    for night, trusted in zip(nights, told.trusted(), strict=True):
        print(night, trusted, told.requests[night], told.worth(night))
        print("   ", told.by_kind(night))
    trusting = [n for n, yes in zip(nights, told.trusted(), strict=True) if yes]
    cost = sum(told.requests[n] for n in trusting) / sum(map(told.worth, trusting))
    print(f"nights {trusting}: {cost:.2f} requests per new or changed story")
    # what was measured, and a little: the aim of 1.10 is not reached
    assert cost < 1.3
