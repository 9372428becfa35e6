"""Resolves names, and leaves out every address that no crawl may connect to.

The connection goes to the very addresses that passed here, so that a name which changes
its mind between two answers (DNS rebinding) gains nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from crawler.reach.addresses import forbidden, host_key
from crawler.reach.named import named_place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from scrapy.crawler import CrawlerProcessBase
    from twisted.internet.base import ReactorBase
    from twisted.internet.interfaces import IAddress

    Places = Callable[[], Collection[tuple[str, int]]]


@implementer(IHostnameResolver)
class GuardedResolver:
    """For ``TWISTED_DNS_RESOLVER``. Literal addresses pass here too.

    Args:
        reactor: where it is installed.
        inner: what really resolves.
        named: the (host, port) that may be anywhere.
    """

    def __init__(self, reactor: Any, inner: Any, named: Places) -> None:
        self.reactor, self.inner, self.named = reactor, inner, named
        # hosts of which the last resolution gave nothing but forbidden addresses
        self.refused: set[str] = set()

    @classmethod
    def from_crawler(cls, process: CrawlerProcessBase, reactor: ReactorBase) -> Self:
        # Scrapy hands in the process: the reactor serves all its crawlers

        def named() -> Collection[tuple[str, int]]:
            places = [named_place(crawler.spider) for crawler in process.crawlers]
            return [place[1:] for place in places if place is not None]

        return cls(reactor, reactor.nameResolver, named)

    def install_on_reactor(self) -> None:
        self.reactor.installNameResolver(self)

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        """See IHostnameResolver."""
        host = host_key(hostName)
        if (host, portNumber) not in self.named():
            resolutionReceiver = Sieve(resolutionReceiver, host, self.refused)
        return self.inner.resolveHostName(
            resolutionReceiver, hostName, portNumber, addressTypes, transportSemantics
        )


@implementer(IResolutionReceiver)
class Sieve:
    """Passes on the addresses that are not forbidden."""

    def __init__(self, receiver: Any, host: str, refused: set[str]) -> None:
        self.receiver, self.host, self.refused = receiver, host, refused
        self.passed = self.stopped = 0

    def resolutionBegan(self, resolution: Any) -> None:
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        if forbidden(address.host):
            self.stopped += 1
        else:
            self.passed += 1
            self.receiver.addressResolved(address)

    def resolutionComplete(self) -> None:
        if self.stopped and not self.passed:
            self.refused.add(self.host)
        else:
            self.refused.discard(self.host)
        self.receiver.resolutionComplete()
