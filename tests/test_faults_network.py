"""Damaged bodies, wrong charsets, bombs and Retry-After, against the fault server."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import HtmlResponse

from crawler.middlewares.charset import Undecodable, decoded, shown
from crawler.middlewares.limits import LIMITS
from crawler.middlewares.retry_after import seconds_asked
from crawler.pages.tag_scan import excess
from tests import reliability
from tests.crawling import crawl
from tests.faults import answers, bombs, table
from tests.faults.charsets import CASES, Case
from tests.faults.server import FaultServer
from tests.faults.sites import FIRST, good, path_of, site_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_no_damaged_body_is_stored(database: str) -> None:
    with FaultServer(site_of(*table.DAMAGED.values(), whole=2)) as site:
        run = crawl(site.url, database, ERROR_RATIO_MAX="1")
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT story_id FROM article").fetchall()
    faulty = {FIRST + number for number in range(len(table.DAMAGED))}
    stored = {story for (story,) in rows}
    bad = f"{len(stored & faulty)} of {len(faulty)}"
    reliability.tell("damaged", bad)
    assert stored == {FIRST + len(table.DAMAGED) + n for n in range(2)}, run.stderr
    assert all(
        site.requests[path_of(FIRST + number)] == 3
        for number in range(len(table.DAMAGED))
    )


def test_no_sound_body_is_asked_for_again(database: str) -> None:
    with FaultServer(site_of(*table.SOUND.values())) as site:
        run = crawl(site.url, database)
    assert run.returncode == 0, run.stderr
    asked = [site.requests[path_of(FIRST + n)] for n in range(len(table.SOUND))]
    assert asked == [1] * len(table.SOUND)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_page_reads_right_or_says_what_it_lacks(case: Case) -> None:
    kind = f"text/html; charset={case.header}" if case.header else "text/html"
    page = HtmlResponse("https://x/", body=case.body(), headers={"Content-Type": kind})
    found = decoded(page)
    assert "\ufffd" not in found.response.text
    assert found.response.text.count(case.text) == 14 - case.cut
    assert found.dropped == case.cut


@pytest.mark.parametrize("body", [CASES[0].body(), b"<html><p>ASCII only"])
@pytest.mark.parametrize(
    "name", ["punycode", "idna", "rot13", "undefined", "unicode_escape", "utf-7", "zip"]
)
def test_a_codec_that_is_no_charset_loses_no_page(name: str, body: bytes) -> None:
    kind = f"text/html; charset={name}"
    page = HtmlResponse("https://x/", body=body, headers={"Content-Type": kind})
    found = decoded(page)
    assert found.response.text == body.decode()
    assert found.wrong in (None, page.encoding)


@pytest.mark.parametrize("count", [1, 3, 52])
def test_broken_characters_that_a_page_holds_are_told(count: int) -> None:
    text = CASES[0].html().replace("7</p>", "7" + "\ufffd" * count + "</p>")
    page = HtmlResponse("https://x/", body=text.encode(), encoding="utf-8")
    if count > 3:
        with pytest.raises(Undecodable):
            decoded(page)
    else:
        assert decoded(page).dropped == count
        assert "\ufffd" not in decoded(page).response.text


def test_broken_characters_of_a_script_are_nobody_s_business() -> None:
    script = "<script>x = '\ufffd'</SCRIPT><style>\ufffd</style><!-- \ufffd -->" * 40
    text = CASES[0].html().replace("</head>", f"{script}</head>")
    page = HtmlResponse("https://x/", body=text.encode(), encoding="utf-8")
    assert decoded(page).dropped == 0
    assert decoded(page).response is page


@given(
    st.lists(st.sampled_from(["<script>", "</script>", "<!--", "-->", "a", "<STYLE"]))
)
def test_what_a_page_shows_has_no_script_and_no_comment(parts: list[str]) -> None:
    left = shown("".join(parts))
    assert "<script" not in left
    assert "<!--" not in left


@pytest.mark.parametrize("levels", [2_000, 2_047, 50_000, 1_000_000])
def test_a_depth_bomb_is_refused(levels: int) -> None:
    assert "nested" in (excess(bombs.depth(levels), LIMITS) or "")


@pytest.mark.parametrize("count", [20_000, 100_000])
def test_an_attribute_bomb_is_refused(count: int) -> None:
    assert "attributes" in (excess(bombs.attributes(count), LIMITS) or "")


def test_no_text_is_stored_wrong_without_a_word(database: str) -> None:
    """As stored by a whole crawl, and not only as decoded."""
    pages = [case.resource(FIRST + number) for number, case in enumerate(CASES)]
    with FaultServer(site_of(*pages)) as site:
        run = crawl(site.url, database, ERROR_RATIO_MAX="1")
    with psycopg.connect(database) as connection:
        texts = connection.execute("SELECT story_id, paragraphs::text FROM article")
        stored: dict[int, str] = dict(texts.fetchall())
        told = {
            story
            for (story,) in connection.execute(
                "SELECT story_id FROM incident WHERE kind IN "
                "('charset_wrong', 'fetch_failed')"
            )
        }
    wrong = [
        case.name
        for story, case in enumerate(CASES, FIRST)
        if (stored.get(story) or "").count(case.text) != 12 and story not in told
    ]
    reliability.tell("charsets", f"{len(wrong)} of {len(CASES)}")
    assert not wrong, run.stderr
    assert len(stored) == len(CASES)


@given(st.binary(max_size=300))
def test_the_scan_ends_for_any_bytes(body: bytes) -> None:
    excess(body, LIMITS)


@given(st.text(max_size=40))
def test_any_retry_after_is_a_time_to_come_or_nothing(value: str) -> None:
    asked = seconds_asked(value, now=NOON)
    assert asked is None or asked > 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("4", 4), ("0", None), ("-5", None), ("soon", None), ("4.5", None)),
        *(("Sun, 01 Mar 2026 12:00:09 GMT", 9), ("Sun Mar  1 12:00:09 2026", 9)),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert seconds_asked(value, now=NOON) == seconds


CAP = 2.0
# What is asked for -> the seconds that it is worth under the cap; a date has whole
# seconds, so that 3 are at least 2
ASKED = [
    resource
    for status in (429, 503)
    for resource in (
        table.retry_after(status, "2"),
        table.retry_at(status, 3),
        table.retry_after(status, "9" * 20),
    )
]


def test_nothing_goes_to_the_host_before_the_time_it_asked_for(database: str) -> None:
    """On the server's clock, from when it was asked to when it was asked again."""
    busy = [answers.then(one, good(FIRST + n)) for n, one in enumerate(ASKED)]
    with FaultServer(site_of(*busy, whole=3)) as site:
        run = crawl(
            *(site.url, database, "-s", "CONCURRENT_REQUESTS=1"),
            *("-s", f"RETRY_AFTER_MAX={CAP:g}"),
        )
    assert run.returncode == 0, run.stderr
    waited = []
    for number in range(len(ASKED)):
        path = path_of(FIRST + number)
        at = next(n for n, one in enumerate(site.asked) if one.target == path)
        waited.append(site.asked[at + 1].at - site.asked[at].at)
        assert site.requests[path] == 2
    ratio = min(waited) / CAP
    reliability.tell("retry_after", f"{ratio:.2f}")
    assert ratio >= 1.0
    assert max(waited) < 3 * CAP  # capped


