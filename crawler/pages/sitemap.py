"""The news sitemap: an index of sitemaps, or a sitemap with ``news:`` fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree
from scrapy.utils.gz import gunzip, gzip_magic_number

from crawler import urls
from crawler.loaders import clean
from crawler.pages.list_page import no_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response

# As DOWNLOAD_MAXSIZE: a small file can unpack to a large one
UNPACKED_MAX = 8 * 1024 * 1024
# A news sitemap names 1,000 stories at most (developers.google.com, "News sitemaps"):
# whoever has more makes several, and an index of them
ENTRIES_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapStory:
    """``published`` is the raw string, with its offset."""

    url: str
    story_id: int
    title: str | None = None
    keywords: tuple[str, ...] = ()
    published: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """``children``: canonical addresses of further sitemaps."""

    children: tuple[str, ...] = ()
    stories: tuple[SitemapStory, ...] = ()


def parse_sitemap(response: Response, *, origin: str = urls.SITE) -> Sitemap:
    """Sitemap or index of sitemaps, gzip-packed or not -> what it names.

    Addresses that are not the site's are left out.

    Raises:
        NotAList: the answer is no sitemap, maybe a wall, or one too long.
    """
    root = _root(response)
    kind = etree.QName(root).localname
    if kind not in ("urlset", "sitemapindex"):
        raise no_list(response, f"no sitemap but <{kind}>")
    if len(root) > ENTRIES_MAX:
        raise no_list(response, f"a sitemap with more than {ENTRIES_MAX} entries")
    own = urls.canonical(response.url, origin=origin)
    children: list[str] = []
    stories: list[SitemapStory] = []
    for entry in root.iterchildren("{*}sitemap", "{*}url"):
        address = urls.canonical(
            _text(entry, "{*}loc") or "", base=response.url, origin=origin
        )
        if etree.QName(entry).localname == "url":
            stories.extend(_story(entry, address))
        elif address.startswith(urls.SITE + "/") and address != own:
            children.append(address)
    return Sitemap(children=tuple(dict.fromkeys(children)), stories=tuple(stories))


def _root(response: Response) -> Any:
    body = response.body
    try:
        if gzip_magic_number(response):
            body = gunzip(body, max_size=UNPACKED_MAX)
        root = etree.fromstring(body.lstrip(), _parser())
    except (ValueError, OSError, EOFError, etree.XMLSyntaxError) as error:
        raise no_list(response, f"no XML ({error})") from error
    if root is None:
        raise no_list(response, "no XML")
    return root


def _parser() -> etree.XMLParser:
    # Titles hold bare & now and then, hence recover
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )


def _story(entry: Any, address: str) -> Iterator[SitemapStory]:
    story_id = urls.story_id(address)
    if story_id is None:
        return
    keywords = (_text(entry, ".//{*}keywords") or "").replace("，", ",").split(",")
    yield SitemapStory(
        url=address,
        story_id=story_id,
        title=_text(entry, ".//{*}title"),
        keywords=tuple(dict.fromkeys(k for one in keywords if (k := clean(one)))),
        published=_text(entry, ".//{*}publication_date"),
    )


def _text(entry: Any, path: str) -> str | None:
    return clean(entry.findtext(path))
