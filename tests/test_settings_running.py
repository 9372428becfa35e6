"""What is in force while a crawl is running, whatever was asked for, and that nobody
can connect to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.crawling import ROOT, environment
from tests.site.server import ReplicaServer

LISTEN = "0A"
FILES = "scrapy.core.downloader.handlers.file.FileDownloadHandler"
# What a person might set, by mistake or on purpose
ASKED = (
    *("TELNETCONSOLE_ENABLED=1", "REMOTE_CONTROL_ENABLED=1", "HTTPPROXY_ENABLED=1"),
    f"DOWNLOAD_HANDLERS={json.dumps({'file': FILES})}",
    "TWISTED_DNS_RESOLVER=scrapy.resolver.CachingThreadedResolver",
)
GUARDED = "crawler.reach.handler.GuardedDownloadHandler"


def listening(pid: int) -> set[str]:
    """Local addresses on which a process listens (proc(5): its sockets' inodes)."""
    own, tables = set(), ""
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed in the meantime
                own.add(str(descriptor.readlink()))
        for table in ("tcp", "tcp6"):
            rows = Path(f"/proc/{pid}/net/{table}").read_text().partition("\n")[2]
            tables += rows
    except (PermissionError, FileNotFoundError):
        return set()  # it is just ending: no ordinary user's any more, or not there
    found = set()
    for line in tables.splitlines():
        fields = line.split()
        if fields[3] == LISTEN and f"socket:[{fields[9]}]" in own:
            found.add(fields[1])
    return found


@pytest.fixture(scope="module")
def running(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], list[set[str]]]:
    """Settings in force during a crawl, and where it listened, look by look."""
    folder = tmp_path_factory.mktemp("running")
    told = folder / "settings.json"
    options = [part for setting in ASKED for part in ("-s", setting)]
    with ReplicaServer(seed=7, night=1, stories=40, channels=2) as site:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "scrapy", "crawl", "udn_world", *options),
                *("-a", f"site={site.url}", "-a", "max_stories=5"),
                *("-s", f"TELL_TO={told}", "-s", "DOWNLOAD_DELAY=0.1"),
            ],
            cwd=ROOT,
            env=environment(
                postgres_server,
                VAR_DIR=str(folder),
                SCRAPY_SETTINGS_MODULE="tests.reaching.telling",
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        looks = []
        while process.poll() is None:
            if told.exists():
                looks.append(listening(process.pid))
            time.sleep(0.05)
    assert process.returncode == 0
    return json.loads(told.read_text(encoding="utf-8")), looks


def test_a_running_crawl_listens_nowhere(running: Any) -> None:
    _, looks = running
    assert len(looks) >= 5
    assert set().union(*looks) == set()


def test_looking_finds_a_port_where_there_is_one() -> None:
    with ReplicaServer() as site:
        assert f"0100007F:{site.port:04X}" in listening(os.getpid())


IN_FORCE = {
    "ROBOTSTXT_OBEY": True,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.2",
    "DOWNLOADER_CLIENT_TLS_CIPHERS": None,
    "DOWNLOAD_MAXSIZE": 8 * 1024 * 1024,
    "DOWNLOAD_WARNSIZE": 2 * 1024 * 1024,
    "DOWNLOAD_TIMEOUT": 30,
    "DOWNLOAD_FAIL_ON_DATALOSS": True,
    "REDIRECT_MAX_TIMES": 5,
    "METAREFRESH_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "COOKIES_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "HTTPCACHE_ENABLED": False,
    "REFERRER_POLICY": "<class 'scrapy.spidermiddlewares.referer.NoReferrerPolicy'>",
    "TWISTED_DNS_RESOLVER": "crawler.reach.resolver.GuardedResolver",
    "URLLENGTH_LIMIT": 2083,
    "LOG_LEVEL": "INFO",
    "JOBDIR": None,
    "resolver": "GuardedResolver",
    "handlers": {"http": GUARDED, "https": GUARDED},
}


@pytest.mark.parametrize("name", IN_FORCE)
def test_what_is_in_force_is_hardened(running: Any, name: str) -> None:
    assert running[0][name] == IN_FORCE[name]


def test_nothing_that_takes_orders_is_loaded(running: Any) -> None:
    assert not {"TelnetConsole", "RemoteControl"} & set(running[0]["extensions"])
