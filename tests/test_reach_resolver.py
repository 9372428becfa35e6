"""A name leads to public addresses only, whatever its server says and when."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.crawler import Crawler
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer
from zope.interface.verify import verifyObject

from crawler import settings, urls
from crawler.one_page import OnePage
from crawler.reach.named import named_place
from crawler.reach.resolver import GuardedResolver, Sieve
from crawler.spiders.udn_world import UdnWorldSpider


@implementer(IHostnameResolver)
class Told:
    """Answers with the next of ``answers``, as the server of an attacker may."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = iter(answers)

    def resolveHostName(
        self, receiver: Any, hostName: str, portNumber: int = 0, *_: Any
    ) -> Any:
        receiver.resolutionBegan(self)
        for host in next(self.answers):
            kind = IPv6Address if ":" in host else IPv4Address
            receiver.addressResolved(kind("TCP", host, portNumber))
        receiver.resolutionComplete()
        return self


@implementer(IResolutionReceiver)
class Got:
    """What the one who connects is given."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.complete = 0

    def resolutionBegan(self, resolution: Any) -> None:
        """Nothing to do."""

    def addressResolved(self, address: Any) -> None:
        self.hosts.append(address.host)

    def resolutionComplete(self) -> None:
        self.complete += 1


NAMED = ("replica.example", 8000)


def resolved(resolver: GuardedResolver, name: str, port: int = 80) -> list[str]:
    got = Got()
    resolver.resolveHostName(got, name, port)
    assert got.complete == 1
    return got.hosts


def guarded(*answers: list[str]) -> GuardedResolver:
    return GuardedResolver(None, Told(*answers), lambda: [NAMED])


@pytest.mark.parametrize(
    "private", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "64:ff9b::7f00:1"]
)
def test_a_name_that_leads_inside_leads_nowhere(private: str) -> None:
    resolver = guarded([private])
    assert resolved(resolver, "evil.example") == []
    assert resolver.refused == {"evil.example"}


def test_what_is_public_among_the_answers_is_used() -> None:
    resolver = guarded(["10.0.0.1", "8.8.8.8", "::1"])
    assert resolved(resolver, "mixed.example") == ["8.8.8.8"]
    assert resolver.refused == set()


def test_a_name_that_changes_its_mind_is_asked_again_and_refused() -> None:
    resolver = guarded(["8.8.8.8"], ["127.0.0.1"], ["8.8.8.8"])
    assert resolved(resolver, "rebind.example") == ["8.8.8.8"]
    assert resolved(resolver, "REBIND.example.") == []
    assert resolver.refused == {"rebind.example"}
    assert resolved(resolver, "rebind.example") == ["8.8.8.8"]
    assert resolver.refused == set()


def test_a_name_that_is_not_there_was_not_refused() -> None:
    resolver = guarded([])
    assert resolved(resolver, "nowhere.example") == []
    assert resolver.refused == set()


def test_only_the_very_place_that_was_named_may_be_anywhere() -> None:
    inside = ["127.0.0.1"]
    resolver = guarded(*([inside] * 4))
    assert resolved(resolver, "Replica.Example", 8000) == inside
    assert resolved(resolver, "replica.example", 8001) == []
    assert resolved(resolver, "x.replica.example", 8000) == []
    assert resolved(resolver, "replica.example.evil.example", 8000) == []


def test_it_is_what_twisted_expects() -> None:
    verifyObject(IHostnameResolver, guarded())
    verifyObject(IResolutionReceiver, Sieve(Got(), "x", set()))


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, None),
        ({"site": urls.SITE}, None),
        ({"site": "http://127.0.0.1:8000"}, ("http", "127.0.0.1", 8000)),
        ({"site": "https://Replica.example"}, ("https", "replica.example", 443)),
    ],
)
def test_the_paper_s_own_name_has_no_exception(
    given: dict[str, str], place: tuple[str, str, int] | None
) -> None:
    crawler = Crawler(UdnWorldSpider)
    crawler.settings.setmodule(settings)
    assert named_place(UdnWorldSpider(settings=crawler.settings, **given)) == place
    assert named_place(None) is None
    page = OnePage(
        url="http://127.0.0.1:8000/x", received=[], site=given.get("site", "")
    )
    assert named_place(page) == place
