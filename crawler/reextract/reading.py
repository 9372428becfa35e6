"""An archived page -> what today's extractor reads from it, as it would be stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from crawler import urls
from crawler.archive import reader
from crawler.archive.framing import TOO_LARGE
from crawler.extraction import LISTS, origin_of, readable
from crawler.items import Scope
from crawler.pages.channel import parse_channel
from crawler.pages.errors import NotAStory
from crawler.pages.list_page import NotAList
from crawler.pages.story import parse_story
from crawler.reextract import quick
from pipelines.dates import normalise
from pipelines.storage.keys import link_key
from pipelines.storage.text import Refused, clean, storable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from crawler.items import Article, Link


# (section, list, rank, address, words) -> key, of links that many pages show: hashing
# them is most of what a link costs
KEYS: dict[tuple[Any, ...], bytes] = {}
KEYS_MAX = 100_000
# All texts of a link that has no dates; those of its page are its story's, too
TEXTS = attrgetter(
    *("url", "anchor_text", "image_url", "image_caption", "summary", "placement"),
    *("scope_key", "page_url"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A page: ``article`` and ``links`` (by key), the links alone if it ``is_list``, or
    the ``refusal`` that says why it has none. ``fetched_at``: aware UTC. ``raw``: links
    whose dates are still to be read, see :meth:`link`."""

    capture_id: UUID
    url: str
    fetched_at: datetime
    article: Article | None = None
    links: dict[bytes, Link] = field(default_factory=dict)
    raw: set[bytes] = field(default_factory=set)
    refusal: str | None = None
    is_list: bool = False

    @property
    def is_read(self) -> bool:
        return self.article is not None or (self.is_list and not self.refusal)

    def link(self, key: bytes) -> Link | None:
        """A link as it would be stored; None if the page has none that could be."""
        link = self.links.get(key)
        if link is None or key not in self.raw:
            return link
        try:
            return clean(normalise(link))[0]
        except Refused:
            return None


def page_at(path: Path, offset: int, member: bytes | None = None) -> quick.Page:
    """The page whose record begins at ``offset``.

    Args:
        member: the compressed record, if it is known where it ends.

    Raises:
        Damaged: the record cannot be read, or is not what its digest says.
    """
    try:
        return (quick.page(member) if member else None) or _slowly(path, offset)
    except MemoryError as error:
        raise reader.Damaged(f"{path}: offset {offset}: {TOO_LARGE}") from error


def read(page: quick.Page, *, stored: bool) -> Reading:
    """What a page gives; an extractor that fails on it is a refusal too.

    Args:
        stored: a row names it, so that it was within the limits of its night.
    """
    url = page.response.url
    origin = origin_of(url)
    is_list = urls.page_kind(url, origin=origin) in LISTS
    given: dict[str, Any] = {
        "capture_id": page.capture_id,
        "url": url,
        "fetched_at": page.fetched_at,
        "is_list": is_list,
    }
    try:
        # what is no text is refused by the page itself
        response = readable(page.response, scan=not stored)
        if is_list:
            links, raw = _by_key(parse_channel(response, origin=origin).links)
            return Reading(**given, links=links, raw=raw)
        found = parse_story(response, origin=origin)
        links, raw = _by_key(found.links)
        article = clean(normalise(found.article))[0]
        return Reading(**given, article=article, links=links, raw=raw)
    except (NotAStory, NotAList) as error:
        refusal = str(error)
    except Refused as error:
        refusal = f"cannot be stored: {error}"
    except Exception as error:  # whatever a faulty extractor raises: others go on
        refusal = f"the extractor fails: {type(error).__name__}: {error}"
    return Reading(**given, refusal=refusal)


def _slowly(path: Path, offset: int) -> quick.Page:
    stored = reader.read(path, offset)
    fault = reader.digest_fault(stored)
    if fault:
        raise reader.Damaged(f"{path}: offset {offset}: {fault}")
    try:
        response: Any = reader.decoded(stored)
    except reader.Damaged as error:
        raise reader.Damaged(f"{path}: offset {offset}: {error}") from error
    return quick.Page(stored.capture_id, stored.fetched_at, response)


def _by_key(links: Sequence[Link]) -> tuple[dict[bytes, Link], set[bytes]]:
    """The first link of each key, as the pipelines let it through, and the keys of
    those whose dates are not read: few will be asked for."""
    found: dict[bytes, Link] = {}
    raw = set()
    own = [link for link in links if link.scope is Scope.PAGE]
    sound = storable(chain.from_iterable(map(TEXTS, own)))
    for link in links:
        if sound and link.scope is Scope.PAGE and not _dated(link):
            found.setdefault(link_key(link), link)
            continue
        name = (link.section, link.scope_key, link.position, link.url, link.anchor_text)
        key = KEYS.get(name)
        if key is None:
            key = link_key(link)
            if key not in found:
                found.update(_cleaned(link, key, name))
        elif key not in found:
            found[key] = link
            raw.add(key)
    return found, raw


def _dated(link: Link) -> bool:
    return bool(link.date_witnesses or link.incidents)


def _cleaned(link: Link, key: bytes, name: tuple[Any, ...]) -> dict[bytes, Link]:
    """A link under its key as it is stored; nothing if it goes to quarantine."""
    try:
        kept, cleaned = clean(normalise(link))
    except Refused:
        return {}
    if cleaned:
        return {link_key(kept): kept}
    if link.scope is not Scope.PAGE:
        if len(KEYS) >= KEYS_MAX:
            KEYS.clear()
        KEYS[name] = key
    return {key: kept}
