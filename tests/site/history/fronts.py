"""What stands in ticker, 超人氣 and 熱門新聞, carried from night to night."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from tests.site.world import Night

# List -> (how many stories, of how many newest)
SITE = {"ticker": (2, 30), "popular": (5, 120)}
HOT = (6, 25)

Rows = tuple[int, ...]


def fronts(
    night: Night, before: Sequence[dict[str, Rows]], rng: Random
) -> dict[str, Rows]:
    """List -> ids by rank. ``before``: the lists of all nights until now."""
    everything = [story.id for story in night.newest]
    pools = {name: (everything[:of], size) for name, (size, of) in SITE.items()}
    for code, stories in night.by_channel.items():
        pools[code] = ([story.id for story in stories[: HOT[1]]], HOT[0])
    alive = set(everything)
    found = {}
    for name, (pool, size) in pools.items():
        earlier = [lists.get(name, ()) for lists in before[-2:]]
        found[name] = following(earlier, pool, size, alive, rng)
    return found


def following(
    before: Sequence[Rows], pool: list[int], size: int, alive: set[int], rng: Random
) -> Rows:
    """Yesterday's list with a story replaced and two ranks exchanged.

    What comes in is now and then the story that stood at that very rank two nights
    ago; the withdrawn give way too.
    """
    rows = list(before[-1]) if before else []
    fresh = [story for story in pool if story not in rows]
    rng.shuffle(fresh)
    if rows:
        at = rng.randrange(len(rows))
        back = before[0][at : at + 1] if len(before) > 1 else ()
        if rng.random() < 0.5 and alive.issuperset(back) and not set(back) & set(rows):
            fresh = [*back, *(story for story in fresh if story not in back)]
        leaving = {at} | {n for n, story in enumerate(rows) if story not in alive}
        for n in sorted(leaving, key=lambda n: n != at):
            rows[n] = fresh.pop(0) if fresh else rows[n]
        others = [n for n in range(len(rows)) if n not in leaving]
        if len(others) > 1:
            one, other = rng.sample(others, 2)
            rows[one], rows[other] = rows[other], rows[one]
        elif rng.random() < 0.5:
            rows.reverse()  # what was first in the ticker is second
    rows = [story for story in rows if story in alive]
    return (*rows, *fresh[: size - len(rows)])
