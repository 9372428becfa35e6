"""The two saved story pages, in the site's markup, come out field by field.

Their texts are not ours and lie beside the project; the replica prints them as pages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.crawling import ROOT, scrapy
from tests.site import seeds, truth
from tests.site.bylines import people
from tests.site.channels import CHANNELS
from tests.site.render.story import story_page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.site.seeds import Seed, SeedNight

FOLDER = ROOT.parent / "shared" / "seeds"
FILES = ("000_c1a37ae7dcaa77e3.txt", "002_d481fc8d7b8c9f80.txt")
NOT_HERE = "the saved texts are not part of the project; they lie in ../shared/seeds"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=NOT_HERE)

STORIES = {FILES[0]: 9310785, FILES[1]: 9118508}
SAYS: dict[str, dict[str, Any]] = {
    FILES[0]: {
        "organization": "中國新聞組",
        "place": "北京",
        "dateline_day": 5,
        "report_type": "電",
    },
    FILES[1]: {
        "contributors": people(("translator", "黃淑玲"), ("reporter", "謝守真")),
        "report_type": "綜合報導",
    },
}
CREDITS = {FILES[0]: "美聯社", FILES[1]: "新華社"}
# rows of ticker, previous, next, related, hot, popular
ROWS = {"ticker": 2, "previous": 1, "next": 1, "related": 4, "hot": 6, "popular": 5}

# what a link carries besides the fields that the truth states
OURS = ("item", "date_witnesses")


@dataclass(frozen=True)
class Extracted:
    """A seed, its night, and what the command printed of its page."""

    name: str
    seed: Seed
    night: SeedNight
    article: dict[str, Any]
    links: list[dict[str, Any]]


@pytest.fixture(scope="module", params=FILES)
def extracted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Extracted:
    """One page as a user extracts it: a file and the address it had."""
    seed = seeds.read(FOLDER / request.param)
    night = seeds.night(seed, STORIES[request.param], SAYS[request.param])
    story = night.stories[STORIES[request.param]]
    page = tmp_path_factory.mktemp("seed") / "page.html"
    page.write_text(story_page(night, story, CHANNELS, heavy=True), encoding="utf-8")
    article, *links = extract(page, truth.story_url(story))
    return Extracted(request.param, seed, night, article, links)


def extract(page: Path, url: str) -> list[dict[str, Any]]:
    done = scrapy("extract", str(page), "--url", url)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_field_of_the_story_is_exact(extracted: Extracted) -> None:
    (story,) = extracted.night.stories.values()
    caption, _, credit = extracted.seed.caption.rstrip("）").rpartition("（")
    figure = truth.article(story)["figures"][0]
    figure |= {"caption": caption.strip(), "credit": credit.strip()}
    expected = {"item": "Article", **truth.article(story), "figures": [figure]}
    assert extracted.article == expected
    assert figure["credit"] == CREDITS[extracted.name]


def test_every_list_is_exact_in_order_rank_text_and_time(extracted: Extracted) -> None:
    (story,) = extracted.night.stories.values()
    found = [
        {key: value for key, value in link.items() if key not in OURS}
        for link in extracted.links
    ]
    assert found == truth.story_links(extracted.night, story)


def test_no_row_of_any_list_is_missing(extracted: Extracted) -> None:
    found = [link["section"] for link in extracted.links]
    assert {section: found.count(section) for section in ROWS} == ROWS
    assert len(found) == sum(ROWS.values())


def test_a_hot_row_without_a_caption_says_so(extracted: Extracted) -> None:
    printed = [caption for caption, _, _ in extracted.seed.hot]
    hot = [link for link in extracted.links if link["section"] == "hot"]
    assert [link["image_caption"] for link in hot] == printed


def test_each_time_of_the_hot_list_is_the_eastern_one(extracted: Extracted) -> None:
    hot = [link for link in extracted.links if link["section"] == "hot"]
    printed = [listed for _, _, listed in extracted.seed.hot]
    assert [link["date_witnesses"]["list_et"] for link in hot] == printed
