"""No password, token or user info is found anywhere it should not be."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crawler.ends.verdict import Exit
from tests.crawling import ROOT, crawl, environment, scrapy
from tests.reliability import tell
from tests.secrecy import (
    LOOKED,
    PUBLISHED,
    SECRET,
    careless,
    command_lines,
    in_files,
    in_rows,
    leaks,
    with_password,
)
from tests.site.server import ReplicaServer
from tests.test_exit_codes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEBUG = ("-L", "DEBUG")
AT_ONCE = ("-s", "DOWNLOAD_DELAY=0")
# What people type: characters in a password that had to be escaped
MALFORMED = {
    "at": f"postgresql://wj:p@{SECRET}@127.0.0.1:9/wj",
    "slash": f"postgresql://wj:p/{SECRET}@127.0.0.1:9/wj",
    "colon": f"postgresql://wj:p:{SECRET}@127.0.0.1:9/wj",
    "hash": f"postgresql://wj:p#{SECRET}@127.0.0.1:9/wj",
    "question": f"postgresql://wj:p?{SECRET}@127.0.0.1:9/wj",
    "percent": f"postgresql://wj:%zz{SECRET}@127.0.0.1:9/wj",
    "blank": f"postgresql://wj:p {SECRET} x@127.0.0.1:9/wj",
    "line end": f"postgresql://wj:p\n{SECRET}@127.0.0.1:9/wj",
    "bracket": f"postgresql://wj:{SECRET}@[::1/wj",
    "no host": f"postgresql://wj:{SECRET}",
    "no scheme": f"wj:{SECRET}@127.0.0.1/wj",
    "port": f"postgresql://wj@127.0.0.1:{SECRET}/wj",
    "keyword": f"host=127.0.0.1 port=9 pasword={SECRET}",
    "keyword blank": f"host=127.0.0.1 port=9 password=p {SECRET}",
    "query": f"postgresql://127.0.0.1:9/wj?pasword={SECRET}",
}
USER_INFO = {
    "sound": f"http://user:{SECRET}@127.0.0.1:9",
    "token": f"http://{SECRET}@127.0.0.1:9",
    "slash": f"http://user:p/{SECRET}@127.0.0.1:9",
    "at": f"http://user:{SECRET}@x@127.0.0.1:9",
}


@pytest.fixture(scope="module", autouse=True)
def figure() -> Iterator[None]:
    yield
    tell("secrets", "{found} of {places} places".format_map(LOOKED))


@pytest.fixture(scope="module")
def site() -> Iterator[ReplicaServer]:
    with ReplicaServer(seed=7, night=1, stories=40, channels=2) as server:
        yield server


def said(run: subprocess.CompletedProcess[str], secret: str = SECRET) -> list[str]:
    return leaks("stdout", run.stdout, secret) + leaks("stderr", run.stderr, secret)


def proxied(port: int) -> dict[str, str]:
    hidden = {name: "" for name in os.environ if name.lower() == "no_proxy"}
    return hidden | {"http_proxy": f"http://wj:{SECRET}@127.0.0.1:{port}"}


def test_a_whole_night_with_secrets_everywhere_tells_none(
    site: ReplicaServer, database: str, tmp_path: Path
) -> None:
    dsn = with_password(database)
    with careless(site.url) as published, command_lines() as shown:
        run = crawl(
            f"http://127.0.0.1:{published.server_port}",
            dsn,
            *DEBUG,
            VAR_DIR=str(tmp_path),
            **proxied(free_port()),
        )
        again = scrapy(
            *("replay", "--diff", "1", "--jobs", "2", *DEBUG),
            dsn=dsn,
            VAR_DIR=str(tmp_path),
        )
        verified = scrapy("archive", "verify", *DEBUG, dsn=dsn, VAR_DIR=str(tmp_path))

    assert run.returncode == Exit.GOOD, run.stderr[-2000:]
    assert again.returncode == verified.returncode == 0, again.stderr
    assert published.answered > 40
    assert published.redirected == 1
    assert "DEBUG" in run.stderr
    assert shown == []
    for one in (run, again, verified):
        assert said(one) == []
        assert said(one, PUBLISHED) == []
    assert in_rows(database) == []
    assert in_files(tmp_path) == []
    # bytes are the truth: what the site publishes is archived as it came
    assert in_files(tmp_path, PUBLISHED) != []


@pytest.mark.parametrize("form", MALFORMED)
@pytest.mark.parametrize("command", [("crawl", "udn_world"), ("db", "--no-psql")])
def test_a_malformed_database_address_does_not_spill_its_password(
    form: str, command: tuple[str, ...]
) -> None:
    with command_lines() as shown:
        run = scrapy(*command, *DEBUG, dsn=MALFORMED[form])

    assert run.returncode in (Exit.CONFIGURATION, Exit.DATABASE_UNREACHABLE)
    assert "Traceback" not in run.stderr
    assert said(run) == []
    assert shown == []


@pytest.mark.parametrize(
    "command",
    [
        ("replay", "--diff", "1"),
        ("replay", "--write", "1"),
        ("diff", "1"),
        ("archive", "verify", "--run", "1"),
        ("archive", "list"),
    ],
    ids=" ".join,
)
def test_no_command_tells_the_password_of_its_database(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "archive").mkdir()
    run = scrapy(*command, *DEBUG, dsn=MALFORMED["slash"], VAR_DIR=str(tmp_path))

    assert said(run) == []
    assert in_files(tmp_path) == []


@pytest.mark.parametrize("form", USER_INFO)
def test_an_address_with_user_info_is_refused_in_one_line_without_it(
    form: str, database: str, tmp_path: Path
) -> None:
    address = USER_INFO[form]
    runs = [
        scrapy("crawl", "udn_world", "-a", f"site={address}", *DEBUG, dsn=database),
        scrapy("extract", f"{address}/wj/story/1/2", *DEBUG),
        scrapy(
            *("fixture", f"{address}/wj/story/1/2", "--case", "x"),
            *("--folder", str(tmp_path), *DEBUG),
        ),
        scrapy("survey", "--site", address, *DEBUG),
        scrapy("survey", f"{address}/wj/story/1/2", *DEBUG),
    ]

    assert {one.returncode for one in runs} == {Exit.CONFIGURATION}
    assert [leak for one in runs for leak in said(one)] == []
    assert "user name or password" in runs[0].stdout
    assert in_rows(database) == []
    assert in_files(tmp_path) == []


def test_a_token_in_an_address_is_not_told(site: ReplicaServer, tmp_path: Path) -> None:
    for path in ("/wj/cate/china", "/wj/story/1/2"):
        address = f"{site.url}{path}?token={SECRET}"
        for run in (
            scrapy("extract", address, *DEBUG, *AT_ONCE),
            scrapy("survey", "--site", site.url, address, *DEBUG, *AT_ONCE),
            scrapy(
                *("fixture", address, "--case", path.rpartition("/")[2]),
                *("--folder", str(tmp_path), *DEBUG, *AT_ONCE),
            ),
        ):
            assert said(run) == []
    assert in_files(tmp_path) == []


def test_a_feed_s_address_is_not_told(site: ReplicaServer, database: str) -> None:
    feed = f"ftp://user:{SECRET}@127.0.0.1:9/x.jsonl"
    run = crawl(site.url, database, *DEBUG, "-O", feed)

    assert said(run) == []
    assert in_rows(database) == []


def test_psql_gets_the_password_but_not_on_its_command_line(
    database: str, tmp_path: Path
) -> None:
    program = tmp_path / "psql"
    program.write_text("#!/bin/sh\ntr '\\0' ' ' < /proc/$$/cmdline\nenv | grep ^PG\n")
    program.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    run = scrapy("db", "--psql", dsn=with_password(database), PATH=path)

    lines = run.stdout.splitlines()
    assert f"PGPASSWORD={SECRET}" in lines
    assert [one for one in lines if SECRET in one] == [f"PGPASSWORD={SECRET}"]
    assert any(str(program) in one for one in lines)


def test_a_fault_of_the_program_tells_no_secret_of_its_traceback(
    site: ReplicaServer, database: str
) -> None:
    run = crawl(
        site.url,
        with_password(database),
        *DEBUG,
        SCRAPY_SETTINGS_MODULE="tests.breaking",
        BREAK="tell_secrets",
    )

    assert "broken and talkative" in run.stderr
    assert run.returncode == Exit.INTERNAL
    assert said(run) == []
    assert in_rows(database) == []


def test_an_uncaught_fault_tells_no_secret() -> None:
    raising = "import os; from crawler import settings; {}"
    fault = "raise RuntimeError('talkative: ' + os.environ['DATABASE_URL'])"
    thread = (
        "import threading; "
        f"threading.Thread(target=exec, args=[{fault!r}, vars()]).start()"
    )
    for code in (fault, thread):
        run = subprocess.run(
            [sys.executable, "-c", raising.format(code)],
            cwd=ROOT,
            env=environment(f"postgresql://wj:p/{SECRET}@127.0.0.1/wj"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert "RuntimeError: talkative: postgresql://***" in run.stderr
        assert said(run) == []
