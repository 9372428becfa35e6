"""Which lists the news sitemap makes needless: it names what would stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler import urls

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from crawler.policy.selection import Candidate


class Coverage:
    """What the sitemaps of a run name. A process that has read none covers nothing."""

    def __init__(self) -> None:
        self.named: set[int] = set()
        # subcategories of which it names a story that earlier runs hold
        self.reached: set[int] = set()

    def add(self, stories: Collection[Candidate], new: Collection[int]) -> None:
        """``stories`` that a sitemap names; ``new``: those no earlier run holds."""
        self.named |= {one.story_id for one in stories}
        for one in stories:
            place = urls.subcategory_id(one.url)
            if one.story_id not in new and place is not None:
                self.reached.add(place)

    def beyond(
        self, rows: Collection[int | None], behind: Mapping[str, str]
    ) -> list[str]:
        """The lists that may hold what no sitemap names.

        Where the sitemap names every row of a channel's page, it is a witness for the
        channel; where it also goes back to a story of a subcategory that is held, it
        names what is new in that subcategory.

        Args:
            rows: stories of the channel's page.
            behind: subcategory, as text -> its list.
        """
        witness = bool(rows) and self.named.issuperset(rows)
        return [
            href
            for place, href in behind.items()
            if not (witness and int(place) in self.reached)
        ]