HOPS = 5


def test_no_redirect_goes_on_for_ever_or_ends_in_silence(database: str) -> None:
    first = [path_of(FIRST + number) for number in range(5)]
    away = answers.redirect("http://offsite.example/wj/story/1/1")
    faults = [
        answers.redirect(first[0]),
        answers.redirect(first[2]),
        answers.redirect(first[1]),
        answers.growing("/wj/growing"),
        away,
        answers.then(answers.page(b"", status=503), away),
    ]
    pages = {**site_of(*faults, whole=2), "/wj/growing": answers.growing("/wj/growing")}
    with FaultServer(pages) as site:
        run = crawl(site.url, database, ERROR_RATIO_MAX="1")
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT story_id, state, reason FROM frontier WHERE story_id IS NOT NULL"
        ).fetchall()
    ends = {story - FIRST: (state, reason) for story, state, reason in rows}
    assert set(ends) == set(range(8)), run.stderr
    assert ends[6] == ends[7] == ("stored", None)
    assert ends[4] == ends[5] == ("offsite", "redirect_offsite")
    with psycopg.connect(database) as connection:
        counted = connection.execute("SELECT counters FROM run").fetchone()
    assert counted
    assert counted[0]["page/failed/redirect_offsite"] == 2
    assert "page/failed/offsite" not in counted[0]
    assert ends[3] == ("failed", "redirect_limit")
    assert {ends[n][0] for n in range(3)} <= {"redirected", "failed"}
    hops = sum("growing" in one.target for one in site.asked)
    assert hops == HOPS
    assert max(site.requests[one] for one in first[:3]) <= HOPS + 1
