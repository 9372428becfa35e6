"""Whatever is wrong with an archive is found, named with its place, and told once."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from crawler.archive import manifest, verify
from crawler.archive.framing import Frame, frames
from crawler.archive.inspection import Inspection, everything
from crawler.archive.reader import capture_of, scan
from tests.archives import (
    HTTP,
    NAME,
    answer,
    exchange,
    keep,
    record,
    warc_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.items import Capture

OTHER = "sha1:" + "A" * 32
CHUNKS = b"4\r\ntext\r\n0\r\n\r\n"


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, list[Capture]]:
    """A file and the rows that point into it."""
    captures = keep(tmp_path, map(exchange, range(5)))
    return warc_of(tmp_path), captures


def told(path: Path) -> list[str]:
    return [str(one) for one in verify.warc(path).findings]


def write(path: Path, **fields: str) -> Path:
    path.write_bytes(record("response", answer(b"text"), **fields) + record("x", b""))
    return path


def test_a_sound_file_has_no_findings_and_all_its_captures(tmp_path: Path) -> None:
    captures = keep(tmp_path, map(exchange, range(5)))
    checked = verify.warc(warc_of(tmp_path))

    assert checked.findings == []
    assert checked.records == 1 + 3 * 5
    assert {key: place.capture_id for key, place in checked.places.items()} == {
        one.file_offset: one.capture_id for one in captures
    }


def test_any_byte_that_is_changed_in_a_file_is_found(tmp_path: Path) -> None:
    keep(tmp_path, [exchange(1)])
    path = warc_of(tmp_path)
    data = path.read_bytes()
    # what gzip does not guard: time, extra flags, system and reserved flags
    members = [one.offset for one in frames(path) if isinstance(one, Frame)]
    free = {start + byte for start in members for byte in range(3, 10)}
    for place in range(0, len(data), 7):
        if place not in free:
            path.write_bytes(
                data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
            )
            assert told(path), place


def test_wrong_digests_of_block_and_payload_are_two_findings(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.warc.gz", WARC_Block_Digest=OTHER, WARC_Payload_Digest=OTHER
    )
    block, payload = told(path)
    assert block.startswith(f"{path}: offset 0: response <urn:uuid:6f1d0d0e")
    assert "block digest sha1 AAAA" in block
    assert "payload digest sha1 AAAA" in payload


@pytest.mark.parametrize("of", [b"text", CHUNKS])
def test_a_payload_digest_with_or_without_the_chunks_will_do(
    of: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    block = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS
    digest = f"sha256:{sha256(of).hexdigest()}"
    path.write_bytes(record("response", block, WARC_Payload_Digest=digest))
    assert told(path) == []


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("revisit", {}),
        ("response", {"WARC_Truncated": "length"}),
        ("response", {"WARC_Segment_Number": "1"}),
    ],
)
def test_the_digest_of_a_payload_that_is_elsewhere_is_left_alone(
    kind: str, fields: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record(kind, answer(), WARC_Payload_Digest=OTHER, **fields))
    assert told(path) == []


def test_requests_and_resources_are_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(
        record("resource", b"log", WARC_Payload_Digest=OTHER)
        + record(
            "request",
            b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            Content_Type=HTTP,
            WARC_Payload_Digest="sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
        )
    )
    (line,) = told(path)
    assert "resource" in line


def test_damage_never_hides_what_is_wrong_after_it(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    bad = record("response", answer(), WARC_Payload_Digest=OTHER)
    path.write_bytes(bad[:-5] + bad + b"\0" * 9 + bad)

    assert [one.offset for one in verify.warc(path).findings] == [
        *(0, len(bad) - 5, 2 * len(bad) - 5, 2 * len(bad) + 4)
    ]


def test_a_file_that_is_empty_or_not_there_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    assert told(path) == [f"{path}: No such file or directory"]
    path.touch()
    assert told(path) == [f"{path}: the file is empty"]
    assert verify.warc(path, may_be_empty=True).findings == []


def rows(path: Path, given: list[Capture], **how: Any) -> list[str]:
    findings, number = verify.rows(str(path), given, verify.warc(path), **how)
    assert number == len(given)
    return [str(one) for one in findings]


def test_what_cannot_be_opened_is_a_finding_and_stops_nothing(tmp_path: Path) -> None:
    keep(tmp_path, [exchange(1)])
    manifest.finish(tmp_path, NAME, told={}, counters={})
    odd = tmp_path / f"{NAME}-00001.warc.gz"
    odd.mkdir()
    found: list[str] = []
    looking = Inspection(tmp_path, lambda finding: found.append(str(finding)))
    looking.run(everything(tmp_path))

    assert looking.captures == 1
    assert [line.startswith(f"{odd}: ") for line in found] == [True, True]


def test_rows_that_are_right_are_no_findings(
    kept: tuple[Path, list[Capture]], tmp_path: Path
) -> None:
    assert rows(*kept) == []
    assert (
        rows(kept[0], [capture_of(one, kept[0], tmp_path) for one in scan(kept[0])])
        == []
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"file_offset": 3}, "but no whole record of a capture is"),
        ({"capture_id": UUID(int=99)}, "but the record is 00000000"),
        ({"file_length": 9}, "9 bytes long, but it is"),
        ({"payload_sha256": "ab"}, "payload sha256 ab, but is"),
    ],
)
def test_a_row_that_says_what_is_not_so_is_one_line(
    changed: dict[str, Any], said: str, kept: tuple[Path, list[Capture]]
) -> None:
    path, captures = kept
    wrong = replace(captures[2], **changed)
    lines = rows(path, [*captures[:2], wrong, *captures[3:]])

    assert lines[0].startswith(
        f"{path}: offset {wrong.file_offset}: table capture says"
    )
    assert said in lines[0]
    # the record that the row should have named has none now
    assert len(lines) == (2 if "file_offset" in changed else 1)


def test_a_record_without_a_row_is_named(kept: tuple[Path, list[Capture]]) -> None:
    path, captures = kept
    (line,) = rows(path, captures[1:])
    assert f"offset {captures[0].file_offset}: capture" in line
    assert line.endswith("has no row in the database")


def test_a_file_of_which_no_row_is_there_is_one_line(
    kept: tuple[Path, list[Capture]],
) -> None:
    (line,) = rows(kept[0], [])
    assert "5 captures without a row" in line
    assert "--no-database" in line


def test_what_a_killed_run_had_not_stored_yet_is_no_fault(
    kept: tuple[Path, list[Capture]],
) -> None:
    path, captures = kept
    findings, _ = verify.rows(str(path), captures[:3], verify.warc(path), died=True)
    assert [one.grave for one in findings] == [False]
    assert "2 captures" in str(findings[0])


def test_rows_of_a_file_that_is_not_there_are_one_line(
    kept: tuple[Path, list[Capture]],
) -> None:
    findings, _ = verify.rows("x.warc.gz", kept[1], None)
    assert [str(one) for one in findings] == [
        "x.warc.gz: is not there, but 5 rows of table capture point into it"
    ]
