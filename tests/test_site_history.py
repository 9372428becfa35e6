"""The replica's histories hold all that happens, and their truth tells all of it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.crawling import ROOT, environment
from tests.site.history.edits import CLASSES
from tests.site.history.revisions import changed
from tests.site.history.world import HistoryWorld
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from tests.site.history.night import HistoryNight

NIGHTS = 30
PRINT_DIGEST = "from tests.test_site_history import digest; print(digest())"
OUTCOMES = ("not_found", "gone", "redirected", "no_headline")


def digest(seed: int = 7) -> str:
    """One number for a history."""
    told = HistoryWorld(seed).history_truth(NIGHTS)
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@pytest.fixture(scope="module")
def world() -> HistoryWorld:
    return HistoryWorld(7)


@pytest.fixture(scope="module")
def told(world: HistoryWorld) -> dict[str, Any]:
    return world.history_truth(NIGHTS)


@pytest.fixture(scope="module")
def nights(world: HistoryWorld) -> list[HistoryNight]:
    return [world.night(number) for number in range(1, NIGHTS + 1)]


def test_the_same_seed_gives_the_same_history_in_every_process() -> None:
    for hash_seed in ("1", "2"):
        printed = subprocess.check_output(
            [sys.executable, "-c", PRINT_DIGEST],
            cwd=ROOT,
            env=environment(PYTHONHASHSEED=hash_seed),
            text=True,
        )
        assert printed.strip() == digest()
    assert digest(8) != digest()


def test_thirty_nights_with_their_truth_take_less_than_ten_seconds() -> None:
    start = time.perf_counter()
    told = HistoryWorld(9).history_truth(NIGHTS)

    assert time.perf_counter() - start < 10
    assert json.loads(json.dumps(told)) == told


def test_every_night_brings_exactly_as_many_stories_as_asked_for() -> None:
    world = HistoryWorld(7, stories=60, new_a_night=25)
    news = [night["new"] for night in world.history_truth(8)["nights"]]
    assert list(map(len, news)) == [60, *[25] * 7]


def test_some_stories_appear_a_night_later_than_their_neighbours(
    told: dict[str, Any], nights: list[HistoryNight]
) -> None:
    first_night = {s: n["night"] for n in told["nights"] for s in n["new"]}
    backdated = set()
    for late in told["late"]:
        story, at = late["story"], late["night"]
        assert first_night[story] == at
        assert any(other > story for other in nights[at - 2].whole)
        age = nights[at - 1].now - nights[at - 1].whole[story].published
        backdated.add(age.total_seconds() > 24 * 3600)
    assert backdated == {True, False}


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_of_edit_is_found_in_its_sections_and_taken_back_once(
    told: dict[str, Any], kind: str
) -> None:
    places = {"headline": "title", "caption": "figures", "keywords": "keywords"}
    places |= {"byline": "byline", "body": "paragraphs", "facts": "paragraphs"}
    revisions = [row for rows in told["revisions"].values() for row in rows]
    edits = [row for row in revisions if row["kinds"] == [kind]]
    assert len(edits) >= 20
    if kind in places:
        assert {tuple(row["sections"]) for row in edits} == {(places[kind],)}
    else:
        assert {name for row in edits for name in row["sections"]} > {"paragraphs"}
    assert any(row["kinds"] == [kind] for row in told["reverts"])


def test_every_class_of_edit_happens_within_48_hours_and_reverts_a_night_after(
    told: dict[str, Any],
) -> None:
    for revert in told["reverts"]:
        assert revert["reverted"] == revert["edited"] + 1
    undone = {(revert["story"], revert["reverted"]) for revert in told["reverts"]}
    for story, rows in told["revisions"].items():
        for row in rows[1:]:
            assert row["age_hours"] < 48 + 24 * ((int(story), row["night"]) in undone)


def test_what_changed_from_night_to_night_is_what_was_edited(
    told: dict[str, Any], nights: list[HistoryNight]
) -> None:
    for before, after in pairwise(nights):
        both = before.whole.keys() & after.whole.keys()
        found = [s for s in both if changed(before.whole[s], after.whole[s])]
        said = told["nights"][after.number - 1]
        assert sorted(found) == said["edited_pages"]
        renamed = {
            s
            for s in both
            if before.whole[s].list_title != after.whole[s].list_title
            and before.whole[s].title == after.whole[s].title
        }
        assert sorted(renamed) == said["edited_lists"]


def test_lists_use_other_words_for_a_while_and_then_the_old_ones_again(
    told: dict[str, Any],
) -> None:
    lists = Counter(story for n in told["nights"] for story in n["edited_lists"])
    assert sum(count >= 2 for count in lists.values()) >= 10
    shown = {row["anchor_text"] for row in told["placements"]}
    assert sum(row["list"] in shown for row in told["list_titles"]) >= 100


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_kind_of_withdrawal_happens_for_good_and_for_some_nights(
    told: dict[str, Any], nights: list[HistoryNight], outcome: str
) -> None:
    rows = [row for row in told["withdrawals"] if row["outcome"] == outcome]
    back = [row for row in rows if row["reappeared"]]
    assert back
    assert len(back) < len(rows)
    for row in rows:
        first, last = row["first_night"], row["last_night"]
        assert row["story"] in nights[first - 2].stories
        for night in nights[first - 1 : last]:
            assert row["story"] not in night.whole
        if row["reappeared"]:
            assert row["reappeared"] == last + 1
            assert row["story"] in nights[last].stories


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_failure_of_one_night_is_no_withdrawal_and_stays_in_the_lists(
    told: dict[str, Any], nights: list[HistoryNight], status: int
) -> None:
    rows = [row for row in told["failures"] if row["status"] == status]
    gone = {(w["story"], w["first_night"]) for w in told["withdrawals"]}
    assert len(rows) >= 5
    for row in rows:
        night = nights[row["night"] - 1]
        assert row["story"] not in night.stories
        assert row["story"] in {story.id for story in night.newest}
        assert (row["story"], row["night"]) not in gone
        for after in nights[row["night"] : row["night"] + 1]:
            assert after.stories[row["story"]] is night.whole[row["story"]]


def test_half_loaded_pages_are_whole_the_next_night_and_make_no_revision(
    told: dict[str, Any], nights: list[HistoryNight]
) -> None:
    lost = set()
    for row in told["half_loaded"]:
        night, story = nights[row["night"] - 1], row["story"]
        half, whole = night.stories[story], night.whole[story]
        lost.add(tuple(changed(whole, half)))
        assert nights[row["night"]].stories[story] is whole
        revisions = told["revisions"][str(story)]
        assert row["night"] not in [each["night"] for each in revisions]
    assert {len(sections) > 2 for sections in lost} == {True, False}


def test_duplicates_say_the_same_in_two_channels_and_the_rest_is_none(
    told: dict[str, Any], nights: list[HistoryNight]
) -> None:
    everything = {key: s for night in nights for key, s in night.whole.items()}
    kinds = Counter(pair["kind"] for pair in told["duplicates"])
    assert min(kinds["exact"], kinds["edited"]) >= 10
    for pair in told["duplicates"]:
        one, other = (everything[story] for story in pair["stories"])
        assert one.channel != other.channel
        same = set(one.paragraphs) & set(other.paragraphs)
        assert len(same) == len(one.paragraphs) - (pair["kind"] == "edited")
    for first, second in told["parts"]:
        titles = everything[first].title, everything[second].title
        assert titles[0].removesuffix("(上)") == titles[1].removesuffix("(下)")
    assert len({row["form"] for row in told["templates"]}) == 3
    claimed = {story for pair in told["duplicates"] for story in pair["stories"]}
    none = {story for pair in told["parts"] for story in pair}
    assert not claimed & (none | {row["story"] for row in told["templates"]})


def test_on_quiet_nights_nothing_at_all_happens() -> None:
    site = ReplicaServer(history=True, stories=80, new_a_night=20, quiet={4, 5})
    told = site.history_truth(7)
    assert [night["night"] for night in told["nights"] if night["quiet"]] == [4, 5]
    answers = []
    for site.night in (3, 4, 5):
        targets = [*site.pages.lists, *(s.path for s in site.pages.night.newest)]
        answers.append([site.pages.get(target) for target in targets])
    assert answers[0] == answers[1] == answers[2]
    with pytest.raises(ValueError, match="first night"):
        HistoryWorld(7, quiet={1})
