"""Each view answers at once, with 1,000,000 stories and 30,000,000 intervals
(``make soak``). The questions are those that the comments of the views name."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

import pytest

from tests import at_scale

if TYPE_CHECKING:
    import psycopg

STORIES, RUNS = 1_000_000, 14_600
MILLISECONDS_MAX = 50

# What is asked, and with which words
QUESTIONS = {
    "hot_history: one story": "SELECT * FROM hot_history WHERE story_id = %(shown)s",
    "hot_history: one channel at a moment of its sighting": """
        SELECT * FROM hot_history
        WHERE channel_id = '121007' AND during @> %(moment)s ORDER BY rank""",
    "hot_history: one channel on a day": """
        SELECT * FROM hot_history
        WHERE channel_id = '121007' AND during && tstzrange(%(day)s, %(next_day)s)
        ORDER BY rank, first_seen_at""",
    "hot_history: all channels on a day": """
        SELECT * FROM hot_history WHERE during && tstzrange(%(day)s, %(next_day)s)""",
    "headline_variants: one story": """
        SELECT * FROM headline_variants WHERE story_id = %(shown)s""",
    "headline_variants: one night": """
        SELECT * FROM headline_variants WHERE first_run = %(run)s""",
    "headline_variants: the newest": """
        SELECT * FROM headline_variants ORDER BY first_run DESC LIMIT 20""",
    "pairings: one story": "SELECT * FROM pairings WHERE story_id = %(shown)s",
    "pairings: those that point at a story": """
        SELECT * FROM pairings WHERE related_to = %(shown)s""",
    "pairings: one night": "SELECT * FROM pairings WHERE first_run = %(run)s",
    "pairings: the newest": """
        SELECT * FROM pairings ORDER BY first_run DESC LIMIT 20""",
    "front_of: one channel at a moment": """
        SELECT * FROM front_of('channel7', %(moment)s)""",
    "front_of: one channel between two nights": """
        SELECT * FROM front_of('channel7', %(moment)s + interval '2 hours')""",
    "front_of: the hot list of a channel at a moment": """
        SELECT * FROM front_of('121007', %(moment)s + interval '1 minute', 'hot')""",
    "front_of: one channel now": """
        SELECT * FROM front_of('channel7',
            (SELECT max(started_at) FROM run WHERE spider = 'soak'))""",
    "withdrawn: one story": "SELECT * FROM withdrawn WHERE story_id = %(lost)s",
    "withdrawn: one day": """
        SELECT * FROM withdrawn
        WHERE first_seen_absent_at >= %(day)s
            AND first_seen_absent_at < %(next_day)s""",
    "withdrawn: the newest": """
        SELECT * FROM withdrawn ORDER BY first_seen_absent_at DESC LIMIT 20""",
    "same_text: one story on whichever side": """
        SELECT * FROM same_text_of(%(copied)s)""",
    "same_text: one story that is the older of a pair": """
        SELECT * FROM same_text WHERE story_id = %(copied)s""",
    "same_text: one story that is the newer of a pair": """
        SELECT * FROM same_text WHERE other_story_id = %(copied)s + 1""",
    "copies: one story": "SELECT * FROM copies WHERE story_id = %(copied)s",
    "copies: several stories": """
        SELECT * FROM copies
        WHERE story_id = ANY(ARRAY[%(copied)s, %(copied)s + 1]::bigint[])""",
    "same_text: the ten newest stories": """
        SELECT copy.* FROM (SELECT story_id FROM article
            ORDER BY published_at DESC, story_id DESC LIMIT 10) AS newest,
            same_text_of(newest.story_id) AS copy""",
}


def examples(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """From the middle of the ten years: a run, its time and day, a story that lists
    showed by other words, one that was withdrawn, one that has a copy."""
    row = connection.execute(
        "SELECT run_id, started_at, date_trunc('day', started_at),"
        " date_trunc('day', started_at) + interval '1 day'"
        " FROM run WHERE run_id = (SELECT max(run_id) / 2 FROM run)"
    ).fetchone()
    shown = connection.execute(
        "SELECT link.story_id FROM link JOIN article USING (story_id)"
        " WHERE section = 'hot' AND anchor_text <> title AND link.first_seen_run"
        " >= (SELECT max(run_id) / 2 FROM run) ORDER BY link.first_seen_run LIMIT 1"
    ).fetchone()
    lost = connection.execute(
        "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY story_id)"
        " FROM observation WHERE outcome = 'not_found'"
    ).fetchone()
    assert row is not None
    assert shown is not None
    assert lost is not None
    names = ("run", "moment", "day", "next_day")
    found = dict(zip(names, row, strict=True))
    return found | {"shown": shown[0], "lost": lost[0], "copied": lost[0]}


def milliseconds(
    connection: psycopg.Connection[Any], query: str, values: dict[str, Any]
) -> tuple[float, int]:
    """Median of five, planning included, and the number of rows."""
    explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}".encode()
    taken = []
    for _ in range(5):
        row = connection.execute(explain, values).fetchone()
        assert row is not None
        [told] = row[0]
        taken.append(told["Planning Time"] + told["Execution Time"])
    return statistics.median(taken), round(told["Plan"]["Actual Rows"])


def test_every_question_of_the_views_finds_something(
    db: psycopg.Connection[Any],
) -> None:
    at_scale.fill(db, 3000, 44)
    values = examples(db)
    found = {name: milliseconds(db, q, values)[1] for name, q in QUESTIONS.items()}
    may_be_none = {"same_text: the ten newest stories"}
    assert {name for name, number in found.items() if not number} <= may_be_none


@pytest.mark.soak
def test_every_question_is_answered_at_once_with_a_million_stories(
    db: psycopg.Connection[Any],
) -> None:
    at_scale.fill(db, STORIES, RUNS)
    values = examples(db)
    taken = {}
    for name, query in QUESTIONS.items():
        taken[name], number = milliseconds(db, query, values)
        print(f"{taken[name]:8.2f} ms, {number:5} rows: {name}")
    assert {n: ms for n, ms in taken.items() if ms >= MILLISECONDS_MAX} == {}
