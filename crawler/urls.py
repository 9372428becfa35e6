"""Addresses of the site: canonical form, page kind, ids; pure str -> str.

An address is the site's only on its own hosts (``www`` or bare), or on ``origin``,
with http or https, the scheme's default port and no user name. Anything else is left
as it came. Nothing here raises on any string.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from crawler import story_address
from crawler.rfc3986 import PATH_SAFE, QUERY_SAFE, normalised, without_dots

SITE = story_address.SITE
ROOT = SITE + "/"
HOSTS = frozenset({"www.worldjournal.com", "worldjournal.com"})
PORTS = {"http": 80, "https": 443}

# 18 digits fit a Postgres bigint
STORY = re.compile(r"/wj/(?:amp/)?story/([0-9]{1,18})/([1-9][0-9]{0,17})")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# C0 controls and space, which browsers cut off an address's ends
ENDS = "".join(map(chr, range(0x21)))

# Where a reader came from, and the machine-converted simplified rendering
NOT_MEANINGFUL = frozenset({"from", "zh-cn"})
PHOTO_PROXY = "/gw/photo.php"
PLACEMENT = re.compile(r"[?&]from=([^&#]*)")


class PageKind(StrEnum):
    """What kind of page an address names."""

    HOME = "home"
    STORY = "story"
    CHANNEL = "channel"
    BREAKING = "breaking"
    RANK = "rank"
    TAG = "tag"
    SEARCH = "search"
    API = "api"
    SITEMAP = "sitemap"
    TOPIC = "topic"
    ROBOTS = "robots"
    COUNTER = "counter"
    PHOTO = "photo"
    OTHER = "other"
    OFFSITE = "offsite"


# First fit wins
KINDS = (
    (re.compile(r"/(wj(/index)?)?"), PageKind.HOME),
    (STORY, PageKind.STORY),
    (re.compile(r"/wj/cate/breaking(/.*)?"), PageKind.BREAKING),
    (re.compile(r"/wj/cate/.+"), PageKind.CHANNEL),
    (re.compile(r"/rank/.+"), PageKind.RANK),
    (re.compile(r"/search/tagging/.+"), PageKind.TAG),
    (re.compile(r"/search/.+"), PageKind.SEARCH),
    (re.compile(r"/api/.+"), PageKind.API),
    (re.compile(r"/sitemap([/.].*)?"), PageKind.SITEMAP),
    (re.compile(r"/(page/)?topic/.+"), PageKind.TOPIC),
    (re.compile(r"/robots\.txt"), PageKind.ROBOTS),
    (re.compile(r"/record/.+"), PageKind.COUNTER),
    (re.compile(re.escape(PHOTO_PROXY)), PageKind.PHOTO),
)


class Place(NamedTuple):
    """Where on the site: normalised path and query (without what means nothing)."""

    path: str
    query: str
    simplified: bool


def canonical(url: str, *, base: str = ROOT, origin: str = SITE) -> str:
    """The one form of an address: ``https://www.worldjournal.com/…`` or as it came.

    Args:
        url: absolute, or relative to ``base``.
        base: address of the page that holds ``url``.
        origin: scheme, host and port that stand in for the site (a replica).
    """
    usual = story_address.usual(url)
    if usual and (usual.absolute or base.startswith(ROOT)):
        return usual.canonical
    resolved = _resolve(url, base)
    place = _place(resolved, origin)
    if place is None:
        return resolved
    return SITE + place.path + (f"?{place.query}" if place.query else "")


def page_kind(url: str, *, origin: str = SITE) -> PageKind:
    """Kind of the page behind an address; the image proxy counts on any host."""
    if story_address.usual(url):
        return PageKind.STORY
    if _is_photo_proxy(url):
        return PageKind.PHOTO
    place = _place(_resolve(url, ROOT), origin)
    if place is None:
        return PageKind.OFFSITE
    for pattern, kind in KINDS:
        if pattern.fullmatch(place.path):
            return kind
    return PageKind.OTHER


def story_id(url: str, *, origin: str = SITE) -> int | None:
    """The last number of a story's address, AMP too; None for anything else."""
    return _story_number(url, origin, 2)


