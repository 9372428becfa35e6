"""A night starts once a UTC day, never twice at a time, and tells how it ended."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import psycopg
import pytest

from crawler.ends.verdict import Exit
from tests.crawling import ROOT
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

NIGHT = ROOT / "deploy" / "night.sh"
CRON_FILE = ROOT / "deploy" / "udn-world.cron"
SECONDS = 120


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder whose ``scrapy`` only notes that it was called."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(NIGHT, tmp_path / "deploy" / "night.sh")
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    scrapy = binaries / "scrapy"
    scrapy.write_text(
        "#!/bin/sh\n"
        '[ "$1" = settings ] && { echo "${VAR_DIR:-var}"; exit; }\n'
        'echo "$* TZ=$TZ" >> called\n'
        'sleep "${SLEEP:-0}"; exit "${CODE:-0}"\n'
    )
    scrapy.chmod(0o755)
    return tmp_path


def night(project: Path, **environment: str) -> int:
    """Runs night.sh as cron would: another folder, next to no environment."""
    return subprocess.run(
        ["/bin/sh", str(project / "deploy" / "night.sh")],
        cwd="/",
        env={"HOME": "/", "TZ": "Asia/Taipei", **environment},
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


def calls(project: Path) -> list[str]:
    noted = project / "called"
    return noted.read_text().splitlines() if noted.exists() else []


def test_outside_its_hour_nothing_is_started(project: Path) -> None:
    other = f"{(datetime.now(UTC).hour + 5) % 24:02d}"

    assert night(project, NIGHT_HOUR_UTC=other) == 0
    assert calls(project) == []


def test_in_its_hour_the_night_runs(project: Path) -> None:
    hour = f"{datetime.now(UTC).hour:02d}"
    code = night(project, NIGHT_HOUR_UTC=hour, NIGHT_ARGUMENTS="-a max_stories=1")

    assert code == 0
    assert calls(project) == ["crawl udn_world -a max_stories=1 TZ=UTC"]


@pytest.fixture
def real(project: Path) -> Path:
    """The same with this program itself in it."""
    for name in ("crawler", "pipelines", "scrapy.cfg"):
        (project / name).symlink_to(ROOT / name)
    scrapy = project / ".venv" / "bin" / "scrapy"
    scrapy.write_text(f'#!/bin/sh\nexec {sys.executable} -m scrapy "$@"\n')
    return project


def log_of(var: Path) -> str:
    (log,) = (var / "log").iterdir()
    return log.read_text()


def test_the_night_has_the_settings_of_the_env_file_as_they_stand_there(
    real: Path,
) -> None:
    """Port 1 answers nobody: exit code 4 means that this database was asked for."""
    var = real / "a place"
    (real / ".env").write_text(
        "DATABASE_URL=postgresql://u:S3cr3t&w@127.0.0.1:1/x\n"
        f"UDN_CONTACT=Jo Doe (jo@x.org)\nVAR_DIR={var}\n"
    )

    assert night(real, NIGHT_HOUR_UTC="any") == Exit.DATABASE_UNREACHABLE
    assert "postgresql://u@127.0.0.1:1/x" in log_of(var)
    assert "S3cr3t" not in log_of(var)
    assert log_of(var).splitlines()[-1].endswith("night: exit 4")
    assert not (real / "var").exists()


def test_settings_that_cannot_be_read_are_in_the_log_without_their_values(
    real: Path,
) -> None:
    (real / ".env").write_text("MAX_STORIES=5\nS3cr3t\n")

    assert night(real, NIGHT_HOUR_UTC="any") == Exit.CONFIGURATION
    log = log_of(real / "var")
    assert f"{real}/.env, line 2: NAME=value is expected" in log
    assert "S3cr3t" not in log
    assert log.splitlines()[-1].endswith("night: exit 3")


def test_without_a_virtual_environment_one_line_says_so(project: Path) -> None:
    shutil.rmtree(project / ".venv")

    assert night(project, NIGHT_HOUR_UTC="any") == Exit.CONFIGURATION
    first, last = log_of(project / "var").splitlines()
    assert first.endswith(".venv is not there: make setup")
    assert last.endswith("night: exit 3")


def test_a_place_that_cannot_be_made_is_told_in_the_projects_own_log(
    project: Path,
) -> None:
    assert night(project, NIGHT_HOUR_UTC="any", VAR_DIR="/proc/x", CODE="3") == 3
    assert log_of(project / "var").splitlines()[-1].endswith("night: exit 3")


def test_the_exit_code_is_kept_and_is_the_last_line_of_the_log(project: Path) -> None:
    assert night(project, NIGHT_HOUR_UTC="any", CODE="7") == 7

    (log,) = (project / "var" / "log").iterdir()
    assert log.name == f"night-{datetime.now(UTC):%Y-%m-%d}.log"
    assert log.read_text().splitlines()[-1].endswith("night: exit 7")


def test_two_nights_never_run_at_once(project: Path) -> None:
    first = subprocess.Popen(
        ["/bin/sh", str(project / "deploy" / "night.sh")],
        env={"NIGHT_HOUR_UTC": "any", "SLEEP": "3"},
    )
    while not calls(project):
        time.sleep(0.02)

    assert night(project, NIGHT_HOUR_UTC="any") == 5
    assert first.wait(timeout=10) == 0
    assert len(calls(project)) == 1


@pytest.mark.parametrize(
    "zone", ["UTC", "America/New_York", "Asia/Taipei", "Asia/Kolkata"]
)
def test_every_utc_day_has_exactly_one_night_whatever_the_machines_zone(
    zone: str,
) -> None:
    """cron fires at minute 10 of every local hour; two weeks around a clock change."""
    minute, *hours = CRON_FILE.read_text().splitlines()[-1].split()[:2]
    assert hours == ["*"]
    starts = []
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    while moment < datetime(2026, 3, 15, tzinfo=UTC):
        if moment.astimezone(ZoneInfo(zone)).minute == int(minute) and moment.hour == 9:
            starts.append(moment.date())
        moment += timedelta(minutes=10)

    assert len(starts) == len(set(starts)) == 14


@pytest.fixture
def daemon() -> Iterator[None]:
    """The real cron daemon of Debian, our own unless one runs already."""
    if os.geteuid() != 0 or shutil.which("cron") is None:
        pytest.skip("cron needs root and the package cron: run make test as root")
    if subprocess.run(["pidof", "cron"], capture_output=True, check=False).stdout:
        yield
        return
    process = subprocess.Popen(
        ["cron", "-f"], env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    )
    yield
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=10)


@pytest.mark.cron
def test_the_real_cron_daemon_runs_a_night(
    daemon: None, database: str, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.env"
    installed = Path("/etc/cron.d/udn-world-test")
    with ReplicaServer(seed=7, night=1, stories=40) as site:
        settings.write_text(
            f"DATABASE_URL='{database}'\nUDN_DOWNLOAD_DELAY=0\nUDN_CONTACT=tests\n"
        )
        text = CRON_FILE.read_text()
        for ours, test in {
            "PROJECT=/opt/udn-world": f"PROJECT={ROOT}",
            "NIGHT_HOUR_UTC=09": f"NIGHT_HOUR_UTC=any\nUDN_ENV={settings}\n"
            f"NIGHT_ARGUMENTS=-a site={site.url}",
            "10 * * * * udn": "* * * * * root",
        }.items():
            assert ours in text
            text = text.replace(ours, test)
        try:
            installed.write_text(text)
            installed.chmod(0o644)
            row = finished_run(database)
        finally:
            installed.unlink(missing_ok=True)

    assert row == ("good", 0)
    log = ROOT / "var" / "log" / f"night-{datetime.now(UTC):%Y-%m-%d}.log"
    assert "night: exit 0" in log.read_text()


def finished_run(dsn: str) -> tuple[str, int]:
    """Waits for the first run that has a verdict."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with psycopg.connect(dsn) as connection:
            row = connection.execute(
                "SELECT outcome, exit_code FROM run WHERE finished_at IS NOT NULL"
            ).fetchone()
        if row:
            time.sleep(1)  # the script still writes its last line
            return row
        time.sleep(0.5)
    raise AssertionError(f"no run had a verdict after {SECONDS} s")
