"""Sites that a whole crawl can walk: a news sitemap that names stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults import answers, charsets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.faults.server import Resource

FIRST = 9_300_001
HOME = b"<!doctype html><html><head><title>x</title></head><body></body></html>"
XMLNS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def path_of(story: int) -> str:
    return f"/wj/story/121339/{story}"


def good(story: int) -> Resource:
    """The page of a story, without a fault."""
    return answers.page(charsets.CASES[0].body(story))


def sitemap(stories: Mapping[int, Resource]) -> Resource:
    """The news sitemap; it names stories of the real site, as the replica's does."""
    site = "https://www.worldjournal.com"
    rows = "".join(
        f"<url><loc>{site}{path_of(one)}</loc></url>" for one in sorted(stories)
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="{XMLNS}">{rows}</urlset>'
    )
    return answers.page(text.encode(), kind="text/xml")


def site_of(*faults: Resource, whole: int = 0) -> dict[str, Resource]:
    """A site whose stories are ``faults`` and then so many without one; the stories
    are asked for from the last to the first."""
    stories = {FIRST + number: fault for number, fault in enumerate(faults)}
    for number in range(len(faults), len(faults) + whole):
        stories[FIRST + number] = good(FIRST + number)
    return {
        "/wj/index": answers.page(HOME),
        "/sitemap/gnews": sitemap(stories),
        **{path_of(story): resource for story, resource in stories.items()},
    }