def subcategory_id(url: str, *, origin: str = SITE) -> int | None:
    """The first number of a story's address, as given there."""
    return _story_number(url, origin, 1)


@lru_cache(maxsize=8192)
def placement(url: str) -> str | None:
    """The ``?from=`` token: the section a link was placed in."""
    found = PLACEMENT.search(url.partition("#")[0])
    return (unquote(found[1]).strip() or None) if found else None


def never_requested(url: str, *, origin: str = SITE) -> str | None:
    """Why an address is never fetched, in one word; None when it may be.

    A crawl of another ``origin`` fetches from there only, never from the site itself.
    """
    if _is_photo_proxy(url):
        return "photo_proxy"
    resolved = _resolve(url, origin + "/")
    place = _place(resolved, origin, only=origin != SITE)
    if place is None:
        return "offsite"
    if place.simplified:
        return "simplified_rendering"
    if place.path.startswith("/record/"):
        return "counter"
    return None


def fetch_url(url: str, *, origin: str) -> str:
    """Where to fetch a page of the site: the same path on ``origin``."""
    address = canonical(url, origin=origin)
    if origin == SITE or not address.startswith(SITE + "/"):
        return address
    return origin.rstrip("/") + address.removeprefix(SITE)


def domain(origin: str) -> str:
    """``origin`` -> the host name that Scrapy's ``allowed_domains`` wants."""
    host = urlsplit(origin).hostname or ""
    return "worldjournal.com" if host in HOSTS else host


def _story_number(url: str, origin: str, group: int) -> int | None:
    usual = story_address.usual(url)
    if usual:
        return usual.numbers[group - 1]
    place = _place(_resolve(url, ROOT), origin)
    found = STORY.fullmatch(place.path) if place else None
    return int(found[group]) if found else None


def _resolve(url: str, base: str) -> str:
    """``url`` made absolute; what names its own scheme is left as it is."""
    stripped = url.strip(ENDS)
    if SCHEME.match(stripped):
        return stripped
    try:
        # urljoin() takes an empty query away, and what stood before it is an end then
        return urljoin(base, stripped).strip(ENDS)
    except ValueError:
        return stripped


def _is_photo_proxy(url: str) -> bool:
    return PHOTO_PROXY in url and url.partition("?")[0].endswith(PHOTO_PROXY)


@lru_cache(maxsize=8192)
def _place(url: str, origin: str, only: bool = False) -> Place | None:
    """Where on the site an absolute address points, None if it is not the site's.

    ``only``: on ``origin`` itself, not on the site's own hosts.
    """
    try:
        parts = urlsplit(url)
        if not _is_ours(url, origin, only):
            return None
    except ValueError:  # a broken port or IPv6 address
        return None
    path = without_dots(normalised(parts.path or "/", PATH_SAFE))
    path = path.rstrip("/") or "/"
    pieces = [p for p in normalised(parts.query, QUERY_SAFE).split("&") if p]
    names = [piece.partition("=")[0].lower() for piece in pieces]
    story = STORY.fullmatch(path)
    kept = [
        piece
        for piece, name in zip(pieces, names, strict=True)
        if name not in NOT_MEANINGFUL
    ]
    return Place(
        path=f"/wj/story/{story[1]}/{story[2]}" if story else path,
        query="" if story else "&".join(kept),
        simplified="zh-cn" in names,
    )


def _is_ours(url: str, origin: str, only: bool) -> bool:
    parts = urlsplit(url)
    # Browsers read a backslash as a slash, Python does not: never trust such a host
    if "@" in parts.netloc or "\\" in url.partition("?")[0]:
        return False
    scheme, host = parts.scheme, parts.hostname
    if host in HOSTS and not only:
        return scheme in PORTS and parts.port in (None, PORTS[scheme])
    other = urlsplit(origin)
    default, other_default = PORTS.get(scheme), PORTS.get(other.scheme)
    return (scheme, host, parts.port or default) == (
        other.scheme,
        other.hostname,
        other.port or other_default,
    )
