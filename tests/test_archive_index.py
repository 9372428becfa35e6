"""The CDXJ index says where each capture lies, in the words that web archives use."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawler.archive import index
from crawler.archive.reader import capture_of, scan
from tests.archives import SITE, exchange, keep, readable, record, warc_of

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.archive.exchange import Exchange

FIELDS = {"url", "mime", "status", "digest", "length", "offset", "filename"}
# As the Internet Archive's own program makes them (surt 0.3.1, which pywb uses)
KEYS = {
    f"{SITE}/": "com,worldjournal)/",
    SITE: "com,worldjournal)/",
    f"{SITE}/robots.txt": "com,worldjournal)/robots.txt",
    f"{SITE}/wj/": "com,worldjournal)/wj",
    f"{SITE}/wj/story/121339/9310785?from=wj_catelistnews": (
        "com,worldjournal)/wj/story/121339/9310785?from=wj_catelistnews"
    ),
    f"{SITE}:443/wj/story/121339/9310785#prev": (
        "com,worldjournal)/wj/story/121339/9310785"
    ),
    f"{SITE}/api/more?page=2&channelId=1&cate_id=0&type=breaknews&totalRecNo=": (
        "com,worldjournal)/api/more?cate_id=0&channelid=1&page=2&totalrecno=&type=breaknews"
    ),
    f"{SITE}/wj/search/tagging/2/川普": (
        "com,worldjournal)/wj/search/tagging/2/%e5%b7%9d%e6%99%ae"
    ),
    f"{SITE}/wj/search/tagging/2/%E5%B7%9D%E6%99%AE": (
        "com,worldjournal)/wj/search/tagging/2/%e5%b7%9d%e6%99%ae"
    ),
    "https://pgw.worldjournal.com/gw/photo.php?u=https://uc.udn.com.tw/1.jpg&s=Y&x=0": (
        "com,worldjournal,pgw)/gw/photo.php?s=y&u=https://uc.udn.com.tw/1.jpg&x=0"
    ),
    "http://www2.Example.com:8080/A/B?Q=Z": "com,example:8080)/a/b?q=z",
    "https://example.com/a//b/../c?x": "com,example)/a/c?x",
    "https://user:pw@example.com/x?": "com,example)/x",
    "http://127.0.0.1:8123/wj/story/1/2": "1,0,0,127:8123)/wj/story/1/2",
}


def written(root: Path, *exchanges: Exchange) -> list[tuple[str, str, dict[str, Any]]]:
    """The index of a series: key, time and fields of each line."""
    captures = keep(root, exchanges)
    path = root / "x.cdxj"
    number = index.write(path, captures)
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
    entries = written(tmp_path, lost, exchange(2))
    assert [fields["url"] for _, _, fields in entries] == [exchange(2).url]


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

    rows = [capture_of(one, path, path.parent) for one in scan(path)]
    assert index.write(tmp_path / "x.cdxj", rows) == 1
    text = (tmp_path / "x.cdxj").read_text()
    assert text.startswith('com,worldjournal)/wj/story/1/7 20260101090000 {"url": ')
    assert '"filename": "x.warc.gz"' in text
    assert readable(path)[1] == []


@pytest.mark.parametrize("url", KEYS)
def test_keys_are_those_of_the_internet_archive(url: str) -> None:
    assert index.surt(url) == KEYS[url]


@given(st.text(max_size=60))
def test_any_address_gets_a_key_without_space(url: str) -> None:
    for one in (url, f"http://{url}", f"http://h.example/{url}"):
        key = index.surt(one)
        assert key.isascii()
        assert not set(key) & set(" \t\n\r")
