"""The figures of docs/reliability.md on robots.txt and on what is not reached."""

from __future__ import annotations

import itertools
import socket

import pytest

from tests.raw import RawSite, http, page
from tests.reliability import tell
from tests.robots_rfc import RFC
from tests.running import STORED, start, until
from tests.site.server import ReplicaServer
from tests.test_reach import FAST, HERE, SPELLINGS, routes, sent
from tests.test_robots_groups import TABLES, permitted
from tests.test_robots_status import MATRIX, conforms

pytestmark = pytest.mark.soak


def test_every_status_of_robots_txt() -> None:
    good = sum(map(conforms, MATRIX))
    tell("robots_status", f"{good}/{len(MATRIX)}")
    assert good == len(MATRIX) == 15


def test_every_case_of_a_matcher() -> None:
    cases = [case for table in TABLES.values() for case in table]
    checks = [
        permitted(text, token, path) is allowed
        for _, text, token, paths in cases
        for path, allowed in paths.items()
    ]
    tell("robots_matcher", f"{sum(checks)}/{len(checks)} checks in {len(cases)} files")
    assert all(checks)
    assert len(RFC) >= 21


def test_every_spelling_and_route() -> None:
    with RawSite(other=page("secret"), hosts=HERE) as canary:
        answers = routes(canary)
        with RawSite(answers, other=http(404)) as site:  # type: ignore[arg-type]
            places = {"port": canary.port, "site": site.port, "host": "127.0.0.1"}
            urls = SPELLINGS.format(name=socket.gethostname(), **places).split()
            paths = [path for path in answers if path != "/robots.txt"]
            urls += [site.url + path for path in paths]
            found = sent(site.url, urls, *FAST, "-s", "RETRY_TIMES=1")
    tell("forbidden_addresses", f"{canary.connections} of {len(urls)}")
    assert canary.connections == 0
    refresh = f"{site.url}/refresh"
    assert [url for url, told in found.items() if told != "forbidden_address"] == [
        refresh
    ]


def test_processes_together_keep_the_pause_of_robots_txt(database: str) -> None:
    polite = ("-s", "DOWNLOAD_DELAY=0.05", "-s", "CONCURRENT_REQUESTS=1")
    with ReplicaServer(seed=5, stories=20, channels=2, robots="slow") as site:
        first = start(site.url, database, *polite)
        until(database, STORED, 1)
        second = start(site.url, database, "-a", "join=yes", *polite)
        assert (first.wait(120), second.wait(120)) == (0, 0)
        times = site.times[1:]
    gaps = [two - one for one, two in itertools.pairwise(times)]
    assert len(gaps) > 15
    # the second asks for robots.txt before it knows of the pause
    assert sum(gaps) >= 0.4 * (len(gaps) - 1) * 0.98
