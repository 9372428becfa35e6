"""``scrapy db`` tells where the data is, without ever telling the password."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crawler.commands.db import NOT_READ
from crawler.ends.verdict import Exit
from pipelines.storage import embedded
from tests.commanding import say
from tests.crawling import ROOT, environment, scrapy

if TYPE_CHECKING:
    from pathlib import Path

QUERIES = sorted((ROOT / "docs" / "queries").glob("*.sql"))


def test_address_versions_and_rows_are_shown(database: str) -> None:
    run = scrapy("db", "--no-psql", dsn=database)

    assert (run.returncode, run.stderr) == (0, "")
    for word in ("postgresql://", "PostgreSQL", "schema", "article", "quarantine"):
        assert word in run.stdout


def test_standard_input_goes_to_psql_or_is_said_not_to(database: str) -> None:
    told = [
        subprocess.run(
            [sys.executable, "-m", "scrapy", "db", *options],
            cwd=ROOT,
            env=environment(database),
            input="SELECT 40 + 2 AS answer;",
            capture_output=True,
            text=True,
            check=True,
        )
        for options in ((), ("--psql",))
    ]

    assert [("42" in one.stdout) for one in told] == [False, True]
    assert told[0].stderr.splitlines() == [NOT_READ]
    assert told[1].stderr == ""


def test_psql_that_is_not_there_is_one_line_before_anything_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setattr(embedded, "programs", lambda: None)

    said = say(capsys, "db", "--psql")

    assert said.code == Exit.CONFIGURATION
    assert said.lines == ["psql is not there: apt-get install postgresql-client."]


def test_an_unreachable_database_is_one_line_without_the_password() -> None:
    run = scrapy("db", dsn="postgresql://wj:canary-77@127.0.0.1:9/wj")

    assert run.returncode == Exit.DATABASE_UNREACHABLE
    assert len(run.stderr.strip().splitlines()) == 1
    assert "canary-77" not in run.stdout + run.stderr
    assert "127.0.0.1" in run.stderr


def test_psql_answers_what_is_typed_into_it_after_what_is_told(database: str) -> None:
    with QUERIES[0].open() as typed:
        printed = subprocess.check_output(
            [sys.executable, "-m", "scrapy", "db", "--psql"],
            cwd=ROOT,
            env=environment(database),
            stdin=typed,
            text=True,
        )
    told, _, answered = printed.partition("quarantine")
    assert told.startswith("address ")
    assert answered.rstrip().endswith("(0 rows)")


@pytest.mark.parametrize("path", QUERIES)
def test_a_query_ends_so_that_psql_sends_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8").endswith(";\n")


def test_the_readme_names_a_query_that_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"--psql < (docs/queries/\S+\.sql)", readme)
    assert named
    assert all((ROOT / name).exists() for name in named)
