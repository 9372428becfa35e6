"""``scrapy frontier --requeue`` has requests wait again that ended in a known way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crawler.ends.verdict import Exit
from tests.commanding import say

if TYPE_CHECKING:
    import psycopg

ROW = """
INSERT INTO frontier (job_id, fingerprint, url, callback, errback, priority, state,
    reason, ended_at)
VALUES (1, %s, 'http://p/', 'parse', 'failed', 0, %s, %s, %s)
"""
WAITING = "SELECT count(*) FROM frontier WHERE state = 'pending'"


@pytest.fixture
def frontier(db: psycopg.Connection[Any], database: str) -> str:
    """One request waits, one is stored, two have failed for one reason."""
    for number, state, reason in (
        (1, "pending", None),
        (2, "stored", None),
        (3, "failed", "http_503"),
        (4, "failed", "http_503"),
    ):
        ended = None if state == "pending" else "2026-03-06"
        db.execute(ROW, [bytes([number]), state, reason, ended])
    return database


@pytest.mark.parametrize("word", ["nonsense", "", "pending", " "])
def test_a_word_in_which_nothing_ended_is_refused_with_those_there_are(
    word: str,
    frontier: str,
    db: psycopg.Connection[Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = say(capsys, "frontier", "--requeue", word, dsn=frontier)

    assert (said.code, said.out) == (Exit.CONFIGURATION, "")
    (line,) = said.err.splitlines()
    assert line.endswith("there are: failed, http_503, stored.")
    assert repr(word) in line
    assert db.execute(WAITING).fetchone() == (1,)


@pytest.mark.parametrize(("word", "number"), [("stored", 1), ("http_503", 2)])
def test_a_state_or_reason_waits_again(
    word: str,
    number: int,
    frontier: str,
    db: psycopg.Connection[Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = say(capsys, "frontier", "1", "--requeue", word, dsn=frontier)

    assert said.code == 0
    assert f"{number} requests wait again" in said.out
    assert db.execute(WAITING).fetchone() == (1 + number,)
