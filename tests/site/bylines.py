"""Byline forms of the paper with invented names, and what each says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.site.text import person

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

SAYS_NOTHING: dict[str, Any] = {
    "contributors": [],
    "organization": None,
    "wire": False,
    "place": None,
    "dateline_day": None,
    "report_type": None,
}


def people(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "name": name} for role, name in pairs]


def _said(byline: str | None, **says: Any) -> dict[str, Any]:
    return {"byline": byline, **SAYS_NOTHING, **says}


def _reporter(a: str, _b: str, slash: str = "／") -> dict[str, Any]:
    return _said(
        f"記者{a}{slash}紐約報導",
        contributors=people(("reporter", a)),
        place="紐約",
        report_type="報導",
    )


FORMS: tuple[Callable[[str, str], dict[str, Any]], ...] = (
    _reporter,
    lambda a, b: _reporter(a, b, "╱"),
    lambda a, b: _reporter(a, b, " / "),
    lambda a, b: _reporter(a, b, "/"),
    lambda a, b: _said(
        f"編譯{a}、記者{b}／綜合報導",
        contributors=people(("translator", a), ("reporter", b)),
        report_type="綜合報導",
    ),
    lambda a, b: _said(
        "中國新聞組／北京5日電",
        organization="中國新聞組",
        place="北京",
        dateline_day=5,
        report_type="電",
    ),
    lambda a, b: _said(
        "編譯中心／綜合10日電",
        organization="編譯中心",
        dateline_day=10,
        report_type="電",
    ),
    lambda a, b: _said(
        f"記者{a}／洛杉磯即時報導",
        contributors=people(("reporter", a)),
        place="洛杉磯",
        report_type="即時報導",
    ),
    lambda a, b: _said(
        f"特派員{a}／芝加哥報導",
        contributors=people(("correspondent", a)),
        place="芝加哥",
        report_type="報導",
    ),
    lambda a, b: _said(f"記者{a}", contributors=people(("reporter", a))),
)
SPECIAL: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "agency": lambda a, b: _said(
        "中央社華盛頓12日綜合外電報導",
        organization="中央社",
        wire=True,
        place="華盛頓",
        dateline_day=12,
        report_type="綜合外電報導",
    ),
    "notice": lambda a, b: _said("洛杉磯訊", place="洛杉磯", report_type="訊"),
    "supplied": lambda a, b: _said("市長辦公室提供", organization="市長辦公室"),
    "letter": lambda a, b: _said(
        f"{a}／亞凱迪亞", contributors=people(("author", a)), place="亞凱迪亞"
    ),
    "literary": lambda a, b: _said(a, contributors=people(("author", a))),
    "column": lambda a, b: _said(f"社長{a}", contributors=people(("社長", a))),
    "sister": lambda a, b: _said(
        f"聯合報／ 記者{a}／綜合報導",
        contributors=people(("reporter", a)),
        organization="聯合報",
        report_type="綜合報導",
    ),
    "no_byline": lambda a, b: _said(None),
}


def byline(kind: str, rng: Random) -> dict[str, Any]:
    """Fields of Article that the byline decides, for a page kind."""
    form = SPECIAL.get(kind) or rng.choice(FORMS)
    return form(person(rng), person(rng))
