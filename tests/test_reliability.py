"""Every figure of docs/reliability.md has a test that measures it in ``make soak``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.crawling import ROOT
from tests.reliability import FIGURES, SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path

TOLD = re.compile(r"\btell\(\s*(.{1,80})", re.DOTALL)
KEY = re.compile(r'"([a-z_]+)"')
# What make soak runs beside the tests that are marked as slow
RUN = re.compile(r"^FIGURES = .*?, ([a-z_ ]+)\)\)$", re.MULTILINE)


def telling() -> dict[str, Path]:
    """Key -> the file whose test tells it."""
    found = {"exit_codes": ROOT / "tests" / SCENARIOS}
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        for given in TOLD.findall(path.read_text("utf-8")):
            # the first argument may choose between two keys
            named = KEY.findall(given.partition(",")[0])
            found.update((key, path) for key in named if key in FIGURES)
    return found


@pytest.mark.parametrize("key", FIGURES)
def test_a_figure_is_told_by_a_test_that_make_soak_runs(key: str) -> None:
    path = telling()[key]
    (run,) = RUN.findall((ROOT / "Makefile").read_text("utf-8"))
    beside = path.stem.removeprefix("test_") in run.split()
    assert beside or "mark.soak" in path.read_text("utf-8")
