"""Every request ends in a state, also one that Scrapy would lose without a word."""

from __future__ import annotations

import json

import psycopg

from crawler import settings
from tests.chain import ChainServer
from tests.crawling import crawl
from tests.dropping import DropRedirects
from tests.replaying import rows
from tests.running import OPEN, STORED, start, until
from tests.site.server import ReplicaServer


def test_what_is_no_address_of_the_site_ends_as_offsite(
    database: str,
) -> None:
    with ReplicaServer(seed=5, stories=120, channels=4) as site:
        run = start(site.url, database)
        until(database, STORED, 5)
        run.kill()
        run.wait()
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "UPDATE frontier SET url = 'https://example.org/wj/story/1/1' "
                "WHERE seq = (SELECT max(seq) FROM frontier WHERE state = 'pending')"
            )
        assert crawl(site.url, database).returncode == 0
        found = "SELECT state FROM frontier WHERE url LIKE '%example.org%'"
        assert rows(database, found) == [("offsite",)]
        assert rows(database, OPEN) == [(0,)]


def test_what_the_engine_drops_in_silence_ends_in_a_state(database: str) -> None:
    named = {path(kind): at for kind, at in settings.EXTENSIONS.items()}
    extensions = json.dumps(named | {path(DropRedirects): 500})
    with ChainServer(redirects=True) as site:
        run = crawl(site.url, database, "-a", "channels=china", "-s", "RELATED_DEPTH=9")
        whole = rows(database, "SELECT state FROM frontier WHERE story_id = 2")
        assert (run.returncode, whole) == (0, [("stored",)])
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("TRUNCATE frontier, article CASCADE")
        site.requests.clear()
        given = ("-a", "channels=china", "-s", "RELATED_DEPTH=9")
        run = crawl(site.url, database, *given, "-s", f"EXTENSIONS={extensions}")
    ended = rows(database, "SELECT state, reason FROM frontier WHERE story_id = 2")
    assert ended == [("failed", "dropped_in_silence")]
    assert rows(database, OPEN) == [(0,)]


def path(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
