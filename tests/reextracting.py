"""``scrapy replay`` in this process, and other extractors to run it with."""

from __future__ import annotations

import json
import shutil
import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from scrapy.settings import Settings

from crawler.commands.replay import Command
from tests.conftest import create
from tests.crawling import ROOT, crawl
from tests.replaying import another_database
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES = {
    "article": "story_id",
    "contributor": "story_id, position",
    "figure": "story_id, position",
    "keyword": "story_id, position",
    "link": "link_id",
    "revision": "story_id, number",
    "placement": "link_id, number",
    "text_signature": "story_id",
    "capture": "capture_id",
    "run": "run_id",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the command printed, line by line, and its exit code."""

    code: int
    lines: list[str]
    errors: list[str]

    @property
    def changed(self) -> dict[str, int]:
        """Field -> rows that would change, for those where any would."""
        found = {}
        for line in self.lines:
            name, _, numbers = line.partition(": ")
            if " compared, " in numbers:
                found[name] = int(numbers.split(", ")[1].split()[0])
        return {name: number for name, number in found.items() if number}


@dataclass(frozen=True, slots=True)
class Replayer:
    """Runs the command on one database, in this process."""

    dsn: str
    var: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, jobs: int = 1) -> Told:
        command = Command()
        command.settings = Settings(
            {"DATABASE_URL": self.dsn, "VAR_DIR": str(self.var)}
        )
        parser = ArgumentParser()
        Command.add_options(command, parser)
        options, named = parser.parse_known_args([*arguments, "--jobs", str(jobs)])
        self.capsys.readouterr()
        command.run(named, options)
        said = self.capsys.readouterr()
        return Told(command.exitcode, said.out.splitlines(), said.err.splitlines())


def everything(dsn: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in key order."""
    with psycopg.connect(dsn) as connection:
        return {
            table: connection.execute(
                f"SELECT * FROM {table} ORDER BY {key}".encode()  # noqa: S608 - ours
            ).fetchall()
            for table, key in TABLES.items()
        }


def run_sql(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def other_extractor(folder: Path, *patches: tuple[str, str, str]) -> Path:
    """A copy of the program in which (module, old text, new text) is patched; texts
    stand where they are met first, an empty old text is the module's end."""
    for name in ("crawler", "pipelines"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "scrapy.cfg", folder)
    for module, old, new in patches:
        path = folder / module
        text = path.read_text(encoding="utf-8")
        assert old in text
        text = text.replace(old, new, 1) if old else text + new
        path.write_text(text, encoding="utf-8")
    return folder


def command_of(*arguments: str) -> list[str]:
    """The command line; the folder it is run in decides which copy is used."""
    return [sys.executable, "-m", "scrapy", "replay", *arguments]


def changes_of(path: Path) -> list[dict[str, Any]]:
    """The lines that ``--out`` wrote."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def night(
    postgres_server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Name of the database of a night of 40 stories, and its var directory."""
    var = tmp_path_factory.mktemp("night")
    with another_database(postgres_server, template) as dsn:
        with ReplicaServer(stories=40, channels=3) as site:
            run = crawl(site.url, dsn, VAR_DIR=str(var))
        assert run.returncode == 0, run.stderr
        yield str(conninfo_to_dict(dsn)["dbname"]), var


@pytest.fixture
def replayer(
    night: tuple[str, Path],
    postgres_server: str,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Replayer]:
    """The command on a copy of the night's database."""
    name, var = night
    copy = f"{name}_copy"
    create(postgres_server, copy, name)
    yield Replayer(make_conninfo(postgres_server, dbname=copy), var, capsys)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {copy} WITH (FORCE)".encode())
