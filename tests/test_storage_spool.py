"""What the database does not take is kept on disk, whole, and stored from there."""

from __future__ import annotations

import json
import resource
import signal
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import (
    Article,
    Capture,
    Contributor,
    Figure,
    FrontierEnd,
    FrontierRequest,
    Incident,
    Link,
    Observation,
    Scope,
    Section,
)
from crawler.told import Look, Signal
from pipelines.storage import batch, codec, runs, spool
from pipelines.storage.batch import PageCount
from pipelines.storage.drain import drain
from pipelines.storage.quarantine import QuarantinedItem
from tests.storing import NOON, Connection, article, capture, link, rows

if TYPE_CHECKING:
    from pathlib import Path

TEXT = st.text(st.characters(), max_size=5) | st.sampled_from(["$", "$list", "\ud83d"])
MAYBE = st.none() | TEXT
INT = st.integers(-(2**70), 2**70)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=8))])
INSTANT = st.none() | st.datetimes(timezones=ZONES)
WORDS = st.dictionaries(TEXT, TEXT, max_size=3)
PLAIN = st.none() | st.booleans() | INT | TEXT | st.floats(allow_nan=False)
JSON = st.recursive(
    PLAIN, lambda of: st.lists(of, max_size=3) | st.dictionaries(TEXT, of, max_size=3)
)
INCIDENTS = st.builds(
    Incident, kind=TEXT, page_url=TEXT, story_id=st.none() | INT, detail=WORDS
)
CONTRIBUTORS = st.builds(Contributor, role=TEXT, name=TEXT)
FIGURES = st.builds(Figure, position=INT, url=TEXT, caption=MAYBE)
ROWS: dict[type, st.SearchStrategy[Any]] = {
    Incident: INCIDENTS,
    Article: st.builds(
        Article,
        story_id=INT,
        url=TEXT,
        title=TEXT,
        contributors=st.lists(CONTRIBUTORS, max_size=2).map(tuple),
        figures=st.lists(FIGURES, max_size=2).map(tuple),
        incidents=st.lists(INCIDENTS, max_size=2).map(tuple),
        paragraphs=st.lists(TEXT, max_size=3).map(tuple),
        date_witnesses=WORDS,
        published_at=INSTANT,
        capture_id=st.none() | st.uuids(),
        wire=st.booleans(),
    ),
    Link: st.builds(
        Link,
        page_url=TEXT,
        page_story_id=st.none() | INT,
        section=st.sampled_from(Section),
        scope=st.sampled_from(Scope),
        scope_key=TEXT,
        position=INT,
        url=TEXT,
        story_id=st.none() | INT,
        anchor_text=MAYBE,
        listed_at=INSTANT,
        date_witnesses=WORDS,
    ),
    Capture: st.builds(capture, st.integers(0, 2**64), etag=MAYBE, failure=MAYBE),
    Observation: st.builds(
        Observation, story_id=INT, outcome=TEXT, detail=MAYBE, seen_at=INSTANT
    ),
    PageCount: st.builds(PageCount, link_id=st.uuids(), pages=INT, seen_at=INSTANT),
    QuarantinedItem: st.builds(
        QuarantinedItem,
        target=TEXT,
        reason=TEXT,
        item=st.dictionaries(TEXT, JSON, max_size=3),
    ),
    Signal: st.builds(Signal, story_id=INT, value=TEXT, witness=TEXT),
    Look: st.builds(Look, story_id=INT, why=TEXT),
    FrontierRequest: st.builds(
        FrontierRequest,
        fingerprint=st.binary(max_size=20),
        url=TEXT,
        callback=TEXT,
        errback=TEXT,
        priority=INT,
        arguments=st.dictionaries(TEXT, JSON, max_size=3),
        found=st.dictionaries(TEXT, TEXT | INT, max_size=2),
    ),
    FrontierEnd: st.builds(
        FrontierEnd, fingerprint=st.binary(max_size=20), state=TEXT, reason=MAYBE
    ),
}


