"""``scrapy diff`` shows what changed inside the sentence, to people and to programs."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from crawler.commands.diff import Asked, Refused, read
from crawler.ends.verdict import Exit
from pipelines import revisions
from pipelines.storage.revisions import history
from pipelines.storage.runs import start_run
from tests.crawling import scrapy
from tests.storing import NOON, SITE, article

STORY = 8241914
ADDRESS = f"{SITE}/wj/story/121251/{STORY}"
ONCE = 77
STATES: tuple[dict[str, Any], ...] = (
    {"paragraphs": ("公車下月開通。經費5萬元。", "班次可上網查。", "票價未定。")},
    {"paragraphs": ("公車五月開通。經費6.5萬元。", "班次可上網查。", "票價未定。")},
    {
        "title": "新公車\x1b[2J路線",
        "paragraphs": ("公車五月開通。經費6.5萬元。", "班次可上網查。票價未定。"),
        "keywords": (),
        "modified_at": NOON,
    },
)
CAPTURE = UUID(int=7)
INSERT = """
INSERT INTO revision (story_id, number, seen_at, run_id, capture_id, changed_sections,
    kinds, hashes, content)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
KNOWN = """
INSERT INTO article (story_id, url, title, wire, date_witnesses, paragraphs,
    first_seen_at, first_seen_run, last_seen_at, last_seen_run)
VALUES (%(story)s, 'https://p/', 'x', false, '{}', '{}', now(), %(run)s, now(), %(run)s)
"""


@pytest.fixture
def ledger(database: str) -> str:
    """A database with three revisions of one story, and one of another."""
    with psycopg.connect(database) as connection:
        run = start_run(connection, spider="udn_world", arguments={})
        for story, states in ((STORY, STATES), (ONCE, STATES[:1])):
            connection.execute(KNOWN, {"story": story, "run": run})
            add(connection, run, story, *states)
    return database


def add(
    connection: psycopg.Connection[Any], run: int, story: int, *states: dict[str, Any]
) -> None:
    """Writes one revision a state, a day apart."""
    old: dict[str, Any] = {}
    for number, state in enumerate(states, 1):
        new = revisions.content(article(story, **state))
        hashes = revisions.hashes(new)
        sections = revisions.changed(revisions.hashes(old), hashes) if old else []
        kinds = list(revisions.classify(old, new)) if old else []
        seen_at = NOON + timedelta(days=number)
        values = [story, number, seen_at, run, CAPTURE, sections, kinds]
        connection.execute(INSERT, [*values, Jsonb(hashes), Jsonb(new)])
        old = new


def test_the_last_two_revisions_are_shown_old_to_new(ledger: str) -> None:
    run = scrapy("diff", str(STORY), dsn=ledger)

    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        f"story {STORY}: revision 2 (2026-03-03 12:00 UTC, run 1)"
        " → 3 (2026-03-04 12:00 UTC, run 1)",
        "kinds: headline, keywords, dates, structure",
        # what a terminal would obey is not printed
        "title: 新公車路線 → 新公車\N{REPLACEMENT CHARACTER}[2J路線",
        "keywords: 公車、交通 → (none)",
        "dates.modified_at: (none) → 2026-03-01T12:00:00+00:00",
        "body:",
        "  (1 paragraph unchanged)",
        "  班次可上網查。[-¶-]票價未定。",
    ]


def test_two_revisions_that_are_named_are_marked_inside_the_sentence(
    ledger: str,
) -> None:
    run = scrapy("diff", ADDRESS, "1", "2", dsn=ledger)

    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[1:] == [
        "kinds: facts",
        "body:",
        "  公車[-下-]{+五+}月開通。經費[-5-]{+6.5+}萬元。",
        "  (2 paragraphs unchanged)",
    ]


def test_on_a_terminal_removed_text_is_red_and_struck_and_added_text_green(
    ledger: str,
) -> None:
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm", "NO_COLOR": ""}
    run = scrapy("diff", str(STORY), "1", "2", dsn=ledger, **terminal)

    assert run.returncode == 0, run.stderr
    assert "公車\x1b[9;31m下\x1b[0m\x1b[32m五\x1b[0m月開通。" in run.stdout
    assert "[-" not in run.stdout


