"""The one exception: the origin that an operator names with ``site=``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler import urls
from crawler.reach.addresses import place_of

if TYPE_CHECKING:
    from scrapy import Spider


class ForbiddenAddress(Exception):
    """The host is, or resolves to, an address that no crawl connects to.

    No IgnoreRequest: the attempt belongs into the archive, and it was none of ours.
    """

    reason = "forbidden_address"

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; only the origin named by site= may be anywhere")


def named_place(spider: Spider | None) -> tuple[str, str, int] | None:
    """Scheme, host and port of the origin that was named; None for a crawl of the
    paper's own site, which gets no exception: its name may be made to lead anywhere.

    A spider whose ``origin`` follows from an address says what was named in
    ``named_site``.
    """
    origin = getattr(spider, "origin", None)
    named = getattr(spider, "named_site", origin)
    return place_of(named) if named and named != urls.SITE else None
