"""The JSON list API (``/api/more``): further rows of a list, 20 or so at a time."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crawler import urls
from crawler.items import Section
from crawler.loaders import LinkLoader, Page
from crawler.pages.captured import seen
from crawler.pages.list_page import ListPage, no_list
from crawler.told import Signal

if TYPE_CHECKING:
    from scrapy.http import TextResponse

# A search answer marks the term it found
MARKUP = re.compile(r"</?(?:em|b|i|u|strong|span|font|mark|br)\b[^<>]*>", re.IGNORECASE)
# The site gives 20 or so at a time
ROWS_MAX = 1_000
END = (True, 1, "1", "true", "Y", "y")


def parse_api(
    response: TextResponse,
    *,
    scope_key: str,
    origin: str = urls.SITE,
    first_rank: int = 1,
) -> ListPage:
    """Answer of the list API -> its rows, ranked from ``first_rank`` in the list that
    ``scope_key`` names.

    Raises:
        NotAList: the answer is no JSON, has no ``lists`` or an endless one, or
            is a wall.
    """
    answer = _answer(response)
    rows = [row for row in answer["lists"] if _is_row(row)]
    page = Page(
        url=urls.canonical(response.url, origin=origin),
        channel_key=scope_key,
        origin=origin,
        **seen(response),
    )
    return ListPage(
        links=_links(rows, page, first_rank),
        end=_end(answer),
        signals=_signals(rows, page),
    )


def _answer(response: TextResponse) -> dict[str, Any]:
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError) as error:
        raise no_list(response, f"no JSON ({error})") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("lists"), list):
        raise no_list(response, "JSON without a list called 'lists'")
    if len(answer["lists"]) > ROWS_MAX:
        raise no_list(response, f"a list of more than {ROWS_MAX} rows")
    return answer


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and bool(_text(row.get("titleLink")))


def _links(rows: list[dict[str, Any]], page: Page, first_rank: int) -> tuple[Any, ...]:
    if not rows:
        return ()
    loader = LinkLoader(page=page, first_rank=first_rank)
    loader.add_value("section", [Section.CHANNEL_LIST] * len(rows))
    addresses = [_text(row["titleLink"]) for row in rows]
    loader.add_value("url", addresses)
    loader.add_value("placement", addresses)
    loader.add_value("anchor_text", [_text(row.get("title")) for row in rows])
    loader.add_value("image_url", [_text(row.get("url")) for row in rows])
    loader.add_value("summary", [_text(row.get("paragraph")) for row in rows])
    loader.add_value("list_et", [_time(row, "date") for row in rows])
    loader.add_value("list_roc", [_time(row, "art_roc_time") for row in rows])
    return loader.load_item()


def _signals(rows: list[dict[str, Any]], page: Page) -> tuple[Signal, ...]:
    """``modify_time`` (epoch milliseconds) of the rows that have one."""
    found = {}
    for row in rows:
        times = row.get("time")
        modified = times.get("modify_time") if isinstance(times, dict) else None
        address = urls.canonical(row["titleLink"], base=page.url, origin=page.origin)
        story_id = urls.story_id(address)
        if story_id and isinstance(modified, int) and modified > 0:
            found[story_id] = Signal(story_id=story_id, value=str(modified))
    return tuple(found.values())


def _time(row: dict[str, Any], name: str) -> str | None:
    times = row.get("time")
    return _text(times.get(name)) if isinstance(times, dict) else None


def _text(value: Any) -> str | None:
    return MARKUP.sub("", value).strip() or None if isinstance(value, str) else None


def _end(answer: dict[str, Any]) -> bool:
    return not answer["lists"] or answer.get("end") in END
