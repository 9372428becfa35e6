"""``.env`` is read as it stands, by all commands; what is unclear is refused."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.ends.verdict import Exit
from crawler.env_file import NotRead, complete, variables
from tests.crawling import ROOT, scrapy

if TYPE_CHECKING:
    from pathlib import Path

READ = {
    "A=postgresql://u:p&w;x|y@h/d?sslmode=require": "postgresql://u:p&w;x|y@h/d"
    "?sslmode=require",
    "A=Jo Doe (jo@x.org)": "Jo Doe (jo@x.org)",
    "A=": "",
    "A=''": "",
    'A="p # q"': "p # q",
    "A='it\"s'": 'it"s',
    "A=$HOME/`id`\\n": "$HOME/`id`\\n",
    "A=Jo O'Neil": "Jo O'Neil",
    "A=a=b#c": "a=b#c",
    "  A=x \r": "x",
    "\ufeff\n# A=y\n\nA=z\nA=x": "x",
    "A=世界": "世界",
}
REFUSED = (
    *("S3cr3t", "export A=S3cr3t", "A = S3cr3t", "1A=S3cr3t", "A: S3cr3t", "=S3cr3t"),
    *("A='S3cr3t", 'A="S3cr3t" x', "A='S'3cr3t'", "A='", "A=S3cr3t # why"),
    *("A=S3cr\x00t", "A=S3cr\x1bt"),
)


@pytest.mark.parametrize("text", READ)
def test_a_value_is_taken_as_it_stands(text: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(text.encode())
    environment: dict[str, str] = {}
    complete(environment, tmp_path)
    assert environment == {"A": READ[text]}


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_unclear_is_refused_with_its_line_and_without_its_value(
    line: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"B=1\n\n{line}\n", encoding="utf-8")
    environment: dict[str, str] = {}
    with pytest.raises(NotRead) as caught:
        complete(environment, tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/.env, line 3: ")
    assert "3cr" not in str(caught.value)
    assert environment == {}


@given(st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="'")))
def test_any_value_can_be_written_in_quotes(value: str) -> None:
    assert variables(f"A='{value} # {value}'") == {"A": f"{value} # {value}"}


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = variables(text)
    except NotRead:
        return
    assert all(re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) for name in found)


def test_what_the_environment_has_goes_before(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("A=file\nB=file\nC=file\n")
    environment = {"A": "here", "B": "", "UDN_ENV": "other"}
    complete(environment, tmp_path)
    assert environment == {"A": "here", "B": "", "C": "file", "UDN_ENV": "other"}


def test_no_file_is_needed_but_a_named_one_is(tmp_path: Path) -> None:
    complete({}, tmp_path)
    with pytest.raises(NotRead, match="UDN_ENV names, is not there"):
        complete({"UDN_ENV": "no.env"}, tmp_path)
    with pytest.raises(NotRead, match="cannot be read: Is a directory"):
        complete({"UDN_ENV": str(tmp_path)}, tmp_path)
    (tmp_path / ".env").write_bytes(b"A=\xff")
    with pytest.raises(NotRead, match="is not UTF-8"):
        complete({}, tmp_path)


def test_the_example_can_be_read_also_with_all_its_lines_in_use() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    in_use = re.sub(r"^#(?=[A-Z_]+=)", "", text, flags=re.MULTILINE)
    assert variables(text) == {"UDN_CONTACT": "", "DATABASE_URL": "", "VAR_DIR": ""}
    assert len(variables(in_use)) > 20


def test_a_developers_file_is_no_business_of_the_tests() -> None:
    assert os.environ["UDN_ENV"] == os.devnull


def test_a_command_ends_with_a_line_that_names_the_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.env"
    bad.write_text("MAX_STORIES=5\nS3cr3tPw\n")
    done = scrapy("db", "--no-psql", UDN_ENV=str(bad))
    assert done.returncode == Exit.CONFIGURATION
    assert f"{bad}, line 2: NAME=value is expected" in done.stderr
    assert "S3cr3t" not in done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1
