"""Edits of structure only: where paragraphs break, and in which order photos stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from tests.site.stories import Photo, Story


def split(story: Story, rng: Random) -> Story | None:
    """A paragraph becomes two, between two of its sentences.

    Never the first, which may have a linked word, and no story with subheads.
    """
    for at in range(1, len(story.paragraphs)):
        paragraph = story.paragraphs[at]
        cut = paragraph.find("。") + 1
        if 0 < cut < len(paragraph) and not story.subheads:
            halves = paragraph[:cut], paragraph[cut:]
            return laid_out(story, at, at + 1, halves, shift=1)
    return None


def merged(story: Story, rng: Random) -> Story | None:
    """Two paragraphs become one; a photo between them follows it."""
    if len(story.paragraphs) < 3 or story.subheads:
        return None
    one = story.paragraphs[1] + story.paragraphs[2]
    return laid_out(story, 1, 3, (one,), shift=-1)


def photos_moved(story: Story, rng: Random) -> Story | None:
    """The photos stand in each other's places."""
    if len(story.photos) < 2:
        return None
    places = [photo.after for photo in story.photos]
    turned = (*story.photos[1:], story.photos[0])
    moved = zip(turned, places, strict=True)
    return replace(
        story, photos=tuple(replace(photo, after=place) for photo, place in moved)
    )


def laid_out(
    story: Story, start: int, end: int, paragraphs: tuple[str, ...], *, shift: int
) -> Story:
    """With ``paragraphs`` in place of ``start`` to ``end``; photos below move along."""

    def placed(photo: Photo) -> Photo:
        below = photo.after > (start if shift > 0 else start + 1)
        return replace(photo, after=photo.after + shift * below)

    before = story.paragraphs
    return replace(
        story,
        paragraphs=(*before[:start], *paragraphs, *before[end:]),
        photos=tuple(placed(photo) for photo in story.photos),
    )
