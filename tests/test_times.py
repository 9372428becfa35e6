"""The site's times, most of all on the two nights when the clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import times
from crawler.times import ET, ROC


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("2024-09-28T02:00:00-04:00", "2024-09-28 06:00"),
        ("2024-09-28T06:00:00Z", "2024-09-28 06:00"),
        ("2025-11-09 16:46:27-05:00", "2025-11-09 21:46:27"),
        ("2024-09-28 02:00:00", "2024-09-28 06:00"),
        ("2024-09-28 02:00 ET", "2024-09-28 06:00"),
        ("ROC 2024-09-28 14:00", "2024-09-28 06:00"),
        ("roc：2024-09-30 01:30", "2024-09-29 17:30"),
        (" roc：2024-09-30 01:30 ", "2024-09-29 17:30"),
        ("2026-01-10 01:00", "2026-01-10 06:00"),
        ("2026/1/10 1:00", "2026-01-10 06:00"),
    ],
)
def test_every_printed_form_is_read(raw: str, instant: str) -> None:
    assert times.reading(raw) == utc(instant)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "today",
        "2024-09-28",
        "2024-02-30 01:00",
        "2024-09-28 25:00",
        "北京5日電",
        "0000-01-01 00:00",
        "9999-12-31 23:59",
        "2024-01-01 00:00 PST",
        "２０２４-01-01 0:00",
    ],
)
def test_what_is_no_time_is_refused_and_quoted(raw: str) -> None:
    with pytest.raises(ValueError, match="not a time of the site"):
        times.read(raw)
    assert times.reading(raw) is None


def test_taipei_is_told_by_the_mark_or_by_the_caller() -> None:
    told, marked = "2026-01-10 14:00:00", "ROC 2026-01-10 14:00"
    assert times.read(told, roc=True).instants == (utc("2026-01-10 06:00"),)
    assert times.read(marked).instants == (utc("2026-01-10 06:00"),)


def test_an_offset_must_be_written_where_one_is_expected() -> None:
    with pytest.raises(ValueError, match="offset"):
        times.parse_offset("2024-09-28 02:00:00")


DOUBLED = ("2026-11-01 05:30", "2026-11-01 06:30")


@pytest.mark.parametrize("instant", DOUBLED)
def test_the_doubled_hour_is_decided_by_the_other_witnesses(instant: str) -> None:
    true = utc(instant)
    roc = true.astimezone(ROC).strftime("ROC %Y-%m-%d %H:%M")
    two = {"time_et": "2026-11-01 01:30 ET", "time_roc": roc}
    assert times.weigh(two, two).instant == true
    written = true.astimezone(ET).isoformat()
    raw = {"meta_date": "2026-11-01 01:30:00", "time_et": "2026-11-01 01:30 ET"}
    assert times.published({**raw, "time_roc": roc}) == true
    assert times.published({**raw, "jsonld_published": written}) == true


def test_the_doubled_hour_alone_is_read_as_daylight_time() -> None:
    assert times.reading("2026-11-01 01:30") == utc(DOUBLED[0])
    assert len(times.read("2026-11-01 01:30").instants) == 2


def test_the_skipped_hour_is_told_by_the_other_witnesses() -> None:
    raw = {"meta_date": "2026-03-08 02:30:00", "time_roc": "ROC 2026-03-08 15:30"}
    weighed = times.weigh(raw, times.PUBLISHED)
    assert weighed == times.Weighed(utc("2026-03-08 07:30"))


def test_the_skipped_hour_alone_is_shifted_and_flagged() -> None:
    weighed = times.weigh({"meta_date": "2026-03-08 02:30:00"}, times.PUBLISHED)
    assert weighed.instant == utc("2026-03-08 07:30")
    assert weighed.skipped == ("meta_date",)


def test_seconds_that_one_witness_lacks_are_no_disagreement() -> None:
    raw = {"list_et": "2026-03-08 01:00", "list_roc": "2026-03-08 14:00:17"}
    assert times.weigh(raw, times.LISTED).agree


def test_a_minute_is_a_disagreement_and_the_first_witness_stays() -> None:
    raw = {"list_et": "2026-03-08 01:00", "list_roc": "2026-03-08 14:01"}
    weighed = times.weigh(raw, times.LISTED)
    assert not weighed.agree
    assert times.listed(raw) == weighed.instant == utc("2026-03-08 06:00")


def test_an_unreadable_witness_leaves_the_word_to_the_next() -> None:
    raw = {"jsonld_published": "soon", "time_roc": "ROC 2024-09-28 14:00"}
    weighed = times.weigh(raw, times.PUBLISHED)
    assert weighed == times.Weighed(
        utc("2024-09-28 06:00"), unreadable=("jsonld_published",)
    )


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("2026-02-01", "2026-02-01 05:00"),
        ("2026-07-01", "2026-07-01 04:00"),
        ("2026-02-01T06:00-05:00", "2026-02-01 11:00"),
        ("2026-02-01T06:00:00Z", "2026-02-01 06:00"),
    ],
)
def test_since_is_midnight_in_new_york_or_as_written(raw: str, instant: str) -> None:
    assert times.parse_since(raw) == utc(instant)


@pytest.mark.parametrize("raw", ["", "yesterday", "2026-02-30", "2026-02-01T06:00"])
def test_a_wrong_since_says_what_is_expected(raw: str) -> None:
    with pytest.raises(ValueError, match="2026-02-01"):
        times.parse_since(raw)


SECONDS = st.integers(
    min_value=0, max_value=int(datetime(2038, 1, 1, tzinfo=UTC).timestamp())
)


@settings(max_examples=300, deadline=None)
@given(SECONDS)
def test_any_instant_comes_back_from_its_witnesses(seconds: int) -> None:
    true = datetime.fromtimestamp(seconds, UTC)
    here, there = true.astimezone(ET), true.astimezone(ROC)
    raw = {
        "meta_date": here.strftime("%Y-%m-%d %H:%M:%S"),
        "time_et": here.strftime("%Y-%m-%d %H:%M ET"),
        "time_roc": there.strftime("ROC %Y-%m-%d %H:%M"),
        "data_layer": here.strftime("%Y-%m-%d %H:%M"),
    }
    assert times.weigh(raw, times.PUBLISHED) == times.Weighed(true)
    raw["jsonld_published"] = here.isoformat()
    assert times.weigh(raw, times.PUBLISHED) == times.Weighed(true)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20) | st.from_regex(times.STAMP, fullmatch=True))
def test_any_text_is_an_aware_instant_in_utc_or_none(raw: str) -> None:
    read = times.reading(raw)
    assert read is None or read.utcoffset() == timedelta(0)
