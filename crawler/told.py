"""What lists tell of known stories, and the looks that prove or disprove it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a list says of a story that moves when the story changes."""

    story_id: int
    value: str
    witness: str = "api_modified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A known story chosen for a visit while a signal spoke of it: ``why`` is one of
    table look's words."""

    story_id: int
    why: str
