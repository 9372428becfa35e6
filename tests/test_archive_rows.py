"""A row of table ``capture`` says what its record says, or it is a finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from crawler.archive import verify
from crawler.archive.reader import capture_of, scan
from crawler.archive.rows import compare
from tests.archives import START, answer, exchange, keep, record, warc_of

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.items import Capture


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, list[Capture]]:
    """A file and the rows that point into it."""
    captures = keep(tmp_path, map(exchange, range(5)))
    return warc_of(tmp_path), captures


def told(path: Path, given: list[Capture], **how: bool) -> list[str]:
    findings, number = compare(str(path), given, verify.warc(path), **how)
    assert number == len(given)
    return [str(one) for one in findings]


def test_rows_that_are_right_are_no_findings(
    kept: tuple[Path, list[Capture]], tmp_path: Path
) -> None:
    assert told(*kept) == []
    assert (
        told(kept[0], [capture_of(one, kept[0], tmp_path) for one in scan(kept[0])])
        == []
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"file_offset": 3}, "but no whole record of a capture is"),
        ({"capture_id": UUID(int=99)}, "but the record is 00000000"),
        ({"file_length": 9}, "file_length 9, but is"),
        ({"payload_length": 9}, "payload_length 9, but is"),
        ({"url": "https://h/x"}, "url 'https://h/x', but is 'https://www."),
        ({"method": "POST"}, "method 'POST', but is 'GET'"),
        ({"status": 404}, "status 404, but is 200"),
        ({"status": None, "failure": "lost"}, "failure 'lost', but is nothing"),
        ({"content_type": "x/y"}, "content_type 'x/y', but is 'text/html'"),
        ({"etag": "zz"}, "etag 'zz', but is nothing"),
        ({"last_modified": "zz"}, "last_modified 'zz', but is nothing"),
        ({"fetched_at": START}, "fetched_at 2026-01-01T09:00:00+00:00, but is 2026"),
        ({"payload_sha256": "ab"}, "payload_sha256 'ab', but is"),
    ],
)
def test_a_row_that_says_what_is_not_so_is_one_line(
    changed: dict[str, Any], said: str, kept: tuple[Path, list[Capture]]
) -> None:
    path, captures = kept
    wrong = replace(captures[2], **changed)
    lines = told(path, [*captures[:2], wrong, *captures[3:]])

    assert lines[0].startswith(
        f"{path}: offset {wrong.file_offset}: table capture says"
    )
    assert said in lines[0]
    # the record that the row should have named has none now
    assert len(lines) == (2 if "file_offset" in changed else 1)


def test_a_record_without_a_row_is_named(kept: tuple[Path, list[Capture]]) -> None:
    path, captures = kept
    (line,) = told(path, captures[1:])
    assert f"offset {captures[0].file_offset}: capture" in line
    assert line.endswith("has no row in the database")


def test_a_file_of_which_no_row_is_there_is_one_line(
    kept: tuple[Path, list[Capture]],
) -> None:
    (line,) = told(kept[0], [])
    assert "5 captures without a row" in line
    assert "--no-database" in line


def test_what_a_killed_run_had_not_stored_yet_is_no_fault(
    kept: tuple[Path, list[Capture]],
) -> None:
    path, captures = kept
    findings, _ = compare(str(path), captures[:3], verify.warc(path), died=True)
    assert [one.grave for one in findings] == [False]
    assert "2 captures" in str(findings[0])


def test_rows_of_a_file_that_is_not_there_are_one_line(
    kept: tuple[Path, list[Capture]],
) -> None:
    findings, _ = compare("x.warc.gz", kept[1], None)
    assert [str(one) for one in findings] == [
        "x.warc.gz: is not there, but 5 rows of table capture point into it"
    ]


def test_all_that_is_wrong_with_a_row_is_one_line(
    kept: tuple[Path, list[Capture]],
) -> None:
    path, (first, *others) = kept
    wrong = replace(first, status=404, etag="zz", method="POST", url="https://h/\x1b")
    (line,) = told(path, [wrong, *others])
    for name in ("url", "status", "etag", "method"):
        assert f" {name} " in line
    assert "url 'https://h/\\x1b', but is" in line


ODD: dict[str, dict[str, Any]] = {
    "nothing came": {"status": None, "failure": "timeout", "headers": (), "body": b""},
    "a 304": {"status": 304, "headers": (("ETag", 'W/"1"'),), "body": b""},
    "led elsewhere": {"status": 301, "headers": (("Location", "/x"),), "body": b""},
    "another method": {"method": "POST"},
    "no found": {"found": {}},
    "told twice": {"headers": (("ETag", "1"), ("etag", "2"), ("Content-Type", ""))},
    "odd fields": {"headers": (("ETag", " a\r\n b\0 "), ("Last-Modified", "\xe9\x85"))},
    "cut": {"cut": True},
    "any address": {"url": "https://h/%E6%96%B0?a=%20&b=[1]#x"},
    "a round second": {"fetched_at": START},
    "a moment": {"fetched_at": START + timedelta(microseconds=1)},
}


@pytest.mark.parametrize("given", ODD.values(), ids=ODD)
def test_whatever_a_night_archives_has_a_row_that_is_right(
    given: dict[str, Any], tmp_path: Path
) -> None:
    captures = keep(tmp_path, [exchange(0, **given), exchange(1)])
    assert told(warc_of(tmp_path), captures) == []


@pytest.mark.parametrize(
    ("date", "wrong"),
    [
        ("2026-01-01T09:00:00Z", timedelta(seconds=1)),
        ("2026-01-01T09:00:00.250Z", timedelta(milliseconds=1)),
        ("2026-01-01T09:00:00.250000123Z", timedelta(microseconds=1)),
    ],
)
def test_times_are_compared_as_exactly_as_the_record_has_them(
    date: str, wrong: timedelta, tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record("response", answer(), WARC_Date=date))
    ((row),) = (capture_of(one, path, tmp_path) for one in scan(path))
    finer = wrong - timedelta(microseconds=1)

    assert told(path, [replace(row, fetched_at=row.fetched_at + finer)]) == []
    (line,) = told(path, [replace(row, fetched_at=row.fetched_at + wrong)])
    assert "fetched_at 2026-01-01T09:00:0" in line
