"""What inflates without end is refused within a bound, and costs one line."""

from __future__ import annotations

import gzip
import struct
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import pytest

from crawler.archive import payload
from crawler.reextract import quick
from crawler.reextract.chunks import chunks
from crawler.reextract.reading import page_at
from tests.crawling import ROOT, environment
from tests.reextracting import Replayer, night, replayer
from tests.test_reextract_archives import STORY, pages, wget_record

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["night", "replayer"]  # fixtures

GZIP = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
# More than a record may hold, and than the process that reads it has memory for
MANY = 1792 << 20
KILOBYTES = 2048 << 10
# No more than a record may hold, but too much to be held twice
GIANT = 1000 << 20


def bomb(head: bytes, size: int) -> bytes:
    """A gzip member of ``head``, ``size`` zeros and the end of a record; packed once
    for each million of them, which are all alike behind a full flush."""
    packer = zlib.compressobj(9, wbits=-15)
    parts = [packer.compress(head), packer.flush(zlib.Z_FULL_FLUSH)]
    million = bytes(1 << 20)
    one = packer.compress(million) + packer.flush(zlib.Z_FULL_FLUSH)
    check = zlib.crc32(head)
    for _ in range(size >> 20):
        check = zlib.crc32(million, check)
    parts += [one] * (size >> 20)
    parts += [packer.compress(quick.END), packer.flush()]
    length = len(head) + size + len(quick.END)
    trailer = struct.pack("<II", zlib.crc32(quick.END, check), length & 0xFFFFFFFF)
    return b"".join([GZIP, *parts, trailer])


def response(length: int) -> bytes:
    """The head of a record that states a length."""
    return wget_record(STORY, b"").replace(
        b"\r\nContent-Length: ", b"\r\nContent-Length: %d\r\nX: " % length, 1
    )[:-4]


# Bytes of the block before the zeros
HTTP = len(response(0).partition(quick.END)[2])


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Records that are bombs, honest about it and not, and a page that is one, each
    in a file with a sound page behind it."""
    folder = tmp_path_factory.mktemp("bombs")
    (url, body), *_ = pages(1)
    sound = gzip.compress(wget_record(url, body))
    page = bomb(b"<h1>", MANY)
    inside = wget_record(STORY, page, "Content-Encoding: gzip\r\n")
    found = {
        "honest": bomb(response(MANY + HTTP), MANY),
        "lying": bomb(response(1000), MANY),
        "giant": bomb(response(GIANT + HTTP), GIANT),
        "page": gzip.compress(inside, 1),
    }
    paths = []
    for name, data in found.items():
        paths.append(folder / f"{name}.warc.gz")
        paths[-1].write_bytes(data + sound)
    return paths


def test_a_bomb_is_one_line_and_the_page_behind_it_is_read(
    replayer: Replayer, bombs: list[Path]
) -> None:
    """In a process with less memory than the bombs unpack to."""
    limited = ("sh", "-c", f'ulimit -v {KILOBYTES}; exec "$@"', "sh")
    command = (*limited, sys.executable, "-m", "scrapy", "replay", "--jobs", "1")
    for path in bombs:
        run = subprocess.run(
            [*command, "--diff", str(path)],
            cwd=ROOT,
            env=environment(replayer.dsn, VAR_DIR=str(replayer.var)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        (line,) = run.stderr.splitlines()
        assert line.startswith(f"{path}: offset 0: ")
        assert "1 pages of stories read" in run.stdout
        assert "1 damaged" in run.stdout


def test_what_a_record_holds_is_given_up_to_its_bound_and_not_beyond() -> None:
    assert quick.inflated(gzip.compress(b"x" * 1000), 1001) == b"x" * 1000
    assert quick.inflated(gzip.compress(b"x" * 1000), 999) is None


def test_a_large_honest_page_is_read_the_slow_way(tmp_path: Path) -> None:
    """Larger than the short way takes, and not larger than a page may be."""
    large = b"<html>" + b" " * quick.MOST
    assert len(large) < payload.UNPACKED_MAX
    path = tmp_path / "large.warc.gz"
    path.write_bytes(gzip.compress(wget_record(STORY, large), 1))
    ((begin, end),) = next(chunks([path])).places

    assert (begin, end) == (0, path.stat().st_size)
    assert quick.page(path.read_bytes()) is None
    assert page_at(path, begin, path.read_bytes()).response.body == large
