"""Links that are read as others now were seen when they were seen."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.crawling import crawl, environment
from tests.reextracting import command_of, other_extractor
from tests.replaying import rows
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from pathlib import Path

# Other dots in the words of all links of story pages
DOTS = (
    "crawler/loaders.py",
    "class SectionLoader(ItemLoader):",
    "def _dotted(text):\n    told = clean(text)\n"
    "    return told and told.replace('…', '⋯')\n\n\nclass SectionLoader(ItemLoader):",
)
WORDS = (
    "crawler/loaders.py",
    "anchor_text_in, anchor_text_out = Each(clean)",
    "anchor_text_in, anchor_text_out = Each(_dotted)",
)
SEEN = """
SELECT section, scope_key, position, url, replace(anchor_text, '…', '⋯'),
    placement.first_run, placement.last_run, placement.first_seen_at,
    placement.last_seen_at, placement.pages, link.first_seen_run, link.last_seen_run,
    link.first_seen_at, link.last_seen_at, page_count, last_seen_pages,
    first_seen_capture, page_url, page_story_id
FROM link JOIN placement USING (link_id)
WHERE section <> 'channel_list'
"""


@pytest.mark.parametrize("order", ["123", "321"])
def test_links_that_are_read_in_other_words_keep_all_of_their_sightings(
    order: str, database: str, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    with ReplicaServer(history=True, stories=30, channels=2) as site:
        for site.night in (1, 2, 3):
            run = crawl(site.url, database, VAR_DIR=str(var))
            assert run.returncode == 0, run.stderr
    right = sorted(map(repr, rows(database, SEEN)))
    many = "SELECT count(*) FROM link JOIN placement USING (link_id) WHERE"
    old = f"{many} anchor_text LIKE '%…%' AND section <> 'channel_list'"
    assert rows(database, f"{old} AND first_run < last_run")[0][0] > 5
    folder = other_extractor(tmp_path / "other", DOTS, WORDS)

    for _ in range(2):
        wrote = subprocess.run(
            command_of("--write", *order, "--jobs", "2"),
            cwd=folder,
            env=environment(database, VAR_DIR=str(var)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert wrote.returncode == 0, wrote.stderr

    assert rows(database, old) == [(0,)]
    assert sorted(map(repr, rows(database, SEEN))) == right
