"""Re-extraction of archives that are damaged, of another tool, or of several nights."""

from __future__ import annotations

import gzip
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import reader
from crawler.reextract import reading
from crawler.reextract.chunks import SIZE, chunks
from tests.reextracting import Replayer, night, replayer
from tests.replaying import rows
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["night", "replayer"]  # fixtures

STORY = "https://www.worldjournal.com/wj/story/121339/9310785"


@pytest.fixture
def archive(replayer: Replayer, tmp_path: Path) -> Path:
    """A copy of the night's only file, to be damaged."""
    (path,) = replayer.var.rglob("*.warc.gz")
    copy = tmp_path / "copy.warc.gz"
    copy.write_bytes(path.read_bytes())
    return copy


def stories(path: Path) -> list[reader.Stored]:
    return [one for one in reader.scan(path) if "/wj/story/" in one.url]


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as out:
        out.seek(offset)
        out.write(data)


def pages(count: int) -> list[tuple[str, bytes]]:
    """Addresses and bytes of stories of the replica, as if of the site itself."""
    site = ReplicaServer(stories=8, channels=2)
    return [
        (f"https://www.worldjournal.com{story.path}", site.pages.get(story.path)[2])
        for story in site.pages.night.newest[:count]
    ]


def wget_record(url: str, body: bytes, headers: str = "") -> bytes:
    """A response as wget writes it: id in brackets, SHA-1, the bytes off the wire."""
    answer = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{headers}\r\n"
    ).encode() + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\n"
        f"WARC-Record-ID: <urn:uuid:{uuid4()}>\r\n"
        f"WARC-Target-URI: <{url}>\r\nWARC-Date: 2026-03-07T09:10:00Z\r\n"
        "Content-Type: application/http;msgtype=response\r\n"
        f"Content-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


def test_a_damaged_record_costs_one_line_and_no_other_record(
    replayer: Replayer, archive: Path
) -> None:
    first, second, *_, last = stories(archive)
    # within a record, at its first bytes, and its end
    overwrite(archive, first.file_offset + first.file_length // 2, b"\0" * 40)
    overwrite(archive, second.file_offset, b"\0" * 12)
    with archive.open("r+b") as out:
        out.truncate(last.file_offset + last.file_length - 5)

    told = replayer("--diff", str(archive))

    assert told.code == 0
    assert len(told.errors) == 3
    assert all(line.startswith(f"{archive}: offset ") for line in told.errors)
    assert "37 pages of stories read, 37 stored" in told.lines[0]
    assert "3 damaged" in told.lines[0]


def test_a_lying_digest_and_a_lying_encoding_are_damage_too(
    replayer: Replayer, tmp_path: Path
) -> None:
    path = tmp_path / "lies.warc"
    (url, body), (other, text), *_ = pages(3)
    digest = f"WARC-Payload-Digest: sha256:{'0' * 64}\r\nWARC-Date".encode()
    path.write_bytes(
        wget_record(url, body).replace(b"WARC-Date", digest, 1)
        + wget_record(other, text, "Content-Encoding: gzip\r\n")
        + wget_record(url, body)
    )
    told = replayer("--diff", str(path))
    assert len(told.errors) == 2
    assert "1 pages of stories read, 0 stored, 1 not stored" in told.lines[0]
    assert "2 damaged" in told.lines[0]


def test_a_page_that_is_no_story_costs_one_line(
    replayer: Replayer, tmp_path: Path
) -> None:
    path = tmp_path / "shell.warc.gz"
    (url, body), *_ = pages(1)
    shell = b"<html><body><h1></h1><p>nothing here</p></body></html>"
    path.write_bytes(
        gzip.compress(wget_record(STORY, shell)) + gzip.compress(wget_record(url, body))
    )
    told = replayer("--diff", str(path))
    assert told.code == 0
    assert told.errors == [f"{STORY}: no_headline: the page has no headline of a story"]
    assert "2 pages of stories read" in told.lines[0]
    assert "1 no story" in told.lines[0]


def test_a_stored_story_that_can_no_longer_be_read_is_a_change_but_never_deleted(
    replayer: Replayer, tmp_path: Path
) -> None:
    ((capture, story),) = rows(
        replayer.dsn,
        "SELECT last_seen_capture, story_id FROM article ORDER BY 2 LIMIT 1",
    )
    path = tmp_path / "shell.warc"
    page = wget_record(STORY, b"<html></html>")
    start = page.index(b"<urn:uuid:") + len(b"<urn:uuid:")
    path.write_bytes(page[:start] + str(capture).encode() + page[start + 36 :])

    told = replayer("--diff", str(path))

    assert told.code == 1
    assert told.changed == {"article.readable": 1}
    assert replayer("--write", str(path)).code == 0
    assert (story,) in rows(replayer.dsn, "SELECT story_id FROM article")


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_file_in_the_style_of_wget_is_read_and_said_to_be_not_stored(
    replayer: Replayer, tmp_path: Path, compressed: bool, chunked: bool
) -> None:
    path = tmp_path / ("wget.warc.gz" if compressed else "wget.warc")
    records = []
    for url, body in pages(5):
        half = len(body) // 2
        cut = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"
        pieces = cut % (half, body[:half], len(body) - half, body[half:])
        named = "Transfer-Encoding: chunked\r\n" if chunked else ""
        records.append(wget_record(url, pieces if chunked else body, named))
    whole = b"".join(map(gzip.compress, records) if compressed else records)
    path.write_bytes(whole)

    told = replayer("--diff", str(path))

    assert (told.code, told.errors) == (0, [])
    assert "5 pages of stories read, 0 stored, 5 not stored" in told.lines[0]
    assert "0 no story, 0 damaged" in told.lines[0]


def test_a_file_that_warcio_wrote_is_read_too(
    replayer: Replayer, tmp_path: Path
) -> None:
    with (tmp_path / "recorded.warc.gz").open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for url, body in pages(5):
            named = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")]
            head = StatusAndHeaders("200 OK", named, protocol="HTTP/1.1")
            packed = gzip.compress(body)
            record = writer.create_warc_record(
                url,
                "response",
                BytesIO(packed),
                length=len(packed),
                http_headers=head,
            )
            writer.write_record(record)

    told = replayer("--diff", str(tmp_path))

    assert (told.code, told.errors) == (0, [])
    assert "5 pages of stories read, 0 stored, 5 not stored" in told.lines[0]


def test_one_file_is_split_into_chunks_that_hold_each_page_once(
    archive: Path,
) -> None:
    found = list(chunks([archive]))
    (*whole, last) = [len(one.places) for one in found]
    assert whole == [SIZE] * len(whole) != []
    assert 0 < last <= SIZE
    places = [place for one in found for place in one.places]
    own = [
        (one.file_offset, one.file_offset + one.file_length) for one in stories(archive)
    ]
    assert [place for place in places if place in own] == own
    lists = [
        reading.read(reading.page_at(archive, place[0]), stored=True)
        for place in places
        if place not in own
    ]
    assert [one for one in lists if not one.is_list] == []
    assert len({one.url for one in lists}) == len(lists) > 3
    assert sum(one.passed_over for one in found) > 0


@pytest.mark.parametrize("what", ["--diff", "--write"])
@pytest.mark.parametrize("junk", [b"", b"# no WARC file\n"])
def test_an_archive_without_a_page_of_a_story_is_no_good_end(
    replayer: Replayer, what: str, junk: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "empty.warc.gz"
    path.write_bytes(junk or gzip.compress(b""))
    told = replayer(what, str(path))
    assert told.code == 3
    assert "Nothing could be compared" in told.lines[-1]
