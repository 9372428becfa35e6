"""Out of a record comes the page: chunks, Content-Encoding and digests."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from base64 import b32encode
from importlib import import_module
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.codings import ZSTD
from crawler.archive.payload import dechunked
from crawler.archive.reader import Damaged, decoded, digest_fault, scan
from tests.archives import answer, exchange, keep, readable, record, warc_of

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.archive.reader import Stored

HELLO = b"<p>hello</p>"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_a_wrong_digest_is_told_and_right_ones_of_any_kind_are_not(
    tmp_path: Path,
) -> None:
    sha1 = "sha1:K7MJJSOUSMGSG7JX73FBZA2Z6YSDVQ2V"
    own = hashlib.sha1(HELLO, usedforsecurity=False)
    right = [
        f"sha1:{b32encode(own.digest()).decode()}",
        f"sha1:{own.hexdigest()}",
        f"SHA-256:{hashlib.sha256(HELLO).hexdigest().upper()}",
        f"md5:{hashlib.md5(HELLO, usedforsecurity=False).hexdigest()}",
        "blake9:unknown",
        None,
    ]
    path = tmp_path / "x.warc.gz"
    path.write_bytes(
        b"".join(
            record("response", answer(HELLO), WARC_Payload_Digest=one)
            for one in [*right, sha1]
        )
    )
    *good, bad = scan(path)
    assert [digest_fault(one) for one in good] == [None] * len(right)
    assert str(digest_fault(bad)).startswith(f"sha1 {sha1[5:]}, but is ")


def test_chunks_that_another_tool_left_on_are_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    block = CHUNKED + b"5;x=y\r\n<p>he\r\n7\r\nllo</p>\r\n0\r\nT: 1\r\n\r\n"
    path.write_bytes(record("response", block))

    (one,), faults = readable(path)
    assert (one.body, faults) == (HELLO, [])
    assert one.chunked == block[len(CHUNKED) :]


@pytest.mark.parametrize(
    "body", [HELLO, b"zz\r\n", b"", b"2\r\nabc\r\n", b"fa: hello\r\n" + HELLO]
)
def test_a_body_that_is_in_no_chunks_stays_as_it_is(
    body: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record("response", CHUNKED + body))

    (one,), faults = readable(path)
    assert (one.body, one.chunked, faults) == (body, None, [])


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=5))
def test_chunks_come_off_whatever_is_in_them(parts: list[bytes]) -> None:
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    assert dechunked(body + b"0\r\n\r\n") == (b"".join(parts), True)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b"5\r\nhello", b"hello"),
        (b"5\r\nhel", b"hel"),
        (b"5\r\nhello\r\n", b"hello"),
        (b"5\r\nhello\r\n7", b"hello"),
        (b"5\r\nhello\r\n7\r\nwor", b"hellowor"),
        (b"5\r\nhello\r\n3\r\nworld\r\n0\r\n\r\n", b"hellowor"),
    ],
)
def test_a_body_whose_last_chunk_is_missing_is_cut(
    body: bytes, left: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record("response", CHUNKED + body))

    (one,) = scan(path)
    assert one.body == left
    with pytest.raises(Damaged, match="cut short"):
        decoded(one)


def test_a_segment_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record("response", answer(HELLO), WARC_Segment_Number="1"))

    (one,) = scan(path)
    with pytest.raises(Damaged, match="cut short"):
        decoded(one)


def zstd(body: bytes) -> bytes:
    packed: bytes = import_module(ZSTD).compress(body)
    return packed


RAW = zlib.compressobj(wbits=-15)
ENCODED = {
    "gzip": gzip.compress(HELLO),
    "X-GZIP": gzip.compress(HELLO),
    "deflate": zlib.compress(HELLO),
    " deflate ": RAW.compress(HELLO) + RAW.flush(),
    "br": brotli.compress(HELLO),
    "zstd": zstd(HELLO),
    "gzip, br": brotli.compress(gzip.compress(HELLO)),
    "": HELLO,
}


def one_with(root: Path, encoding: str, body: bytes) -> Stored:
    headers = (("Content-Type", "text/html"), ("Content-Encoding", encoding))
    keep(root, [exchange(1, headers=headers, body=body)])
    (one,) = scan(warc_of(root))
    return one


@pytest.mark.parametrize("encoding", ENCODED)
def test_every_encoding_that_the_crawler_takes_off_is_taken_off(
    encoding: str, tmp_path: Path
) -> None:
    one = one_with(tmp_path, encoding, ENCODED[encoding])
    assert decoded(one).body == HELLO
    assert decoded(one).headers.get("Content-Type") == b"text/html"


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate", "gzip, br"])
def test_a_content_encoding_that_lies_is_one_clear_line(
    encoding: str, tmp_path: Path
) -> None:
    lie = one_with(tmp_path, encoding, b"<p>no such thing</p>" * 9)
    with pytest.raises(
        Damaged, match=r"story/1/1: said to be \w+, but is not: ."
    ) as told:
        decoded(lie)
    assert "\n" not in str(told.value)


def test_an_empty_body_lies_in_no_encoding(tmp_path: Path) -> None:
    assert decoded(one_with(tmp_path, "gzip", b"")).body == b""


def test_an_encoding_that_nobody_knows_stays_on_and_is_named(tmp_path: Path) -> None:
    one = one_with(tmp_path, "gzip, dcb", b"?")
    assert decoded(one).body == b"?"
    assert decoded(one).headers["Content-Encoding"] == b"gzip, dcb"
