"""Mending never drops a byte for good, and cuts nothing but what a kill has torn."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from crawler import archiving
from crawler.archive import repair, verify
from crawler.archive.framing import Frame, frames
from tests.archives import NAME, answer, exchange, keep, plain, readable, warc_of

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = f"{NAME}.json"


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """The only file of a run that was killed: sixty exchanges, whole."""
    keep(tmp_path, (exchange(n, body=b"%d" % n * 999) for n in range(60)))
    return warc_of(tmp_path)


def mended(path: Path) -> list[str]:
    """What is told of a file that is to stay as it is."""
    before, told = path.read_bytes(), list[str]()
    assert repair.mend(path, told.append) == 0
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.torn*")) == []
    return told


@pytest.mark.parametrize("place", [0, 1, 2, 100])
def test_damage_in_the_first_record_costs_no_record_after_it(
    place: int, whole: Path
) -> None:
    data = whole.read_bytes()
    whole.write_bytes(data[:place] + b"\0" + data[place + 1 :])

    assert mended(whole) == []
    assert len(readable(whole)[0]) == 60


def test_what_is_cut_is_kept_beside_the_file_and_its_name_is_told(whole: Path) -> None:
    data, told = whole.read_bytes(), list[str]()
    whole.write_bytes(data + data[:100])

    assert repair.mend(whole, told.append) == 100
    assert whole.read_bytes() == data
    assert whole.with_name(f"{whole.name}.torn").read_bytes() == data[:100]
    (line,) = told
    assert line.startswith(f"{whole}: 100 bytes of a torn record cut off")
    assert f"{whole.name}.torn" in line


def test_killed_between_the_copy_and_the_cut_it_is_done_again_just_the_same(
    whole: Path,
) -> None:
    data = whole.read_bytes()
    for _ in range(3):
        whole.write_bytes(data + data[:100])
        assert repair.mend(whole) == 100
    # and killed while it copied
    whole.with_name(f"{whole.name}.torn.part").write_bytes(data[:7])
    whole.write_bytes(data + data[:100])
    assert repair.mend(whole) == 100

    (torn,) = whole.parent.glob("*.torn*")
    assert torn.read_bytes() == data[:100]


def test_what_was_cut_before_is_never_written_over(whole: Path) -> None:
    data = whole.read_bytes()
    for length in (100, 70, 100):
        whole.write_bytes(data + data[:length])
        assert repair.mend(whole) == length

    kept = sorted(whole.parent.glob("*.torn*"))
    assert [path.stat().st_size for path in kept] == [100, 70]


def test_without_room_for_what_is_cut_nothing_is_cut(whole: Path) -> None:
    data = whole.read_bytes()
    whole.write_bytes(data + data[:100])
    full = whole.with_name(f"{whole.name}.torn.part")
    full.symlink_to("/dev/full")

    with pytest.raises(OSError, match="No space left"):
        repair.mend(whole)
    assert whole.read_bytes() == data + data[:100]
    assert repair.mend(whole) == 100
    assert whole.read_bytes() == data


def test_a_file_in_which_no_record_is_whole_is_left_and_told_of(whole: Path) -> None:
    """Every member is broken, by a reader's fault or a disk's: no kill does that."""
    whole.write_bytes(whole.read_bytes().replace(b"\x1f\x8b\x08", b"\x1f\x8b\x07"))

    (line,) = mended(whole)
    assert line.startswith(f"{whole}: left as it is: no whole record in its ")


def test_a_tail_in_which_another_record_begins_is_left_and_told_of(
    whole: Path,
) -> None:
    data = bytearray(whole.read_bytes())
    last = [one.offset for one in frames(whole) if isinstance(one, Frame)][-2]
    data[last + 30] ^= 0xFF
    whole.write_bytes(data[:-5])

    (line,) = mended(whole)
    lost = len(data) - 5 - last
    assert line.startswith(f"{whole}: left as it is: its last {lost} bytes are damaged")


def test_several_records_in_one_sound_member_are_left_and_told_of(
    tmp_path: Path,
) -> None:
    keep(tmp_path, [exchange(1)])
    path = warc_of(tmp_path)
    pair = gzip.compress(plain("response", answer()) * 2)
    path.write_bytes(path.read_bytes() + pair)

    (line,) = mended(path)
    assert f"its last {len(pair)} bytes are damaged" in line


def test_a_run_that_was_killed_gets_its_manifest_over_a_damaged_file(
    whole: Path, tmp_path: Path
) -> None:
    damaged = b"\0" + whole.read_bytes()[1:]
    whole.write_bytes(damaged + b"\x1f\x8b\x08torn")
    lines = archiving.mend_unfinished(tmp_path)

    assert whole.read_bytes() == damaged
    assert json.loads((tmp_path / MANIFEST).read_text())["captures"] == 60
    assert [f"{whole.name}.torn" in lines[0], NAME in lines[1]] == [True, True]
    assert "1 damaged" in lines[1]
    assert verify.series(tmp_path / NAME)[0] == []
    assert archiving.mend_unfinished(tmp_path) == []


def test_what_another_tool_has_put_into_the_archive_is_not_ours_to_mend(
    whole: Path, tmp_path: Path
) -> None:
    """A file of ours, too, under a name that no run gives."""
    other = whole.with_name("wget-story.warc.gz")
    other.write_bytes(gzip.compress(plain("response", answer()) * 3))
    copy = whole.with_name("copy-of-run1.warc.gz")
    copy.write_bytes(whole.read_bytes()[:-9])
    before = other.read_bytes(), copy.read_bytes()

    assert list(repair.unfinished(tmp_path)) == [NAME]
    archiving.mend_unfinished(tmp_path)
    assert (other.read_bytes(), copy.read_bytes()) == before
    assert [path.stem for path in whole.parent.glob("*.json")] == [NAME[11:]]