def test_json_is_one_object_that_holds_both_texts(ledger: str) -> None:
    run = scrapy("diff", str(STORY), "1", "3", "--json", dsn=ledger)

    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["story_id"] == STORY
    assert told["old"] == {
        "number": 1,
        "seen_at": "2026-03-02T12:00:00+00:00",
        "run_id": 1,
        "capture_id": str(CAPTURE),
        "extractor_version": None,
    }
    assert told["new"]["number"] == 3
    # between any two revisions, not only between neighbours
    kinds = ["headline", "facts", "keywords", "dates", "structure"]
    assert told["kinds"] == kinds
    assert told["changed_sections"] == ["title", "paragraphs", "keywords", "dates"]
    assert told["sections"]["keywords"] == {"old": ["公車", "交通"], "new": []}
    for side, state in (("removed", STATES[2]), ("added", STATES[0])):
        text = "".join(
            piece["text"]
            for step in told["body"]
            for piece in step.get("pieces", [])
            if piece["op"] != side
        )
        assert text == "".join(state["paragraphs"])


def test_one_revision_only_is_said(ledger: str) -> None:
    run = scrapy("diff", str(ONCE), dsn=ledger)
    told = scrapy("diff", str(ONCE), "--json", dsn=ledger)

    assert (run.returncode, told.returncode) == (0, 0)
    assert run.stdout == (
        f"story {ONCE} has one revision, 1 (2026-03-02 12:00 UTC, run 1)\n"
    )
    assert json.loads(told.stdout)["old"] is None
    assert json.loads(told.stdout)["body"] == []


def test_a_revision_does_not_differ_from_itself(ledger: str) -> None:
    run = scrapy("diff", str(STORY), "2", "2", dsn=ledger)

    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[1:] == ["kinds: none, nothing differs"]


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ([str(STORY)], Asked(STORY, None)),
        ([ADDRESS], Asked(STORY, None)),
        ([f"{ADDRESS}?from=wj_hot", "3", "1"], Asked(STORY, (3, 1))),
    ],
)
def test_a_story_is_named_by_its_number_or_its_address(
    arguments: list[str], asked: Asked
) -> None:
    assert read(arguments) == asked


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "scrapy diff 8241914 1 2"),
        ([str(STORY), "1"], "scrapy diff 8241914 1 2"),
        ([str(STORY), "1", "2", "3"], "scrapy diff 8241914 1 2"),
        ([str(STORY), "1", "x"], "'x' is no revision's number"),
        ([str(STORY), "0", "1"], "'0' is no revision's number"),
        ([str(STORY), "1", "9" * 10], "is no revision's number"),
        (["0"], "'0' is no story's number or address"),
        (["９９"], "is no story's number or address"),
        (["9" * 19], "is no story's number or address"),
        (["https://example.org/wj/story/1/2"], "is no story's number or address"),
    ],
)
def test_other_arguments_are_refused_with_an_example(
    arguments: list[str], said: str
) -> None:
    with pytest.raises(Refused, match=re.escape(said)) as refusal:
        read(arguments)

    # an address is understood, whatever it is of
    understood = arguments[:1] == ["https://example.org/wj/story/1/2"]
    assert refusal.value.code == (Exit.CONFIGURATION if understood else Exit.USAGE)
    assert "scrapy diff 8241914 1 2" in str(refusal.value)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["999"], 1, "no revision of story 999 is known"),
        ([str(STORY), "1", "9"], 1, "no revision 9; there are: 1, 2, 3"),
        (["https://example.org/"], 3, "'https://example.org/' is no story's number"),
    ],
)
def test_what_cannot_be_shown_is_one_line_and_an_exit_code(
    ledger: str, arguments: list[str], code: int, said: str
) -> None:
    run = scrapy("diff", *arguments, dsn=ledger)

    assert run.returncode == code
    assert run.stdout == ""
    assert len(run.stderr.strip().splitlines()) == 1
    assert said in run.stderr


def test_an_unreachable_database_is_one_line_without_the_password() -> None:
    run = scrapy("diff", "7", dsn="postgresql://wj:canary-77@127.0.0.1:9/wj")

    assert run.returncode == Exit.DATABASE_UNREACHABLE
    assert len(run.stderr.strip().splitlines()) == 1
    assert "canary-77" not in run.stdout + run.stderr


def test_the_history_of_a_story_is_read_in_order_and_whole(ledger: str) -> None:
    with psycopg.connect(ledger) as connection:
        known = history(connection, STORY)
        assert history(connection, 999) == []

    assert [each.number for each in known] == [1, 2, 3]
    assert known[0].changed_sections == []
    assert known[1].kinds == ["facts"]
    assert known[2].hashes == revisions.hashes(known[2].content)
    assert known[2].capture_id == CAPTURE