def through_disk(rows: tuple[Any, ...]) -> dict[str, Any]:
    record = spool.unit_record(rows, job=7, seen_at=NOON, extractor=None)
    read = spool.checked(1, spool.line(record))
    assert read.record is not None
    return spool.read(read.record)


@given(st.lists(st.one_of(*ROWS.values()), max_size=4).map(tuple))
def test_every_row_comes_back_as_it_was(rows: tuple[Any, ...]) -> None:
    values = through_disk(rows)
    assert values["rows"] == rows
    assert [type(row) for row in values["rows"]] == [type(row) for row in rows]
    assert (values["job"], values["seen_at"], values["extractor"]) == (7, NOON, None)


def test_every_kind_of_row_can_be_spooled() -> None:
    assert set(ROWS) == set(batch.Row.__args__)


def test_every_field_of_a_row_comes_back() -> None:
    whole = article(1, incidents=(Incident(kind="k", page_url="u"),))
    (back,) = through_disk((whole,))["rows"]
    for each in fields(whole):
        assert getattr(back, each.name) == getattr(whole, each.name)


def test_what_is_no_row_is_refused_when_written_and_when_read() -> None:
    with pytest.raises(TypeError, match="no row holds a set"):
        codec.encode({"a": {1}})
    for strange in ({"$eval": "1"}, {"$Article": {"nonsense": 1}}, {"$UUID": 3}):
        with pytest.raises(codec.Unreadable):
            codec.decode(strange)


def test_a_line_that_was_cut_or_changed_is_told_from_a_good_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "spool" / "1.jsonl"
    records = [
        spool.unit_record((link(n),), job=1, seen_at=NOON, extractor="x")
        for n in range(1, 4)
    ]
    spool.append(path, records[:2])
    spool.append(path, records[2:])
    good = path.read_bytes()
    assert [each.record for each in spool.lines(path)] == records
    path.write_bytes(good[:-9])
    assert [each.why for each in spool.lines(path)] == ["", "", "torn"]
    path.write_bytes(good.replace(b'"$Link"', b'"$link"', 1))
    assert [bool(each.why) for each in spool.lines(path)] == [True, False, False]
    path.write_bytes(b"[1]\nnull\n\n" + good)
    assert [bool(each.why) for each in spool.lines(path)][:4] == [True] * 3 + [False]


def test_a_full_disk_leaves_the_spool_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "spool" / "1.jsonl"
    record = spool.unit_record((link(1),), job=1, seen_at=NOON, extractor="x")
    spool.append(path, [record])
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
    try:
        with pytest.raises(OSError, match="large"):
            spool.append(path, [record])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == before


def test_the_spools_of_two_databases_do_not_meet(tmp_path: Path) -> None:
    later = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)
    east = NOON.astimezone(timezone(timedelta(hours=8)))
    assert spool.file_of(tmp_path, 1, NOON) != spool.file_of(tmp_path, 1, later)
    assert spool.file_of(tmp_path, 1, NOON) == spool.file_of(tmp_path, 1, east)


def test_what_the_row_of_a_run_was_to_say_is_kept_too() -> None:
    record = spool.told_record(spool.VERDICT, {"counters": {"start_time": NOON}})
    told = json.loads(spool.read(record)["told"])
    assert told == {"counters": {"start_time": str(NOON)}}


def test_the_verdict_of_a_lost_run_reaches_its_row_later(
    database: str, db: Connection, tmp_path: Path
) -> None:
    ((run, began),) = runs.started(db)
    path = spool.file_of(tmp_path, run, began)
    told = {
        "outcome": "database_lost",
        "exit_code": 14,
        "verdict": "Stopped.",
        "counters": {"page/ok": 3},
        "finished_at": NOON.replace(year=2100),
    }
    names = {"archive": "night", "root": "0" * 64}
    spool.append(path, [spool.told_record(spool.ARCHIVE, names)])
    spool.append(path, [spool.told_record(spool.VERDICT, told)])
    drain(db, database, tmp_path)
    found = "SELECT outcome, exit_code, verdict, counters, archive FROM run"
    assert rows(db, found) == [
        ("database_lost", 14, "Stopped.", {"page/ok": 3}, "night")
    ]
