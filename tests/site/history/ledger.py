"""What a ledger that missed no night would hold, from the world alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.site import faults
from tests.site.history.placements import always, placements, standing
from tests.site.history.revisions import alike, revisions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.site.channels import Channel
    from tests.site.history.night import HistoryNight
    from tests.site.history.placements import Seen


def history_truth(
    nights: Sequence[HistoryNight], channels: Iterable[Channel], seen: Seen = always
) -> dict[str, Any]:
    """Everything of some nights from the first on; its keys are told by
    ``HistoryWorld.history_truth``."""
    standings = [standing(night, channels) for night in nights]
    found = revisions(nights)
    return {
        "upto": len(nights),
        "nights": told(nights, standings),
        "revisions": {str(story): rows for story, rows in found.items()},
        "reverts": reverts(nights, found),
        "withdrawals": withdrawals(nights),
        "failures": failures(nights),
        "half_loaded": [
            {"story": story, "night": night.number}
            for night in nights
            for story in sorted(night.half)
        ],
        "late": [
            {"story": story, "night": night.number}
            for night in nights
            for story in night.late
        ],
        "placements": placements(nights, standings, seen),
        "list_titles": list_titles(nights),
        **copies(nights),
    }


def told(
    nights: Sequence[HistoryNight], standings: Sequence[Any]
) -> list[dict[str, Any]]:
    """What happened on each night; ``quiet``: nothing at all."""
    found = []
    known: set[int] = set()
    for at, night in enumerate(nights):
        away = {story: fault for story, fault in night.faults.items() if absent(fault)}
        before = nights[at - 1] if at else None
        gone = set(before.withdrawn) if before else set()
        new = sorted(night.whole.keys() - known)
        known |= night.whole.keys()
        lists_only = {s for s, kind in night.edited.items() if kind == "list_title"}
        said = {
            "new": new,
            "edited": {str(s): k for s, k in sorted(night.edited.items())},
            "edited_pages": sorted(night.edited.keys() - lists_only),
            "edited_lists": sorted(lists_only),
            "withdrawn": sorted(away.keys() - gone),
            "returned": sorted(gone - away.keys()),
            "failing": sorted(night.faults.keys() - away.keys()),
            "half_loaded": sorted(night.half),
        }
        same_lists = at > 0 and standings[at] == standings[at - 1]
        quiet = same_lists and not any(said.values())
        found.append({"night": night.number, "quiet": quiet, **said})
    return found


def absent(fault: faults.Fault) -> bool:
    return fault in faults.ABSENT


def reverts(
    nights: Sequence[HistoryNight], found: dict[int, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Stories that came back to what they said two revisions before."""
    states = {night.number: night.stories for night in nights}
    rows = []
    for story, its in found.items():
        for first, second, third in zip(its, its[1:], its[2:], strict=False):
            one, other = (states[each["night"]][story] for each in (first, third))
            if alike(one, other):
                rows.append(
                    {
                        "story": story,
                        "kinds": third["kinds"],
                        "revisions": [
                            each["number"] for each in (first, second, third)
                        ],
                        "edited": second["night"],
                        "reverted": third["night"],
                    }
                )
    return rows


def withdrawals(nights: Sequence[HistoryNight]) -> list[dict[str, Any]]:
    """Every time a story was not there: since when, as what, until when."""
    open_: dict[int, dict[str, Any]] = {}
    found = []
    for night in nights:
        away = {s: fault for s, fault in night.faults.items() if absent(fault)}
        for story in sorted(open_.keys() - away.keys()):
            open_.pop(story)["reappeared"] = night.number
        for story, fault in sorted(away.items()):
            if story not in open_:
                open_[story] = {
                    "story": story,
                    "outcome": fault.outcome,
                    "status": fault.status,
                    "first_night": night.number,
                    "reappeared": None,
                }
                found.append(open_[story])
            open_[story]["last_night"] = night.number
    return found


def failures(nights: Sequence[HistoryNight]) -> list[dict[str, Any]]:
    """Answers that say nothing about whether a story is there."""
    return [
        {"story": story, "night": night.number, **fault._asdict()}
        for night in nights
        for story, fault in sorted(night.faults.items())
        if not absent(fault)
    ]


def list_titles(nights: Sequence[HistoryNight]) -> list[dict[str, Any]]:
    """When lists used other words for a story than its headline."""
    open_: dict[int, dict[str, Any]] = {}
    found = []
    for night in nights:
        for story in night.whole.values():
            row = {"story": story.id, "headline": story.title, "list": story.list_title}
            held = open_.get(story.id, {})
            if story.title == story.list_title:
                open_.pop(story.id, None)
            elif row.items() <= held.items() and held["last_night"] == night.number - 1:
                held["last_night"] = night.number
            else:
                nights_of_it = {"first_night": night.number, "last_night": night.number}
                open_[story.id] = row | nights_of_it
                found.append(open_[story.id])
    return found


def copies(nights: Sequence[HistoryNight]) -> dict[str, Any]:
    """Pairs that say the same, and what is no pair however much alike."""
    return {
        "duplicates": [
            {"stories": [one, other], "kind": kind}
            for night in nights
            for one, other, kind in night.copies.twins
        ],
        "parts": [list(pair) for night in nights for pair in night.copies.parts],
        "templates": [
            {"story": story, "form": form}
            for night in nights
            for story, form in night.copies.templates
        ],
    }
