"""Downloads over HTTP and HTTPS from where a crawl may connect to, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError

from crawler.reach.addresses import forbidden, literal, place_of
from crawler.reach.named import ForbiddenAddress, named_place
from crawler.reach.resolver import GuardedResolver

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class GuardedDownloadHandler(HTTP11DownloadHandler):
    """The last step before the network, which no middleware and no setting can skip:
    it also refuses to work with any other resolver than the guarded one."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.crawler = crawler

    async def download_request(self, request: Request) -> Response:
        named = named_place(self.crawler.spider)
        refuse(request, named)
        resolver = resolver_in_force()
        try:
            return await super().download_request(request)
        except CannotResolveHostError as error:
            host = place_of(request.url)[1]
            if host in resolver.refused:
                raise ForbiddenAddress(
                    f"{host} resolves to nothing but forbidden addresses"
                ) from error
            raise


def resolver_in_force() -> GuardedResolver:
    """The reactor's resolver.

    Raises:
        ForbiddenAddress: another than ours was installed.
    """
    from twisted.internet import reactor

    resolver = reactor.nameResolver
    if not isinstance(resolver, GuardedResolver):
        raise ForbiddenAddress("names are resolved without the guard")
    return resolver


def refuse(request: Request, named: tuple[str, str, int] | None) -> None:
    """Refuses what can be told from the request alone.

    Args:
        named: scheme, host and port of the one exception.

    Raises:
        ForbiddenAddress: says why.
    """
    if request.meta.get("proxy"):
        raise ForbiddenAddress("a proxy resolves names on its own")
    try:
        place = place_of(request.url)
    except ValueError as error:
        raise ForbiddenAddress(str(error)) from error
    if place == named:
        return
    if named is not None and place[1:] == named[1:]:
        raise ForbiddenAddress(f"only {named[0]} was named for {place[1]}:{place[2]}")
    address = literal(place[1])
    if address is not None and forbidden(address):
        raise ForbiddenAddress(f"{place[1]} is the forbidden address {address}")
