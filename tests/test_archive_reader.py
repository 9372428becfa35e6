"""Broken, lying and foreign files: one clear line a fault, and the rest is read."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archive import reader
from crawler.archive.reader import Damaged, read, scan
from crawler.archive.shelf import Shelf
from tests.archives import (
    SITE,
    answer,
    exchange,
    keep,
    plain,
    readable,
    record,
    warc_of,
)

HELLO = b"<p>hello</p>"
SOUND = record("response", answer(HELLO), WARC_Target_URI=f"{SITE}/sound")
BROKEN = {
    "a cut member": (SOUND[:-20], "gzip member"),
    "a member cut to three bytes": (SOUND[:3], "gzip member"),
    "a wrong checksum": (SOUND[:-8] + b"\0\0\0\0" + SOUND[-4:], "incorrect data check"),
    "an empty member": (gzip.compress(b""), "empty record"),
    "no gzip": (b"<html>" * 9, "gzip member"),
    "a page in gzip": (gzip.compress(b"<html>" * 9), "no WARC record begins here"),
    "zeros": (bytes(70_000), "gzip member"),
    "a head without end": (gzip.compress(b"WARC/1.1\r\nA: b"), "header of the record"),
    "a length too large": (
        record("response", answer(), Content_Length="1000"),
        "Content-Length is 1000, but ",
    ),
    "a length too small": (
        record("response", answer(), Content_Length="20"),
        "Content-Length is 20, but the record does not end there",
    ),
    "a length one too large": (
        record("response", answer(), Content_Length=str(len(answer()) + 1)),
        f"Content-Length is {len(answer()) + 1}",
    ),
    "a negative length": (
        record("response", answer(), Content_Length="-4"),
        "Content-Length is -4",
    ),
    "a length without end": (
        record("response", answer(), Content_Length="9" * 5000),
        "Content-Length is 999",
    ),
    "no length": (record("response", answer(), Content_Length=None), "is not there"),
    "two records in one member": (
        gzip.compress(plain("response", answer()) * 2),
        "several records in one gzip member",
    ),
    "rubbish after a record": (
        gzip.compress(plain("response", answer()) + b"more"),
        "more bytes follow",
    ),
    "an empty record": (record("response", b""), "empty record"),
    "a status that is none": (
        record("response", answer(line="HTTP/1.1 OK")),
        "no HTTP status line ('HTTP/1.1 OK')",
    ),
    "HTTP/2 without a status line": (
        record("response", b":status: 200\r\n\r\n" + HELLO),
        "no HTTP status line (':status: 200')",
    ),
    "an HTTP head without end": (
        record("response", b"HTTP/1.1 200 OK\r\nA: b\r\n"),
        "the HTTP head has no end",
    ),
    "no date": (record("response", answer(), WARC_Date=None), "no WARC-Date"),
    "a date that is none": (
        record("response", answer(), WARC_Date="yesterday"),
        "WARC-Date 'yesterday'",
    ),
    "no address": (
        record("response", answer(), WARC_Target_URI=None),
        "without a WARC-Target-URI",
    ),
    "no type": (record("response", answer(), WARC_Type=None), "without a WARC-Type"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_damage_is_one_clear_line_and_costs_only_its_record(
    case: str, tmp_path: Path
) -> None:
    bad, told = BROKEN[case]
    path = tmp_path / "x.warc.gz"
    path.write_bytes(SOUND + bad + SOUND + SOUND)

    found, faults = readable(path)
    assert [one.url for one in found] == [f"{SITE}/sound"] * 3
    assert [one.file_offset for one in found][0::2] == [0, 2 * len(SOUND) + len(bad)]
    (line,) = faults
    assert line.startswith(f"{path}: offset {len(SOUND)}: ")
    assert told in line
    assert "\n" not in line


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_begins_with_damage_is_read_all_the_same(
    case: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(BROKEN[case][0] + SOUND)

    found, faults = readable(path)
    assert [one.url for one in found] == [f"{SITE}/sound"]
    assert len(faults) == 1


def test_without_a_listener_the_fault_comes_after_all_that_can_be_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(SOUND[:-1] + SOUND + b"?" + SOUND)
    captures = scan(path)

    assert [next(captures).url, next(captures).url] == [f"{SITE}/sound"] * 2
    with pytest.raises(Damaged, match=r"offset 0: .* \(and 1 more\)$"):
        next(captures)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_flipped_byte_costs_more_than_its_record(data: st.DataObject) -> None:
    sound = bytearray(SOUND * 3)
    place = data.draw(st.integers(0, len(sound) - 1))
    sound[place] ^= data.draw(st.integers(1, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.warc.gz"
        path.write_bytes(sound)
        found, faults = readable(path)
    whole = {0, len(SOUND), 2 * len(SOUND)} - {place // len(SOUND) * len(SOUND)}
    assert whole <= {one.file_offset for one in found}
    assert len(faults) <= 1


@pytest.mark.parametrize("case", BROKEN)
def test_reading_at_a_damaged_place_says_so_at_once(case: str, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(BROKEN[case][0] + SOUND)

    with pytest.raises(Damaged, match="offset 0"):
        read(path, 0)


def test_a_record_after_a_damaged_beginning_is_read_at_its_place(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"\0" + SOUND[1:] + SOUND)

    assert read(path, len(SOUND)).url == f"{SITE}/sound"


def test_an_uncompressed_file_that_begins_with_damage_is_read_all_the_same(
    tmp_path: Path,
) -> None:
    """Pages that were received in gzip lie in it: their bytes are no members of it."""
    path = tmp_path / "x.warc"
    packed = b"HTTP/1.1 200 OK\r\n\r\n" + gzip.compress(b"WARC/1.0 is a format")
    one = plain("response", packed, WARC_Target_URI=f"{SITE}/sound")
    path.write_bytes(b"\0" + one[1:] + one)

    found, faults = readable(path)
    assert [one.url for one in found][-1:] == [f"{SITE}/sound"]
    assert found[-1].file_offset == len(one)
    assert all(line.startswith(f"{path}: offset ") for line in faults)


def test_reading_where_no_capture_is_says_so(tmp_path: Path) -> None:
    keep(tmp_path, [exchange(1)])
    for offset in (0, 5, 10**6):
        with pytest.raises(Damaged, match=f"offset {offset}"):
            read(warc_of(tmp_path), offset)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match=r"x\.warc\.gz: No such file"):
        next(scan(tmp_path / "x.warc.gz"))


def test_an_empty_file_holds_nothing_and_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.touch()
    assert readable(path) == ([], [])
    assert reader.told_of(path) == {}


def test_what_is_no_archive_at_all_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"<html>" * 50_000)
    assert readable(path) == (
        [],
        [f"{path}: offset 0: no WARC record begins here; 300000 bytes are lost"],
    )


def test_a_shelf_goes_on_past_damage_and_says_so_in_the_end(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.warc.gz", "b.warc.gz", "c.warc.gz")]
    for path, data in zip(paths, (SOUND[:-1], b"no archive", SOUND), strict=True):
        path.write_bytes(data)
    held = Shelf(paths, origin=SITE, root=tmp_path, at=None)
    captures = held.open()

    assert next(captures).url == f"{SITE}/sound"
    with pytest.raises(Damaged, match=r"a\.warc\.gz: offset 0: .* \(and 1 more\)$"):
        next(captures)
    assert held.last(f"{SITE}/sound") is not None
