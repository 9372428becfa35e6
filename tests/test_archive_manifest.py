"""A night can be cited: its manifest says what it did, and one hash stands for all."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from crawler.archive import manifest
from crawler.archive.reader import Damaged
from tests.archives import NAME, SITE, START, exchange, keep, readable, warc_of

if TYPE_CHECKING:
    from pathlib import Path

ROBOTS = "User-agent: *\nDisallow: /api/ # 機器人\n"
COUNTERS = {
    "page/ok": 3,
    "archive/captures": 4,
    "left/max_stories": 1,
    "downloader/request_bytes": 9,
    "start_time": START,
}


def finished(root: Path, **told: Any) -> dict[str, Any]:
    """The manifest as it lies on the disk."""
    given = manifest.finish(root, NAME, told=told, counters=COUNTERS)
    found: dict[str, Any] = json.loads((root / f"{NAME}.json").read_text())
    assert found["root"] == given
    return found


def test_the_root_hash_is_what_sha256sum_says_of_the_files(tmp_path: Path) -> None:
    keep(tmp_path, map(exchange, range(20)), size_max=3000)
    told = finished(tmp_path)

    folder = (tmp_path / NAME).parent
    done = subprocess.run(
        ["sh", "-c", "LC_ALL=C sha256sum *.warc.gz | sha256sum"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(told["files"]) > 3
    assert done.stdout.split()[0] == told["root"]


def test_every_file_is_named_with_its_bytes_and_its_hash(tmp_path: Path) -> None:
    keep(tmp_path, map(exchange, range(9)), size_max=3000)
    told = finished(tmp_path)

    paths = sorted(tmp_path.rglob("*.warc.gz"))
    assert told["files"] == [
        {
            "name": path.name,
            "bytes": path.stat().st_size,
            "sha256": sha256(path.read_bytes()).hexdigest(),
        }
        for path in paths
    ]
    assert told["series"] == NAME
    assert told["captures"] == 9


def test_robots_txt_is_kept_as_it_was_read(tmp_path: Path) -> None:
    robots = {"url": f"{SITE}/robots.txt", "headers": (), "found": {}}
    came = exchange(1, body=ROBOTS.encode(), **robots)
    lost = exchange(2, body=b"", status=None, failure="download_timeout", **robots)
    keep(tmp_path, [came, exchange(3), lost])

    assert finished(tmp_path)["robots"] == [
        {"url": robots["url"], "status": 200, "failure": None, "text": ROBOTS},
        {
            "url": robots["url"],
            "status": None,
            "failure": "download_timeout",
            "text": None,
        },
    ]


def test_a_robots_txt_that_lies_about_its_encoding_is_kept_all_the_same(
    tmp_path: Path,
) -> None:
    lie = exchange(1, url=f"{SITE}/robots.txt", body=ROBOTS.encode())
    keep(tmp_path, [lie])

    (robots,) = finished(tmp_path)["robots"]
    assert robots["text"] == ROBOTS


def test_counts_of_outcomes_are_kept_and_the_machine_s_own_are_not(
    tmp_path: Path,
) -> None:
    keep(tmp_path, [exchange(1)])
    told = finished(tmp_path, run=7, outcome="good")

    assert told["outcomes"] == {
        "archive/captures": 4,
        "left/max_stories": 1,
        "page/ok": 3,
    }
    assert (told["run"], told["outcome"]) == (7, "good")


def test_the_pauses_between_answers_are_told(tmp_path: Path) -> None:
    at = (0, 2.5, 3, 10)
    keep(
        tmp_path,
        [
            exchange(n, fetched_at=START + timedelta(seconds=s))
            for n, s in enumerate(at)
        ],
    )
    assert finished(tmp_path)["pauses_seconds"] == {"shortest": 0.5, "median": 2.5}


def test_the_index_lies_beside_the_manifest(tmp_path: Path) -> None:
    keep(tmp_path, map(exchange, range(6)), size_max=3000)
    finished(tmp_path)

    lines = (tmp_path / f"{NAME}.cdxj").read_bytes().splitlines()
    assert len(lines) == 6
    assert lines == sorted(lines)


def test_finished_twice_is_the_same_and_leaves_no_draft(tmp_path: Path) -> None:
    keep(tmp_path, map(exchange, range(3)))
    first = finished(tmp_path)

    assert finished(tmp_path) == first
    assert {path.suffix for path in (tmp_path / NAME).parent.iterdir()} == {
        *(".gz", ".json", ".cdxj")
    }


def test_nothing_archived_is_no_manifest(tmp_path: Path) -> None:
    assert manifest.finish(tmp_path, NAME, told={}, counters={}) is None
    assert list(tmp_path.rglob("*")) == []


def test_a_manifest_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "night.json"
    manifest.write(path, {"old": 1})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            manifest.write(path, {"new": "x" * 10_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert json.loads(path.read_text()) == {"old": 1}


def test_a_series_that_cannot_be_read_gets_no_manifest(tmp_path: Path) -> None:
    keep(tmp_path, map(exchange, range(3)))
    path = warc_of(tmp_path)
    path.write_bytes(path.read_bytes()[:-9])

    with pytest.raises(Damaged, match=path.name):
        finished(tmp_path)
    assert not (tmp_path / f"{NAME}.json").exists()
    assert len(readable(path)[0]) == 3
