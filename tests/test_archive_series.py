"""What is written is what came over the wire, and every tool can read it."""

from __future__ import annotations

import resource
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawler.archive.reader import capture_of, read, scan, told_of
from crawler.archive.series import Series, series_name
from tests.archives import (
    INFO,
    NAME,
    START,
    exchange,
    keep,
    readable,
    validators,
    warc_of,
)

VISIBLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
NAMES = st.from_regex(r"\A[A-Za-z][A-Za-z0-9-]{0,20}\Z").filter(
    lambda name: name.lower() != "transfer-encoding"
)
# as a server sends them: any byte but control characters, no space at the ends
VALUES = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"]),
    max_size=60,
).map(lambda text: text.strip(" "))
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=8).map(tuple)
PATHS = st.text(st.one_of(VISIBLE, st.characters(categories=["Lo"])), max_size=80)


def kinds(path: Path) -> list[str]:
    with path.open("rb") as stream:
        return [record.rec_type for record in ArchiveIterator(stream)]


def test_a_file_opens_with_what_the_run_says_of_itself(tmp_path: Path) -> None:
    keep(tmp_path, [exchange(1)])

    told = told_of(warc_of(tmp_path))
    assert told["software"] == INFO["software"]
    assert told["run"] == INFO["run"]


def test_an_exchange_is_a_response_its_request_and_where_it_was_found(
    tmp_path: Path,
) -> None:
    keep(tmp_path, [exchange(1), exchange(2, found={})])

    assert kinds(warc_of(tmp_path)) == [
        *("warcinfo", "response", "request", "metadata", "response", "request")
    ]


def test_the_payload_is_kept_with_its_content_encoding(tmp_path: Path) -> None:
    keep(tmp_path, [exchange(1)])

    (stored,) = scan(warc_of(tmp_path))
    assert stored.body == exchange(1).body
    assert ("Content-Encoding", "gzip") in stored.headers


def test_fields_that_come_several_times_are_all_kept_in_their_order(
    tmp_path: Path,
) -> None:
    headers = (("Set-Cookie", "a=1"), ("Vary", "Accept"), ("Set-Cookie", "b=2"))
    keep(tmp_path, [exchange(1, headers=headers)])

    (stored,) = scan(warc_of(tmp_path))
    assert stored.headers == headers


def test_how_a_body_was_cut_into_chunks_is_not_kept(tmp_path: Path) -> None:
    headers = (("Transfer-Encoding", "chunked"), ("ETag", '"1"'))
    keep(tmp_path, [exchange(1, headers=headers, body=b"whole")])

    (stored,) = scan(warc_of(tmp_path))
    assert stored.headers == (("ETag", '"1"'),)
    assert stored.body == b"whole"


def test_an_answer_that_never_came_is_a_record_with_its_reason(tmp_path: Path) -> None:
    lost = exchange(1, status=None, headers=(), body=b"", failure="download_timeout")
    (capture,) = keep(tmp_path, [lost])

    stored = read(warc_of(tmp_path), capture.file_offset)
    assert (stored.status, stored.failure) == (None, "download_timeout")
    assert stored.found == lost.found
    assert capture == capture_of(stored, warc_of(tmp_path), tmp_path)


def test_a_field_can_end_neither_the_head_nor_a_line_of_it(tmp_path: Path) -> None:
    headers = (("ETag", '"1"\r\n\r\n<p>'), ("Content-Type", "text/html\0"))
    (capture,) = keep(tmp_path, [exchange(1, headers=headers)])

    (stored,) = scan(warc_of(tmp_path))
    assert stored.headers == (("ETag", '"1" <p>'), ("Content-Type", "text/html"))
    assert capture.etag == '"1" <p>'
    assert "\0" not in str(capture.content_type)


def test_a_request_names_its_host_once_and_never_a_password(tmp_path: Path) -> None:
    asked = exchange(
        1, url="http://a:secret-9@h.example/x", request_headers=(("host", "other"),)
    )
    keep(tmp_path, [asked])

    with warc_of(tmp_path).open("rb") as stream:
        requests = [r for r in ArchiveIterator(stream) if r.rec_type == "request"]
        hosts = [v for k, v in requests[0].http_headers.headers if k.lower() == "host"]
    assert hosts == ["h.example"]


