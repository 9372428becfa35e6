"""A story once per run, a link once per run and list, however many pages show it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem

from crawler.items import Article, Incident, Link, PageItems, Repeat
from pipelines.storage.keys import digest, link_key

if TYPE_CHECKING:
    from typing import NoReturn

Item = Article | Link | Repeat | Incident | PageItems


class DuplicateStory(DropItem):
    """The story was stored in this run already."""


class DuplicateLink(DropItem):
    """The same page shows the same link at the same rank of the same list again."""


class DedupePipeline:
    """First of the pipelines; remembers the run in sets of ids and 16-byte digests."""

    def __init__(self) -> None:
        self.stories: set[int] = set()
        self.sightings: set[bytes] = set()

    async def process_item(self, item: Item) -> Item:
        match item:
            case Article():
                return self.story(item)
            case Link():
                return self.link(item)
            case PageItems():
                return self.page(item)
            case _:
                return item

    def page(self, page: PageItems) -> PageItems:
        """A page without what its run has seen; links of earlier pages are repeats.

        A story that was stored already takes nothing else of its page with it.
        """
        article, links, repeats = page.article, [], list(page.repeats)
        if article is not None:
            if article.story_id in self.stories:
                article = None
            else:
                self.stories.add(article.story_id)
        for link in page.links:
            try:
                seen = self.link(link)
            except DuplicateLink:
                continue
            if isinstance(seen, Repeat):
                repeats.append(link)
            else:
                links.append(seen)
        return replace(
            page, article=article, links=tuple(links), repeats=tuple(repeats)
        )

    def story(self, article: Article) -> Article:
        """The first article of a story passes.

        Raises:
            DuplicateStory: it is not the first.
        """
        if article.story_id in self.stories:
            _drop(DuplicateStory, f"story {article.story_id} again: {article.url}")
        self.stories.add(article.story_id)
        return article

    def link(self, link: Link) -> Link | Repeat:
        """The first sighting passes; on another page it becomes a ``Repeat``.

        Raises:
            DuplicateLink: seen before on the same page.
        """
        key = link_key(link)
        here = digest(key.hex(), link.page_url)
        if here in self.sightings:
            _drop(DuplicateLink, f"{link.section} {link.position} again: {link.url}")
        known = key in self.sightings
        self.sightings |= {key, here}
        return Repeat(link=link) if known else link


def _drop(kind: type[DropItem], message: str) -> NoReturn:
    raise kind(message, log_level="DEBUG")
