"""What ``make demo`` says of the two nights is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests import demo
from tests.crawling import crawl
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from pathlib import Path


def test_three_facts_of_two_nights_are_told_in_plain_words_and_are_true(
    database: str, tmp_path: Path
) -> None:
    truths = []
    with ReplicaServer(stories=60, channels=4) as site:
        for site.night in (1, 2):
            truths.append(site.truth())
            run = crawl(site.url, database, VAR_DIR=str(tmp_path))
            assert run.returncode == 0, run.stderr
    titles = [{one["story_id"]: one["title"] for one in t["stories"]} for t in truths]

    headline, lost, moved = demo.sentences(database)

    story = int(headline.split("gave story ")[1].split()[0])
    assert f"It was: {titles[0][story]}. It is: {titles[1][story]}." in headline
    assert titles[0][story] != titles[1][story]
    story = int(lost.split()[1])
    assert story in truths[1]["withdrawn"]
    assert titles[0][story] in lost
    story = int(moved.split()[1])
    [before], [after] = (hot_ranks(truth, story) for truth in truths)
    assert f"stood at rank {before} of the hot list of channel" in moved
    assert f"at rank {after} in the last." in moved
    assert before != after


def hot_ranks(truth: dict[str, Any], story: int) -> set[int]:
    """Ranks at which hot lists of a night show it."""
    return {
        link["position"]
        for links in truth["pages"].values()
        for link in links
        if link["section"] == "hot" and link["story_id"] == story
    }
