"""The documents keep up with the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from crawler import arguments, settings
from crawler.ends.verdict import Exit
from pipelines.storage import migrate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SETTINGS = Path(settings.__file__).read_text(encoding="utf-8")
FROM_ENVIRONMENT = sorted(set(re.findall(r'os\.environ\.get\("(\w+)"', SETTINGS)))
COMMANDS = sorted(
    path.stem for path in (ROOT / "crawler" / "commands").glob("[a-z]*.py")
)
TARGETS = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
KIND = re.compile(r'kind="(\w+)"|not_read\(\s*response, "(\w+)"')


@pytest.mark.parametrize("name", [*FROM_ENVIRONMENT, "RUN_ID", "JOB_ID"])
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("name", FROM_ENVIRONMENT)
def test_every_environment_variable_is_in_the_example(name: str) -> None:
    assert re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE)


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("crawler", "pipelines")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"environ\.get|environ\[|getenv", path.read_text("utf-8"))
    }
    # the embedded server gets a PATH, which is no setting of ours
    assert readers == {"crawler/settings.py", "pipelines/storage/embedded.py"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme_and_has_help_with_an_example(name: str) -> None:
    assert f"`scrapy {name}" in README
    tree = (ROOT / "crawler" / "commands" / f"{name}.py").read_text(encoding="utf-8")
    assert "short_desc" in tree
    assert "Example: scrapy" in tree


@pytest.mark.parametrize("name", TARGETS)
def test_every_make_target_is_in_the_readme(name: str) -> None:
    assert f"make {name}" in README


@pytest.mark.parametrize("name", arguments.NAMES)
def test_every_argument_is_in_the_readme(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("code", list(Exit))
def test_every_exit_code_is_in_the_readme(code: Exit) -> None:
    assert f"| {code.value} | {code.name.lower()} |" in README


def test_every_incident_kind_is_documented() -> None:
    kinds: set[str] = set()
    for folder in ("crawler", "pipelines"):
        for path in (ROOT / folder).rglob("*.py"):
            for found in KIND.findall(path.read_text(encoding="utf-8")):
                kinds.add(found[0] or found[1])
    documented = (ROOT / "docs" / "incidents.md").read_text(encoding="utf-8")

    assert kinds
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in documented] == []


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [int(name.partition("_")[0]) for name in migrate.migrations()]

    assert numbers == list(range(1, len(numbers) + 1))


def test_no_file_of_code_is_longer_than_a_person_reads() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for folder in ("crawler", "pipelines", "tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 250
    }
    assert long == {}


def test_every_module_says_what_is_in_it() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for folder in ("crawler", "pipelines", "tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "__init__.py"
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "queries").glob("*.sql")))
def test_the_example_queries_run(path: Path, database: str) -> None:
    import psycopg

    with psycopg.connect(database) as connection:
        connection.execute(path.read_bytes())
