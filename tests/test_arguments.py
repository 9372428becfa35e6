"""Arguments of a run are checked before anything starts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler import arguments
from crawler.urls import SITE


def test_without_arguments_the_whole_site_is_meant() -> None:
    assert arguments.read({}) == arguments.Arguments(origin=SITE)


def test_every_argument_is_read() -> None:
    read = arguments.read(
        {
            "channels": "china, us",
            "since": "2026-02-01",
            "max_stories": "20",
            "site": "http://127.0.0.1:8000/",
        }
    )

    assert read == arguments.Arguments(
        channels=("china", "us"),
        since=datetime(2026, 2, 1, 5, tzinfo=UTC),
        max_stories=20,
        origin="http://127.0.0.1:8000",
    )


@pytest.mark.parametrize(
    "given",
    [
        {"chanels": "china"},
        {"max_stories": "0"},
        {"max_stories": "many"},
        {"since": "yesterday"},
        {"site": "127.0.0.1:8000"},
        {"site": "ftp://127.0.0.1"},
        {"site": "http://user:secret@127.0.0.1"},
        {"site": "http://127.0.0.1/wj/index"},
        {"site": "http://127.0.0.1:port"},
    ],
)
def test_a_wrong_argument_is_named(given: dict[str, str]) -> None:
    name = next(iter(given))

    with pytest.raises(ValueError, match=name):
        arguments.read(given)


def test_only_a_replay_has_a_time_of_its_own() -> None:
    with pytest.raises(ValueError, match="at='2026-01-01': only a replay"):
        arguments.read({"at": "2026-01-01"})


@pytest.mark.parametrize("value", ["", " ", ",", " , ,"])
@pytest.mark.parametrize("name", arguments.NAMES)
def test_an_argument_without_a_value_is_refused_and_nothing_is_fetched(
    name: str, value: str
) -> None:
    with pytest.raises(ValueError, match=f"{name}='{value}': a value is expected"):
        arguments.read({"replay": "1", name: value})


def test_the_time_of_a_replay_is_read_and_checked() -> None:
    assert arguments.read({"replay": "1", "at": "2026-01-01T00:00Z"}).at is not None
    with pytest.raises(ValueError, match="at='soon'"):
        arguments.read({"replay": "1", "at": "soon"})


@pytest.mark.parametrize("name", arguments.WHAT)
def test_who_helps_a_run_says_not_what_it_fetches(name: str) -> None:
    given = {"channels": "us", "since": "2026-01-01", "max_stories": "5"}
    with pytest.raises(ValueError, match=f"leave {name}= out"):
        arguments.read({"join": "yes", name: given[name]})
