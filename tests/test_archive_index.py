"""The CDXJ index says where each capture lies, in the words that web archives use."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.archive import index
from crawler.archive.entries import entries
from crawler.archive.reader import Damaged
from crawler.reextract import reading
from crawler.reextract.chunks import chunks
from tests.archives import SITE, answer, exchange, keep, readable, record, warc_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.archive.exchange import Exchange

SHA1 = "sha1:B2LTWWPUOYAH7UIPQ7ZUPQ4VMBSVC36A"
FIELDS = {"url", "mime", "status", "digest", "length", "offset", "filename"}


def written(root: Path, *exchanges: Exchange) -> list[tuple[str, str, dict[str, Any]]]:
    """The index of a series: key, time and fields of each line."""
    captures = keep(root, exchanges)
    path = root / "x.cdxj"
    answered = [one for one in captures if one.status is not None]
    number = index.write(path, map(index.entry, answered))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert number == len(lines)
    parts = (line.split(" ", 2) for line in lines)
    return [(key, time, json.loads(fields)) for key, time, fields in parts]


def test_a_line_has_the_fields_of_cdxj_and_no_others(tmp_path: Path) -> None:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    ((key, time, fields),) = written(tmp_path, exchange(7, headers=headers))

    assert key == "com,worldjournal)/wj/story/1/7"
    assert time == "20260101090007"
    assert set(fields) == FIELDS
    assert all(isinstance(value, str) for value in fields.values())
    assert fields["url"] == f"{SITE}/wj/story/1/7"
    assert (fields["mime"], fields["status"]) == ("text/html", "200")
    assert fields["filename"] == warc_of(tmp_path).name


def test_offset_and_length_frame_one_whole_record_with_the_stated_digest(
    tmp_path: Path,
) -> None:
    """Another tool, given these bytes alone, finds the page."""
    entries = written(tmp_path, *map(exchange, range(5)))
    data = warc_of(tmp_path).read_bytes()

    for _, _, fields in entries:
        begin, length = int(fields["offset"]), int(fields["length"])
        records = iter(ArchiveIterator(BytesIO(data[begin : begin + length])))
        found = next(records)
        assert found.rec_headers["WARC-Target-URI"] == fields["url"]
        assert found.rec_headers["WARC-Payload-Digest"] == fields["digest"]
        page = gzip.decompress(found.raw_stream.read()).decode()
        assert fields["url"].rpartition("/")[2] in page
        assert list(records) == []


def test_lines_are_sorted_as_bytes(tmp_path: Path) -> None:
    paths = ("/b", "/B", "/a?z", "/a", "/文", "/~", "/a/1", "/é")
    written(tmp_path, *(exchange(n, url=SITE + p) for n, p in enumerate(paths)))

    lines = (tmp_path / "x.cdxj").read_bytes().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == len(paths)


def test_what_never_came_is_not_in_the_index(tmp_path: Path) -> None:
    lost = exchange(1, status=None, failure="download_timeout", headers=(), body=b"")
    keep(tmp_path, [lost, exchange(2)])
    assert [one.url for one in listed(warc_of(tmp_path))] == [exchange(2).url]


@pytest.mark.parametrize("kind", ["", ";", "  ", None])
def test_an_answer_without_a_content_type_is_unk(
    kind: str | None, tmp_path: Path
) -> None:
    headers = () if kind is None else (("Content-Type", kind),)
    ((_, _, fields),) = written(tmp_path, exchange(1, headers=headers))
    assert fields["mime"] == "unk"


def test_a_file_of_another_tool_is_indexed_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record("response", b"HTTP/1.1 200 OK\r\nA: b\r\n\r\ntext"))

    assert index.write(tmp_path / "x.cdxj", listed(path)) == 1
    text = (tmp_path / "x.cdxj").read_text()
    assert text.startswith('com,worldjournal)/wj/story/1/7 20260101090000 {"url": ')
    assert '"filename": "x.warc.gz"' in text
    assert readable(path)[1] == []


def test_our_own_files_give_the_lines_that_the_run_wrote(tmp_path: Path) -> None:
    captures = keep(tmp_path, map(exchange, range(4)))
    assert list(listed(warc_of(tmp_path))) == [index.entry(one) for one in captures]


def test_a_digest_that_a_tool_states_is_that_of_the_line(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record("response", answer(), WARC_Payload_Digest=SHA1))
    assert [one.digest for one in listed(path)] == [SHA1]


# No UTC of Python says these
BEYOND = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


@pytest.mark.parametrize(("block", "status"), [(HEAD, "200"), (b"", None)])
def test_a_revisit_is_a_line_that_leads_to_its_payload_by_digest(
    block: bytes, status: str | None, tmp_path: Path
) -> None:
    first = record("response", answer(), WARC_Payload_Digest=SHA1)
    again = record(
        "revisit", block, WARC_Payload_Digest=SHA1, WARC_Date="2026-01-02T09:00:00Z"
    )
    path = tmp_path / "x.warc.gz"
    path.write_bytes(first + again)

    assert index.write(tmp_path / "x.cdxj", listed(path)) == 2
    lines = (tmp_path / "x.cdxj").read_text().splitlines()
    one, other = (json.loads(line.split(" ", 2)[2]) for line in lines)
    assert (other["mime"], other.get("status")) == ("warc/revisit", status)
    assert other["digest"] == one["digest"]
    assert (other["offset"], other["length"]) == (str(len(first)), str(len(again)))
    assert set(other) <= FIELDS


@pytest.mark.parametrize(
    "wrong",
    [
        {"WARC_Target_URI": None},
        *({"WARC_Date": when} for when in (None, "soon", *BEYOND)),
    ],
)
def test_a_revisit_that_cannot_be_listed_is_a_line_and_stops_nothing(
    wrong: dict[str, str | None], tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record("revisit", HEAD, **wrong) + record("response", answer()))
    faults: list[Damaged] = []
    assert len(list(entries(path, faults.append))) == 1
    (fault,) = faults
    assert str(fault).startswith(f"{path}: offset 0: revisit record")


@pytest.mark.parametrize(
    ("stated", "meant"),
    [("2026", "20260101"), ("2026-03", "20260301"), ("0987", "09870101")],
)
def test_a_date_of_a_year_or_a_month_is_its_beginning(
    stated: str, meant: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record("response", answer(), WARC_Date=stated))
    (one,) = listed(path)
    assert index.line(one).split(" ")[1] == f"{meant}000000"


@pytest.mark.parametrize("beyond", BEYOND)
def test_a_page_of_no_year_is_a_line_and_the_others_are_read(
    beyond: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    pages = [record("response", answer(), WARC_Date=one) for one in (beyond, "2026")]
    path.write_bytes(b"".join(pages))
    (chunk,) = chunks([path], since=datetime(2025, 1, 1, tzinfo=UTC))
    assert chunk.places == ((0, len(pages[0])), (len(pages[0]), sum(map(len, pages))))
    with pytest.raises(Damaged, match="WARC-Date"):
        reading.page_at(path, 0, pages[0])
    assert reading.page_at(path, len(pages[0]), pages[1]).fetched_at.year == 2026


def listed(path: Path) -> Iterator[index.Entry]:
    """Lines of a file in which nothing is damaged."""
    faults: list[Damaged] = []
    yield from entries(path, faults.append)
    assert faults == []
