"""The verdict: one code and one line from the run's own numbers."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.ends.verdict import OPENINGS, Exit, judge

GOOD = {
    "finish_reason": "finished",
    "link/rows": 40,
    "page/ok": 30,
    "page/story/ok": 20,
}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, Exit.GOOD),
        ({"page/failed": 6, "page/error": 0}, Exit.GOOD),
        ({"page/failed": 6, "page/error": 6}, Exit.GOOD),
        ({"page/failed": 10, "page/error": 10}, Exit.TOO_MANY_ERRORS),
        ({"spider_exceptions/count": 9}, Exit.TOO_MANY_ERRORS),
        ({"spider_exceptions/count": 4, "page/raised": 4, "page/error": 4}, Exit.GOOD),
        ({"page/story/ok": 0, "cost/new": 5, "page/failed": 5}, Exit.TOO_MANY_ERRORS),
        ({"page/story/ok": 0, "cost/new": 4, "page/failed": 4}, Exit.GOOD),
        ({"link/rows": 0}, Exit.NOTHING_FOUND),
        ({"link/rows": 0, "page/ok": 0, "page/failed": 3, "page/error": 3}, Exit(7)),
        ({"finish_reason": "shutdown"}, Exit.INTERRUPTED),
        ({"finish_reason": None}, Exit.INTERNAL),
        ({"finish_reason": "a reason nobody knows"}, Exit.INTERNAL),
        ({"finish_reason": "cancelled"}, Exit.INTERNAL),
        ({"internal/error": 1}, Exit.INTERNAL),
        ({"finish_reason": "closespider_pagecount"}, Exit.GOOD),
        ({"finish_reason": "closespider_timeout"}, Exit.DEADLINE),
        ({"finish_reason": "closespider_errorcount"}, Exit.TOO_MANY_ERRORS),
        ({"finish_reason": "disk_full", "store/error": 1}, Exit.DISK_FULL),
        ({"finish_reason": "memusage_exceeded"}, Exit.MEMORY),
        ({"finish_reason": "deadline"}, Exit.DEADLINE),
        ({"finish_reason": "another_run"}, Exit.ANOTHER_RUN),
        ({"finish_reason": "unknown_channel"}, Exit.CONFIGURATION),
        ({"finish_reason": "database_unreachable"}, Exit.DATABASE_UNREACHABLE),
        ({"finish_reason": "store_errors", "store/error": 1}, Exit.STORING_FAILED),
        ({"store/error": 1}, Exit.STORING_FAILED),
        ({"finish_reason": "start_error"}, Exit.INTERNAL),
    ],
)
def test_every_end_has_its_code(changes: dict[str, Any], code: Exit) -> None:
    verdict = judge({**GOOD, **changes}, error_ratio_max=0.2)

    assert code == verdict.code
    assert verdict.outcome == code.name.lower()


@pytest.mark.parametrize(
    ("reason", "code", "said"),
    [
        ("shutdown", Exit.DATABASE_LOST, "(but for that: interrupted)"),
        ("deadline", Exit.DATABASE_LOST, "(but for that: deadline)"),
        ("database_lost", Exit.DATABASE_LOST, "the next run stores it. "),
        ("disk_full", Exit.DISK_FULL, "the disk is full"),
    ],
)
def test_what_lies_on_disk_is_told_whatever_ended_the_run(
    reason: str, code: Exit, said: str
) -> None:
    stats = {**GOOD, "finish_reason": reason, "store/spooled": 3}

    verdict = judge(stats, error_ratio_max=0.2)

    assert verdict.code == code
    assert said in verdict.line
    assert "3 writes kept on disk" in verdict.line


def test_rules_that_are_gone_in_mid_run_do_not_deny_what_was_read() -> None:
    stats = {**GOOD, "finish_reason": "robots_unavailable"}

    verdict = judge(stats, error_ratio_max=0.2)

    assert verdict.code == Exit.ROBOTS_UNAVAILABLE
    assert verdict.line.startswith("Stopped: robots.txt cannot be had any more")
    assert judge(
        {"finish_reason": "robots_unavailable"}, error_ratio_max=0.2
    ).line.startswith("Nothing requested: robots.txt")


def test_a_verdict_that_the_database_did_not_take_says_both() -> None:
    good = judge(GOOD, error_ratio_max=0.2)

    lost = good.lost()

    assert lost.outcome == "database_lost"
    assert lost.line == good.line.replace(
        "Good night", f"{OPENINGS[Exit.DATABASE_LOST]} (but for that: good)"
    )
    assert lost.lost() == lost


def test_the_line_tells_what_was_found_and_what_was_left() -> None:
    stats = {**GOOD, "store/article/inserted": 12, "left/max_stories": 5}

    line = judge(stats, error_ratio_max=0.2).line

    assert "20 stories read (12 new, 0 changed, 0 unchanged)" in line
    assert "5 stories left for next time" in line
    assert "\n" not in line


def test_what_is_gone_or_forbidden_has_not_failed() -> None:
    stats = {**GOOD, "page/ok": 77, "page/failed": 4, "page/gone": 2}

    assert "77 pages, 2 failed, 2 gone." in judge(stats, error_ratio_max=0.2).line
    stats |= {"page/forbidden": 1, "page/redirected": 1}
    line = judge(stats, error_ratio_max=0.2).line
    assert "77 pages, 0 failed, 2 gone, 1 forbidden, 1 redirected." in line
