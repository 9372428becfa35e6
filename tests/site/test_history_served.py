"""Histories of the replica: how long what stands where, and what the server answers."""

from __future__ import annotations

import urllib.request
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

import lxml.html
import pytest

from tests.site.history.recount import intervals, rows
from tests.site.history.world import HistoryWorld
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.site.history.night import HistoryNight

NIGHTS = 30


@pytest.fixture(scope="module")
def world() -> HistoryWorld:
    return HistoryWorld(7)


@pytest.fixture(scope="module")
def told(world: HistoryWorld) -> dict[str, Any]:
    return world.history_truth(NIGHTS)


@pytest.fixture(scope="module")
def nights(world: HistoryWorld) -> list[HistoryNight]:
    return [world.night(number) for number in range(1, NIGHTS + 1)]


@pytest.fixture(scope="module")
def site() -> Iterator[ReplicaServer]:
    with ReplicaServer(seed=7, history=True) as server:
        yield server


def test_intervals_are_those_that_the_lists_of_every_night_give(
    world: HistoryWorld, told: dict[str, Any], nights: list[HistoryNight]
) -> None:
    counted = intervals(rows(night, world.channels) for night in nights)
    claimed = {tuple(row.values())[:-1]: row["intervals"] for row in told["placements"]}
    assert claimed == counted


@pytest.mark.parametrize("section", ["ticker", "popular", "hot"])
def test_lists_change_every_night_and_some_rows_leave_and_come_back(
    told: dict[str, Any], nights: list[HistoryNight], section: str
) -> None:
    for before, after in pairwise(nights):
        changes = [
            name for name in after.lists if before.lists[name] != after.lists[name]
        ]
        assert len(changes) == len(after.lists) == 10
    held = [row for row in told["placements"] if row["section"] == section]
    assert any(len(row["intervals"]) > 1 for row in held)
    ranks = {(row["scope_key"], row["url"], row["rank"]) for row in held}
    assert max(Counter(rank[:2] for rank in ranks).values()) > 1


def test_a_night_that_does_not_look_at_a_list_cuts_no_interval(
    world: HistoryWorld, told: dict[str, Any]
) -> None:
    seen = world.history_truth(3, lambda night, *_: night != 2)
    assert [1, 3] in [i for row in seen["placements"] for i in row["intervals"]]
    assert {n for row in seen["placements"] for i in row["intervals"] for n in i} == {
        1,
        3,
    }


class Stay(urllib.request.HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *_: Any) -> None:
        return None


def ask(site: ReplicaServer, path: str) -> tuple[int, str | None, str]:
    """Status, where it leads, and text."""
    try:
        answer = urllib.request.build_opener(Stay).open(site.url + path, timeout=10)
    except HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers["Location"], answer.read().decode()


STATUS = {"not_found": 404, "gone": 410, "redirected": 302, "no_headline": 200}


@pytest.mark.parametrize("kind", [*STATUS, "refused", "server_error"])
def test_what_fails_is_served_as_the_truth_tells_and_whole_again_later(
    site: ReplicaServer, told: dict[str, Any], kind: str
) -> None:
    events = [*told["withdrawals"], *told["failures"]]
    event = next(
        e for e in events if e["outcome"] == kind and e.get("reappeared", True)
    )
    site.night = event.get("first_night") or event["night"]
    whole = site.world.night(site.night - 1).stories[event["story"]]
    status, leads, text = ask(site, whole.path)
    assert status == event["status"] == STATUS.get(kind, event["status"])
    assert leads == ("/" if kind == "redirected" else None)
    assert "<h1" not in text
    site.night = event.get("reappeared") or event["night"] + 1
    assert whole.title in ask(site, whole.path)[2]


def test_half_loaded_pages_are_served_with_their_headline_and_little_more(
    site: ReplicaServer, told: dict[str, Any]
) -> None:
    for row in told["half_loaded"][:4]:
        site.night = row["night"]
        path = site.pages.night.stories[row["story"]].path
        status, _, half = ask(site, path)
        site.night = row["night"] + 1
        whole = ask(site, path)[2]
        trees = [lxml.html.document_fromstring(text) for text in (half, whole)]
        editors = [t.find_class("article-content__editor")[0] for t in trees]
        assert status == 200
        assert trees[0].findtext(".//h1") == trees[1].findtext(".//h1")
        marks = [
            len(editor.xpath("./p | ./figure | ./section/a")) for editor in editors
        ]
        assert marks[0] < marks[1]
