"""A series is what its manifest says, or it is told what is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crawler.archive import manifest, nights, verify
from tests.archives import INFO, NAME, exchange, keep

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """A finished series of several files; the base of their names."""
    keep(tmp_path, map(exchange, range(9)), size_max=3000)
    manifest.finish(tmp_path, NAME, told={"outcome": "good"}, counters={})
    return tmp_path / NAME


def test_a_night_as_it_was_finished_agrees_with_its_manifest(night: Path) -> None:
    findings, root = verify.series(night)
    assert findings == []
    assert nights.told(night) is not None
    assert root == (nights.told(night) or {})["root"]


def test_a_file_that_is_changed_missing_or_new_is_named(night: Path) -> None:
    first, second, *_ = manifest.files_of(night.parent, night.name)
    first.write_bytes(first.read_bytes() + b"\0")
    second.unlink()
    extra = night.with_name(f"{night.name}-00099.warc.gz")
    extra.touch()

    lines = [str(one) for one in verify.series(night)[0]]
    assert len(lines) == 4
    assert lines[0].startswith(f"{first}: sha256 ")
    assert lines[1] == f"{second}: is not there, but the manifest names it"
    assert lines[2] == f"{extra}: is there, but the manifest does not name it"
    assert lines[3].startswith(f"{night}.json: root hash ")


def test_a_root_hash_that_was_rewritten_is_found(night: Path) -> None:
    path = night.with_name(f"{night.name}.json")
    path.write_text(path.read_text().replace('"root": "', '"root": "0'))
    (finding,) = verify.series(night)[0]
    assert "root hash 0" in str(finding)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"files": 3}', '{"files": [3]}', '{"a": []}']
)
def test_a_manifest_that_is_none_is_a_finding(text: str, night: Path) -> None:
    path = night.with_name(f"{night.name}.json")
    path.write_text(text)
    (finding,) = verify.series(night)[0]
    assert str(finding).startswith(f"{path}: the manifest cannot be read: ")


def test_a_series_without_a_manifest_says_what_to_do(night: Path) -> None:
    night.with_name(f"{night.name}.json").unlink()
    (finding,) = verify.series(night)[0]
    assert str(finding).startswith(f"{night}: no manifest: the run was killed")


def test_the_nights_of_an_archive_are_told_from_their_manifests(night: Path) -> None:
    root = night.parents[3]
    (name,) = nights.names(root)
    one = nights.night(root, name)
    own = json.loads(night.with_name(f"{night.name}.json").read_text())

    assert (one.series, one.run, one.manifest) == (NAME, 1, "complete")
    assert (one.captures, one.root) == (9, own["root"])
    assert one.files == len(own["files"])
    assert one.bytes == sum(file["bytes"] for file in own["files"])
    assert INFO["run"] == str(one.run)


def test_a_night_without_a_manifest_is_counted_from_its_files(night: Path) -> None:
    night.with_name(f"{night.name}.json").unlink()
    one = nights.night(night.parents[3], NAME)
    assert (one.captures, one.root, one.manifest) == (9, None, "killed")
