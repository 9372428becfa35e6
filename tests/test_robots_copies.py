"""How long a robots.txt is gone by, and what happens when the next cannot be had."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request
from scrapy.utils.test import get_crawler

from crawler import settings
from crawler.middlewares.guard import NeverRequestedMiddleware
from crawler.middlewares.robots import ROBOTS, OfTheNight, RobotsMiddleware
from crawler.reach.addresses import place_of
from crawler.robots.copies import Copies
from crawler.robots.origins import Origins, address
from crawler.robots.policy import Answer, Standing
from crawler.spiders.udn_world import UdnWorldSpider

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.crawler import Crawler

NOW = datetime(2026, 3, 8, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = "https://www.worldjournal.com"
ORIGIN = place_of(SITE)
RULES = Answer(Standing.RULES, "http_200", b"User-agent: *\nDisallow: /no\n")
LOST = Answer(Standing.UNREACHABLE, "http_503")


def crawler_of(**given: Any) -> Crawler:
    """A crawler of this project with its settings in force, not started."""
    ours = {name: value for name, value in vars(settings).items() if name.isupper()}
    return get_crawler(UdnWorldSpider, {**ours, **given})


class Asked:
    """The origins' rules; ``now`` and ``answer`` may be set."""

    def __init__(self, copies: Copies | None = None) -> None:
        self.now, self.answer = NOW, RULES
        self.asked: list[str] = []
        self.counts: Counter[str] = Counter()
        self.origins = Origins(
            fetch=self.fetch,
            token="udn-world",  # noqa: S106 - a name
            count=lambda word: self.counts.update([word]),
            copies=copies,
            clock=lambda: self.now,
        )

    async def fetch(self, url: str) -> Answer:
        self.asked.append(url)
        await asyncio.sleep(0)
        return self.answer

    async def may(self, path: str = "/yes") -> bool | None:
        """None: robots.txt is not to be had."""
        permission = await self.origins.permission(ORIGIN)
        if permission.standing is Standing.UNREACHABLE:
            return None
        return permission.allows(SITE + path)


async def test_it_is_asked_for_once_by_however_many_requests() -> None:
    robots = Asked()
    answers = await asyncio.gather(*(robots.may() for _ in range(5)), robots.may("/no"))

    assert answers == [True] * 5 + [False]
    assert robots.asked == [f"{SITE}/robots.txt"]


async def test_every_scheme_host_and_port_has_its_own() -> None:
    robots = Asked()
    places = ("https://a.example", "http://a.example", "https://a.example:8443")
    for place in (*places, *places, "https://A.EXAMPLE:443"):
        await robots.origins.permission(place_of(f"{place}/yes"))

    assert robots.asked == [f"{place}/robots.txt" for place in places]


async def test_it_is_asked_for_again_after_24_hours() -> None:
    robots = Asked()
    await robots.may()
    robots.now = NOW + 24 * HOUR - timedelta(seconds=1)
    await robots.may()
    assert len(robots.asked) == 1

    robots.now = NOW + 24 * HOUR
    robots.answer = Answer(Standing.RULES, "", b"User-agent: *\nDisallow: /\n")
    assert await robots.may() is False
    assert len(robots.asked) == 2


async def test_without_robots_txt_nothing_is_fetched_and_it_is_asked_for_again() -> (
    None
):
    robots = Asked()
    robots.answer = LOST
    assert await robots.may() is None
    assert await robots.may() is None
    assert len(robots.asked) == 1

    robots.now, robots.answer = NOW + HOUR, RULES
    assert await robots.may() is True
    assert len(robots.asked) == 2


@pytest.mark.parametrize(
    ("age", "permitted"),
    [(HOUR, True), (24 * HOUR, True), (24.01 * HOUR, None), (-HOUR, None)],
)
async def test_the_last_good_copy_serves_for_24_hours(
    tmp_path: Path, age: timedelta, permitted: bool | None
) -> None:
    copies = Copies(tmp_path / "robots")
    await Asked(copies).may()

    later = Asked(copies)
    later.now, later.answer = NOW + age, LOST
    assert await later.may() is permitted
    assert await later.may("/no") is (False if permitted else None)


async def test_a_copy_is_gone_by_no_longer_than_it_is_good(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    copies.keep(ORIGIN, RULES.body, NOW)
    robots = Asked(copies)
    robots.now, robots.answer = NOW + 23.5 * HOUR, LOST
    assert await robots.may() is True

    robots.now = NOW + 24.1 * HOUR
    assert await robots.may() is None


async def test_only_rules_are_kept(tmp_path: Path) -> None:
    for answer in (Answer(Standing.UNAVAILABLE, "http_404"), LOST):
        robots = Asked(Copies(tmp_path))
        robots.answer = answer
        await robots.may()

    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


async def test_a_copy_that_cannot_be_kept_is_no_reason_to_stop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "robots").write_text("in the way")
    assert await Asked(Copies(tmp_path / "robots")).may() is True
    assert "could be kept" in caplog.text


@pytest.mark.parametrize("damage", [b"", b"{}\nx", b"\xff\xfe", b'{"fetched_at": 1}\n'])
def test_a_damaged_copy_is_none(tmp_path: Path, damage: bytes) -> None:
    copies = Copies(tmp_path)
    copies.keep(ORIGIN, b"User-agent: *", NOW)
    kept = copies.last(ORIGIN, NOW)
    assert kept is not None
    assert (kept.fetched_at, kept.body) == (NOW, b"User-agent: *")

    copies.path(*ORIGIN).write_bytes(damage)
    assert copies.last(ORIGIN, NOW) is None


def test_no_host_leads_out_of_the_folder(tmp_path: Path) -> None:
    copies = Copies(tmp_path)
    for host in ("../../etc", "a/b", "::1", "\0", "橋.example"):
        assert copies.path("http", host, 80).parent == tmp_path


def test_a_look_has_no_copies_and_a_replay_those_of_its_archive(tmp_path: Path) -> None:
    given = {"VAR_DIR": str(tmp_path), "ARCHIVE": "udn-1"}
    assert RobotsMiddleware.from_crawler(crawler_of(**given)).origins.copies
    look = RobotsMiddleware.from_crawler(crawler_of(**given | {"ARCHIVE": ""}))
    assert look.origins.copies is None
    replay = crawler_of(**given | {"REPLAY": ["x.warc.gz"]})
    again = RobotsMiddleware.from_crawler(replay)
    assert isinstance(again.origins.copies, OfTheNight)


@pytest.mark.parametrize(
    "url", ["http://a.example", "https://a.example:8443", "http://[2001:db8::1]:81"]
)
def test_where_it_is(url: str) -> None:
    assert address(place_of(f"{url}/wj/story/1/2?x#y")) == f"{url}/robots.txt"


async def test_only_the_rules_may_lie_on_another_host() -> None:
    guard = NeverRequestedMiddleware.from_crawler(crawler_of())
    guard.crawler.spider = UdnWorldSpider.from_crawler(guard.crawler)
    away = Request("https://cdn.example/robots.txt", meta={ROBOTS: True})
    await guard.process_request(away)
    with pytest.raises(Exception, match="offsite"):
        await guard.process_request(away.replace(meta={}))
