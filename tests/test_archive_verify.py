"""Whatever is wrong with an archive is found, named with its place, and told once."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from crawler.archive import manifest, verify
from crawler.archive.framing import Frame, frames
from crawler.archive.inspection import Inspection, everything
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

OTHER = "sha1:" + "A" * 32
CHUNKS = b"4\r\ntext\r\n0\r\n\r\n"


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
    assert {key: place.capture.capture_id for key, place in checked.places.items()} == {
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


@pytest.mark.parametrize("digest", ["nonsense", "crc32:352441c2"])
def test_digests_of_an_unknown_algorithm_are_a_note_and_the_rest_is_compared(
    digest: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    one = record("response", answer(), WARC_Payload_Digest=digest)
    bad = record("response", answer(), WARC_Block_Digest=OTHER)
    path.write_bytes(one + bad + one)
    fault, note = verify.warc(path).findings

    assert (fault.grave, fault.offset) == (True, len(one))
    assert (note.grave, note.offset) == (False, 0)
    name = digest.partition(":")[0]
    assert note.fault.endswith(
        f"a digest of an unknown algorithm, {name!r} (and 1 more)"
    )


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