def test_a_new_file_is_begun_once_the_set_size_is_reached(tmp_path: Path) -> None:
    captures = keep(tmp_path, map(exchange, range(30)), size_max=4000)

    files = sorted(tmp_path.rglob("*.warc.gz"))
    assert [path.relative_to(tmp_path).as_posix() for path in files] == sorted(
        {capture.file for capture in captures}
    )
    assert len(files) > 3
    assert all(path.stat().st_size >= 4000 for path in files[:-1])
    assert [kinds(path)[0] for path in files] == ["warcinfo"] * len(files)


def test_two_validators_pass_every_file(tmp_path: Path) -> None:
    odd = [
        exchange(1, headers=(("X", "\xe4\xa0"), ("X", ""), ("Y", "a: b;c=\xff"))),
        exchange(2, status=304, body=b"", headers=()),
        exchange(3, status=None, failure="dns_lookup_failed", body=b"", headers=()),
        exchange(4, body=bytes(range(256)) * 300, ip="127.0.0.1"),
        exchange(5, status=799, protocol="HTTP/1.0", body=b"\r\n\r\n"),
        exchange(6, url="https://www.worldjournal.com/標籤?q=中 文"),
    ]
    keep(tmp_path, [*odd, *map(exchange, range(10, 20))], size_max=3000)

    for path in tmp_path.rglob("*.warc.gz"):
        assert readable(path)[1] == []
        for done in validators(path):
            assert done.returncode == 0, done.stdout + done.stderr
            assert done.stdout == ""


@settings(max_examples=80, deadline=None)
@given(
    body=st.binary(max_size=3000),
    headers=HEADERS,
    path=PATHS,
    status=st.integers(100, 999),
    found=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=2),
)
@example(body=b"WARC/1.1\r\n\r\n", headers=(), path="", status=200, found={})
@example(body=b"5\r\nhello\r\n0\r\n\r\n", headers=(), path="", status=200, found={})
def test_whatever_came_is_read_back_byte_for_byte(
    body: bytes,
    headers: tuple[tuple[str, str], ...],
    path: str,
    status: int,
    found: object,
) -> None:
    came = exchange(
        1,
        body=body,
        headers=headers,
        url=f"http://h.example/{path}",
        status=status,
        found=found,
    )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        captures = keep(root, [came, exchange(2)])
        file = warc_of(root)
        stored = list(scan(file))
        assert stored == [read(file, one.file_offset) for one in captures]
        assert [capture_of(one, file, root) for one in stored] == captures
    first = stored[0]
    assert (first.body, first.headers, first.status) == (body, headers, status)
    assert (first.url, first.capture_id) == (came.url, came.capture_id)
    assert first.fetched_at == came.fetched_at


def test_a_record_that_finds_no_room_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Series(tmp_path, NAME, size_max=1 << 30, info=INFO) as series:
        series.write(exchange(1))
        size = warc_of(tmp_path).stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200, limits[1]))
        try:
            with pytest.raises(OSError, match="too large"):
                series.write(exchange(2))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, before)
        assert warc_of(tmp_path).stat().st_size == size
        third = series.write(exchange(3))
    found, faults = readable(warc_of(tmp_path))
    assert [one.url for one in found] == [exchange(1).url, exchange(3).url]
    assert third.file_offset == size
    assert faults == []


def test_no_file_is_ever_written_over(tmp_path: Path) -> None:
    keep(tmp_path, [exchange(1)])

    with pytest.raises(FileExistsError):
        keep(tmp_path, [exchange(2)])
    assert [one.url for one in scan(warc_of(tmp_path))] == [exchange(1).url]


def test_a_series_is_named_by_its_day_its_start_and_its_run() -> None:
    name = series_name(12, START.replace(microsecond=5))

    assert name == "2026/01/01/udn-20260101T090000.000005Z-run12"
