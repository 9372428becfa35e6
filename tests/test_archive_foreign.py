"""What other tools write is read as well as our own."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive.reader import decoded, digest_fault, read
from tests.archives import HTTP, SITE, answer, plain, readable, record
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from pathlib import Path

HELLO = b"<p>hello</p>"
SOUND = record("response", answer(HELLO), WARC_Target_URI=f"{SITE}/sound")


def test_an_uncompressed_file_is_read_and_damage_in_it_passed_over(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.warc"
    good = plain("response", answer(HELLO))
    bad = plain("response", answer(b"x" * 99), Content_Length="50")
    path.write_bytes(good + bad + good)

    found, faults = readable(path)
    assert [one.body for one in found] == [HELLO, HELLO]
    assert read(path, found[1].file_offset) == found[1]
    assert found[0].file_length == len(good)
    (line,) = faults
    assert "Content-Length is 50, but the record does not end there" in line


def test_a_status_line_of_http_2_is_read_like_any(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record("response", answer(HELLO, "HTTP/2 200")))

    (one,), faults = readable(path)
    assert (one.status, one.body, faults) == (200, HELLO, [])


def test_a_record_id_that_is_no_uuid_gets_one_that_stays_the_same(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.warc.gz"
    ids = ("<urn:uuid:no>", "<http://h/1>", None, "<http://h/1>")
    path.write_bytes(
        b"".join(record("response", answer(), WARC_Record_ID=one) for one in ids)
    )
    found, faults = readable(path)
    assert faults == []
    assert all(isinstance(one.capture_id, UUID) for one in found)
    assert len({one.capture_id for one in found}) == 3


def test_records_that_are_no_answers_are_no_captures_and_stop_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.warc.gz"
    others = [
        record("warcinfo", b"software: Wget/1.21\r\n"),
        record("request", b"GET / HTTP/1.1\r\n\r\n", Content_Type=HTTP),
        record("revisit", b"HTTP/1.1 200 OK\r\n\r\n"),
        record("resource", b"wget's log"),
        record("conversion", b"text"),
        record("continuation", b"rest", WARC_Segment_Number="2"),
        record("metadata", b"fetchTimeMs: 3\r\n"),
        record("metadata", b'{"failure": "x"}', WARC_Concurrent_To="<urn:x>"),
        record("response", b"20260101 1.2.3.4", Content_Type="text/dns"),
        record("of another standard", b""),
    ]
    path.write_bytes(SOUND.join(others) + SOUND)
    found, faults = readable(path)
    assert len(found) == len(others)
    assert faults == []


def test_what_warcio_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        head = StatusAndHeaders("200 OK", [("A", "1"), ("A", "2")], protocol="HTTP/1.1")
        url = f"{SITE}/x"
        writer.write_record(
            writer.create_warc_record(
                url, "response", BytesIO(HELLO), 12, "", {}, None, head
            )
        )
        writer.write_record(
            writer.create_revisit_record(
                url, "sha1:X", url, "2026-01-01T00:00:00Z", head
            )
        )
    (one,), faults = readable(path)
    assert (one.body, one.headers, faults) == (HELLO, (("A", "1"), ("A", "2")), [])
    assert digest_fault(one) is None


@pytest.mark.skipif(shutil.which("wget") is None, reason="wget is not here")
def test_what_wget_writes_is_read(tmp_path: Path) -> None:
    with ReplicaServer(stories=4, channels=1) as site:
        story = next(iter(site.pages.night.stories.values()))
        url = site.url + story.path
        command = ["wget", "-q", "-O", "page", "--warc-file=x", url, f"{site.url}/none"]
        subprocess.run(command, cwd=tmp_path, check=False)

    found, faults = readable(tmp_path / "x.warc.gz")
    assert [(one.url, one.status) for one in found] == [
        (url, 200),
        (f"{site.url}/none", 404),
    ]
    assert faults == []
    assert [digest_fault(one) for one in found] == [None, None]
    assert b"<!doctype html>" in decoded(found[0]).body
