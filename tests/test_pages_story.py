"""A story page -> its Article and Links: against the replica's truth, and damaged."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import HtmlResponse, JsonResponse, XmlResponse

from crawler import extraction, urls
from crawler.pages.errors import NotAStory
from crawler.pages.story import parse_story
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scrapy.http import TextResponse

    from crawler.items import Incident

SITE = ReplicaServer(seed=7)
HTML = {"Content-Type": "text/html; charset=utf-8"}
RAW = ("item", "date_witnesses")
LISTS = ("ticker", "previous", "next", "related", "hot", "popular")

# The three witnesses of a list, and how a page loses each of them
PLACES = (
    *(("next-page__prev", "x1"), ("next-page__next", "x2"), ("sideHot", "x3")),
    *(("breaking-news", "x4"), ("上一則", "前"), ("下一則", "後"), ("延伸閱讀", "讀")),
    *(("熱門新聞", "熱"), ("超人氣", "氣"), (">快訊<", ">快<")),
)


def without_tokens(page: str) -> str:
    return re.sub(r"\?from=wj_\w+", "", page)


def without_slots(page: str) -> str:
    return re.sub(r' data-slotname="[^"]*"', "", page)


def without_places(page: str) -> str:
    # the slots' names hold the headings' words
    pieces = re.split(r'(data-slotname="[^"]*")', page)
    for at in range(0, len(pieces), 2):
        for old, new in PLACES:
            pieces[at] = pieces[at].replace(old, new)
    return "".join(pieces)


LOSE: dict[str, Callable[[str], str]] = {
    "token": without_tokens,
    "slot": without_slots,
    "place": without_places,
}


def response(path: str, body: str | bytes, status: int = 200) -> HtmlResponse:
    encoded = body.encode() if isinstance(body, str) else body
    return HtmlResponse(urls.SITE + path, body=encoded, headers=HTML, status=status)


def page_of(path: str) -> str:
    return SITE.pages.get(path)[2].decode()


def some_story() -> str:
    """A story in the middle of its channel, with neighbours on both sides."""
    night = SITE.pages.night
    return next(
        story.path
        for story in night.newest
        if story.kind == "photos" and all(night.neighbours(story))
    )


def links_of(path: str, body: str) -> list[tuple[Any, ...]]:
    """What a list says, less the token, which a damaged page may have lost."""
    return [
        (one.section, one.position, one.url, one.anchor_text, one.image_url)
        for one in parse_story(response(path, body)).links
    ]


def kinds(incidents: Iterable[Incident], kind: str) -> set[tuple[str, str | None]]:
    return {
        (str(one.section), one.detail.get("witness"))
        for one in incidents
        if one.kind == kind
    }


@pytest.mark.parametrize("number", [1, 2])
def test_every_page_of_a_night_comes_out_as_the_truth(number: int) -> None:
    site = ReplicaServer(seed=11, night=number)
    truth = site.truth()
    for story in truth["stories"]:
        path = story["url"].removeprefix(urls.SITE)
        page = response(path, site.pages.get(path)[2])
        article, *links = (
            {k: v for k, v in json.loads(line).items() if k not in RAW}
            for line in extraction.lines(page)
        )
        assert article == {k: v for k, v in story.items() if k not in RAW}
        assert links == truth["pages"][story["url"]]


def test_a_sound_page_has_nothing_for_a_person_to_look_at() -> None:
    path = some_story()
    assert parse_story(response(path, page_of(path))).article.incidents == ()


def test_entries_too_long_to_be_a_name_or_a_keyword_are_cut_and_told() -> None:
    path = some_story()
    page = page_of(path)
    for mark, begun in (("__author", "記者"), ("btn-keyword", "")):
        page, count = re.subn(
            rf"({mark}[^>]*>)", rf"\1{begun}{'長' * 900}", page, count=1
        )
        assert count == 1
    article = parse_story(response(path, page)).article
    assert max(len(one.name) for one in article.contributors) == 200
    assert max(map(len, article.keywords)) == 200
    assert len(article.byline or "") > 900
    told = kinds(article.incidents, "section_too_long")
    assert told == {("byline", None), ("keywords", None)}


@pytest.mark.parametrize("lost", [*combinations(LOSE, 1), *combinations(LOSE, 2)])
def test_losing_one_or_two_witnesses_changes_no_list_and_is_told(
    lost: tuple[str, ...],
) -> None:
    path = some_story()
    sound = page_of(path)
    damaged = sound
    for witness in lost:
        damaged = LOSE[witness](damaged)
    assert links_of(path, damaged) == links_of(path, sound)
    told = parse_story(response(path, damaged)).article.incidents
    expected = {(section, witness) for section in LISTS for witness in lost}
    assert kinds(told, "witness_lost") == expected


def test_losing_all_witnesses_is_told_for_every_list() -> None:
    path = some_story()
    damaged = without_places(without_slots(without_tokens(page_of(path))))
    page = parse_story(response(path, damaged))
    expected = {(section, None) for section in ("ticker", "related", "hot", "popular")}
    assert kinds(page.article.incidents, "section_missing") == expected


def test_a_page_without_a_body_keeps_its_story_and_says_so() -> None:
    path = some_story()
    body = re.sub(r"article-content__(editor|paragraph)", "gone", page_of(path))
    page = parse_story(response(path, body))
    assert page.article.paragraphs == ()
    assert ("body", None) in kinds(page.article.incidents, "section_missing")


@pytest.mark.parametrize(
    ("reason", "body"),
    [
        ("no_headline", "<html><body><p>空</p></body></html>"),
        ("no_headline", ""),
        ("login", '<html><form><input type="password"></form></html>'),
        ("challenge", "<html><title>Just a moment...</title></html>"),
        ("redirect_shell", "<script>window.location.href = '/wj/index'</script>"),
    ],
)
def test_a_page_that_is_no_story_says_what_it_is(reason: str, body: str) -> None:
    with pytest.raises(NotAStory) as refused:
        parse_story(response("/wj/story/121339/9310785", body))
    assert refused.value.reason == reason


@pytest.mark.parametrize("kind", [XmlResponse, JsonResponse])
def test_a_story_that_calls_itself_something_else_is_not_read_by_halves(
    kind: type[TextResponse],
) -> None:
    page = some_story().encode()
    with pytest.raises(NotAStory, match="not_html"):
        parse_story(kind(f"{urls.SITE}/wj/story/1/2", body=page, encoding="utf-8"))


def test_the_body_of_an_error_page_is_no_story() -> None:
    path = some_story()
    with pytest.raises(NotAStory, match="http_404"):
        parse_story(response(path, page_of(path), status=404))


def test_a_headline_alone_names_no_story_without_its_number() -> None:
    with pytest.raises(NotAStory, match="no_headline"):
        parse_story(response("/wj/index", '<h1 class="article-content__title">字</h1>'))


@given(st.data())
def test_no_damage_to_a_page_makes_the_reader_fail(data: st.DataObject) -> None:
    """Cut, doubled, overwritten anywhere: a story, or a refusal with its reason."""
    path = some_story()
    body = bytearray(SITE.pages.get(path)[2])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = min(len(body), start + data.draw(st.integers(0, 4000)))
        body[start:end] = data.draw(st.binary(max_size=40)) or body[start:end] * 2
    with suppress(NotAStory):
        article = parse_story(response(path, bytes(body))).article
        assert article.title
        assert "\ufffd" not in article.title + "".join(article.paragraphs)


@given(st.text(alphabet=st.sampled_from("<>/pah1 ='\"div字&;!-"), max_size=300))
def test_no_markup_inside_the_body_makes_the_reader_fail(markup: str) -> None:
    path = some_story()
    body = page_of(path).replace("<!--0-->", markup, 1)
    with suppress(NotAStory):
        assert all(parse_story(response(path, body)).article.paragraphs)
