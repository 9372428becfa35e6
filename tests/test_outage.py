"""A database that goes away in mid-crawl costs time, and nothing else."""

from __future__ import annotations

import time

import psycopg

from crawler.ends.verdict import Exit
from tests.outages import after, begin, ended, own_server
from tests.site.server import ReplicaServer
from tests.test_crawl import assert_as_the_truth

SLOWLY = ("-s", "DOWNLOAD_DELAY=0.01")


def test_a_crawl_waits_for_its_database_and_stores_all() -> None:
    with own_server() as server, ReplicaServer(seed=7, night=1) as site:
        process = begin(site, server, *SLOWLY)
        after(site, process, 80)
        server.crash()
        time.sleep(1.5)
        under_way = sum(site.requests.values())
        time.sleep(2.5)
        asked_for_in_vain = sum(site.requests.values()) - under_way
        server.start()
        code, errors = ended(process)

        assert code == Exit.GOOD, errors
        assert asked_for_in_vain == 0
        assert_as_the_truth(site, server.dsn)
        assert server.spooled() == []
        with psycopg.connect(server.dsn) as connection:
            (counters,) = connection.execute("SELECT counters FROM run").fetchone()  # type: ignore[misc]
        assert counters["store/outages"] == 1
        assert "store/error" not in counters
