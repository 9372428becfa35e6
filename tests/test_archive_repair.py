"""After a kill: whole records stay, torn ones go, and nothing else is touched."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from crawler.archive import repair
from crawler.archive.framing import Frame, frames
from crawler.archive.reader import read, scan
from crawler.archive.series import Series
from tests.archives import INFO, NAME, exchange, keep, readable, validators, warc_of
from tests.crawling import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# Reports each capture once it is durable, as the crawl does before its COMMIT
WRITER = f"""
import os, sys
from pathlib import Path
from crawler.archive.series import Series
from tests.archives import exchange
series = Series(Path(sys.argv[1]), {NAME!r}, size_max=60_000, info={INFO!r})
for number in range(100_000):
    body = os.urandom(number * 37 % 9000)
    capture = series.write(exchange(number, body=body))
    series.sync()
    print(capture.file, capture.file_offset, capture.payload_sha256, flush=True)
"""


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A file of twelve exchanges."""
    keep(tmp_path, map(exchange, range(12)))
    return warc_of(tmp_path)


def ends(path: Path) -> list[int]:
    return [one.end for one in frames(path) if isinstance(one, Frame)]


def assert_mended(path: Path, data: bytes, length: int, cuts: list[int]) -> None:
    path.write_bytes(data[:length])
    kept = max((end for end in cuts if end <= length), default=0)
    assert repair.mend(path) == length - kept
    assert path.read_bytes() == data[:kept]


def test_a_file_cut_at_any_byte_of_its_last_record_ends_with_the_one_before(
    whole: Path,
) -> None:
    data, cuts = whole.read_bytes(), ends(whole)
    for length in range(cuts[-2], cuts[-1] + 1):
        assert_mended(whole, data, length, cuts)


def test_a_file_cut_anywhere_keeps_exactly_its_whole_records(whole: Path) -> None:
    data, cuts = whole.read_bytes(), ends(whole)
    chance = random.Random(7)
    for length in [0, 1, *(chance.randrange(len(data)) for _ in range(200))]:
        assert_mended(whole, data, length, cuts)


def test_a_mended_file_passes_two_validators(whole: Path) -> None:
    whole.write_bytes(whole.read_bytes()[:-3])
    repair.mend(whole)

    assert [done.returncode for done in validators(whole)] == [0, 0]
    assert len(readable(whole)[0]) == 12


def test_a_tail_of_zeros_as_a_power_cut_leaves_it_is_cut_off(whole: Path) -> None:
    data = whole.read_bytes()
    whole.write_bytes(data + bytes(5000))

    assert repair.mend(whole) == 5000
    assert whole.read_bytes() == data


def test_damage_in_the_middle_costs_no_whole_record_after_it(whole: Path) -> None:
    data, cuts = bytearray(whole.read_bytes()), ends(whole)
    data[cuts[3] + 40] ^= 0xFF
    whole.write_bytes(data + b"\x1f\x8b\x08torn")

    assert repair.mend(whole) == 7
    assert whole.read_bytes() == data
    assert len(ends(whole)) == len(cuts) - 1


def test_a_sound_file_is_not_touched(whole: Path) -> None:
    before = whole.stat().st_mtime_ns
    assert repair.mend(whole) == 0
    assert whole.stat().st_mtime_ns == before


def test_a_file_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    with Series(tmp_path, NAME, size_max=1 << 30, info=INFO) as series:
        series.write(exchange(1))
        path = warc_of(tmp_path)
        assert repair.being_written(path)
        with pytest.raises(repair.BeingWritten, match=path.name):
            repair.mend(path)
    assert not repair.being_written(path)
    assert repair.mend(path) == 0


def test_looking_whether_a_file_is_written_does_not_hold_it(whole: Path) -> None:
    assert not repair.being_written(whole)
    with whole.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert repair.being_written(whole)


def test_series_without_a_manifest_are_those_to_be_mended(tmp_path: Path) -> None:
    keep(tmp_path, map(exchange, range(9)), size_max=3000)
    files = sorted(tmp_path.rglob("*.warc.gz"))

    assert repair.unfinished(tmp_path) == {NAME: files}
    (tmp_path / f"{NAME}.json").write_text("{}")
    assert repair.unfinished(tmp_path) == {}


def test_killed_at_any_moment_what_was_told_to_be_durable_can_be_read(
    tmp_path: Path,
) -> None:
    chance = random.Random(11)
    told = 0
    for number in range(10):
        root = tmp_path / str(number)
        captures = killed_writer(root, chance.uniform(0.0, 0.25))
        told += len(captures)
        for path in root.rglob("*.warc.gz"):
            repair.mend(path)
            list(scan(path))
        for file, offset, digest in captures:
            stored = read(root / file, int(offset))
            assert stored.digest == f"sha256:{digest}"
    assert told > 10


def killed_writer(root: Path, seconds: float) -> list[list[str]]:
    """Starts a writer, kills it ``seconds`` after its first word; what it told."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, root],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)
        lines = [first, *writer.stdout]
    # the last line may be torn like the record
    return [line.split() for line in lines if line.endswith("\n")]
