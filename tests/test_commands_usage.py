"""One rule for all commands: 2 what cannot be understood, 3 what cannot be used."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from crawler import commands, one_page
from crawler.commands.extract import Command as Extract
from crawler.commands.extract import Unreadable
from crawler.ends.verdict import Exit
from crawler.looking import whole_number
from tests.archives import answer, record
from tests.commanding import say
from tests.crawling import scrapy

NO_SITE = "http://127.0.0.1:9"
NO_ADDRESS = "is no address such as"
NAMES = sorted(path.stem for path in Path(commands.__path__[0]).glob("[a-z]*.py"))
MISUNDERSTOOD: dict[tuple[str, ...], str] = {
    ("crawl",): "name one spider",
    ("crawl", "nope"): "no spider 'nope'; there are survey, udn_world",
    ("crawl", "udn_world", "--bogus"): "name one spider",
    ("crawl", "udn_world", "-a", "since"): "-a NAME=VALUE",
    ("db", "extra"): "db takes no 'extra'",
    ("db", "--psql", "--no-psql"): "not allowed with",
    ("frontier", "abc"): "at most one job",
    ("frontier", "²"): "at most one job",
    ("frontier", "1", "2"): "at most one job",
    ("replay", "--diff", "1", "--jobs", "x"): "--jobs: invalid",
    ("replay", "--diff", "--write", "1"): "not allowed with",
    ("replay", "1"): "scrapy crawl udn_world -a replay=",
    ("replay", "--diff"): "name an archive",
    ("replay", "--write", "1", "--field", "title"): "leave out --field",
    ("diff",): "scrapy diff 8241914 1 2",
    ("diff", "abc"): "'abc' is no story's number",
    ("diff", "8241914", "x", "1"): "'x' is no revision's number",
    ("archive",): "say what to do",
    ("archive", "nope"): "say what to do",
    ("archive", "list", "x"): "list takes no 'x'",
    ("archive", "index"): "name what to index",
    ("archive", "verify", "--run", "one"): "--run: invalid",
    ("archive", "verify", "1", "--run", "1"): "either paths or --run",
    **{(name, "--bogus"): "--bogus|one spider" for name in NAMES},
}
UNUSABLE: dict[tuple[str, ...], str] = {
    ("crawl", "survey", "-a", f"site={NO_SITE}"): "is run by scrapy survey",
    ("crawl", "udn_world", "-s", "LOG_LEVEL=NOPE"): "LOG_LEVEL='NOPE'",
    ("crawl", "udn_world", "-L", "NOPE"): "LOG_LEVEL='NOPE'",
    ("extract", "x", "-s", "LOG_LEVEL=NOPE"): "LOG_LEVEL='NOPE'",
    ("frontier", "-s", "LOG_LEVEL=NOPE"): "LOG_LEVEL='NOPE'",
    ("extract", "x", "--site", "ftp://"): "site='ftp://'",
    ("survey", "--site", "ftp://"): "site='ftp://'",
    ("survey", "--site", ""): "site=''",
    ("diff", "https://example.org/x"): "is no story's number or address",
    ("archive", "verify", "nowhere", "--no-database"): "'nowhere': no WARC file",
    ("replay", "--diff", "nowhere"): "'nowhere': no WARC file",
    ("replay", "--diff", "1", "--jobs", "0"): "--jobs 0",
    ("replay", "--diff", "README.md", "--since", ""): "--since=''",
}


@pytest.mark.parametrize("arguments", MISUNDERSTOOD, ids=" ".join)
def test_what_cannot_be_understood_is_a_usage_error(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    said = say(capsys, *arguments)

    assert (said.code, said.out) == (Exit.USAGE, "")
    assert re.search(MISUNDERSTOOD[arguments], said.lines[-1])
    assert "Traceback" not in said.err


@pytest.mark.parametrize("arguments", UNUSABLE, ids=" ".join)
def test_what_is_understood_and_cannot_be_used_is_one_line(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = say(capsys, *arguments, var=tmp_path)

    assert said.code == Exit.CONFIGURATION
    (line,) = said.lines
    assert UNUSABLE[arguments] in line


@pytest.mark.parametrize(
    "arguments",
    [
        ("extract", "http://[::1"),
        ("survey", "http://[::1", "--site", NO_SITE),
        ("survey", "--save", f"{__file__}/x", "--site", NO_SITE),
    ],
    ids=" ".join,
)
def test_what_no_page_can_be_fetched_with_is_one_line_before_any_request(
    arguments: tuple[str, ...],
) -> None:
    run = scrapy(*arguments)

    assert run.returncode == Exit.CONFIGURATION
    (line,) = (run.stdout + run.stderr).splitlines()
    assert NO_ADDRESS in line or "--save" in line


@pytest.mark.parametrize(
    "address", ["http://[::1", "", "junk", "ftp://x/", "http://", "http://x:port/"]
)
def test_what_is_no_address_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=NO_ADDRESS):
        one_page.fetchable(address)
    with pytest.raises(Unreadable, match=f"--url: .*{NO_ADDRESS}"):
        Extract().page(str(tmp_path / "page.html"), address, None)


@pytest.mark.parametrize("given", ["", "x", "-1", "²", "1_0", " 1", "9" * 19])
def test_what_is_no_number_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        whole_number(given)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_names_the_exit_codes_it_can_give(name: str) -> None:
    command = import_module(f"crawler.commands.{name}").Command()
    told = command.long_desc().partition("Exit codes: ")[2]

    assert {"0", "2", "3"} <= set(re.findall(r"\d+", told))


@pytest.mark.parametrize("junk", [b"# no WARC file\n", b"", b"\x1f\x8b\x08junk"])
def test_what_is_no_warc_file_gets_no_index(
    junk: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, sound = tmp_path / "notes.warc.gz", tmp_path / "wget.warc.gz"
    path.write_bytes(junk)
    sound.write_bytes(record("response", answer()))

    said = say(capsys, "archive", "index", str(path), str(sound))

    assert said.code == Exit.CONFIGURATION
    assert said.err.splitlines() == [f"{path}: no WARC file, no index"]
    assert not path.with_name("notes.cdxj").exists()
    assert sound.with_name("wget.cdxj").read_text().count("\n") == 1
