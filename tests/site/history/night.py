"""A night of a world with a history."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tests.site.history.copies import Copies
from tests.site.world import Night

if TYPE_CHECKING:
    from tests.site.channels import Channel
    from tests.site.stories import Story

TOP = 10  # rows of a channel's list among which lists change their words


@dataclass(frozen=True)
class HistoryNight(Night):
    """``stories`` are those that answer, as they answer; ``whole``: all that the paper
    has, as it is, which is what lists show; ``lists``: list -> ids by rank; ``late``:
    stories whose ids are a night old; ``half``: ids of pages that came half."""

    whole: dict[int, Story] = field(default_factory=dict)
    lists: dict[str, tuple[int, ...]] = field(default_factory=dict)
    late: tuple[int, ...] = ()
    half: frozenset[int] = frozenset()
    copies: Copies = field(default_factory=Copies)

    @cached_property
    def newest(self) -> list[Story]:
        return sorted(
            self.whole.values(), key=lambda s: (s.published, s.id), reverse=True
        )

    def ticker(self) -> list[Story]:
        return self._at("ticker")

    def popular(self) -> list[Story]:
        return self._at("popular")

    def hot(self, channel: Channel) -> list[Story]:
        return self._at(channel.code)

    def neighbours(self, story: Story) -> tuple[Story | None, Story | None]:
        return super().neighbours(self.whole[story.id])

    def shown(self) -> list[int]:
        """Stories at the top of a channel, by rank."""
        rows = [stories[:TOP] for stories in self.by_channel.values()]
        return [row[at].id for at in range(TOP) for row in rows if at < len(row)]

    def _at(self, name: str) -> list[Story]:
        return [self.whole[key] for key in self.lists[name]]
