"""What differs between two looks at a story, and is no edit of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipelines.revisions import edits
from tests.storing import NOON
from tests.test_revisions import BODY, PHOTOS, story


def told(old: dict[str, Any], new: dict[str, Any]) -> tuple[list[str], tuple[str, ...]]:
    return edits(story(**old), story(**new))


@pytest.mark.parametrize(
    "lost",
    [
        {"modified_at": None},
        {"published_at": None, "modified_at": None},
        {"published_at": NOON},
    ],
)
def test_a_date_that_lost_its_witness_or_its_seconds_is_no_edit(
    lost: dict[str, Any],
) -> None:
    exact = {name: NOON.replace(second=41) for name in ("published_at", "modified_at")}
    assert told(exact, exact | lost) == ([], ())


@pytest.mark.parametrize("name", ["published_at", "modified_at"])
def test_a_date_of_another_minute_or_one_that_was_not_there_is_an_edit(
    name: str,
) -> None:
    edit = (["dates"], ("dates",))
    assert told({name: NOON}, {name: NOON + timedelta(minutes=1)}) == edit
    assert told({name: None}, {name: NOON}) == edit


def test_a_paragraph_put_in_above_a_photo_edits_no_photo() -> None:
    photo = PHOTOS[0]
    below = replace(photo, after_paragraph=photo.after_paragraph + 1)
    old = {"paragraphs": BODY, "figures": (photo,)}
    new = {"paragraphs": ("車站下月開放。", *BODY), "figures": (below,)}
    assert told(old, new) == (["paragraphs"], ("body",))
    # and a photo that somebody moved is one that was
    assert told(old, {**old, "figures": (below,)}) == (["figures"], ("structure",))
