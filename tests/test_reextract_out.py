"""What a re-extraction finds is told, or it says that it could not be."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.crawling import ROOT, environment
from tests.reextracting import (
    changes_of,
    command_of,
    night,
    other_extractor,
    replayer,
)
from tests.replaying import rows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reextracting import Replayer

__all__ = ["night", "replayer"]  # fixtures

FULL = "/dev/full"
SUMMARIES = (
    "SELECT count(*) FROM link WHERE summary IS NOT NULL AND first_seen_capture IN"
    " (SELECT capture_id FROM capture WHERE url NOT LIKE '%/api/%')"
)


def run(
    replayer: Replayer, *arguments: str, cwd: Path = ROOT, stdout: str | None = None
) -> subprocess.CompletedProcess[str]:
    with open(stdout or "/dev/null", "w") as out:  # noqa: PTH123 - a device
        return subprocess.run(
            command_of(*arguments),
            cwd=cwd,
            env=environment(replayer.dsn, VAR_DIR=str(replayer.var)),
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )


def test_a_field_of_lists_that_is_read_otherwise_is_told_row_by_row(
    replayer: Replayer, tmp_path: Path
) -> None:
    patch = (
        "crawler/loaders.py",
        "summary_in, summary_out = Each(clean)",
        "summary_in, summary_out = Each(lambda text: 'X')",
    )
    folder, out = other_extractor(tmp_path / "other", patch), tmp_path / "out.jsonl"
    told = run(replayer, "--diff", "1", "--out", str(out), cwd=folder)
    assert told.returncode == 1, told.stderr
    changes = changes_of(out)
    assert {(one["item"], one["field"]) for one in changes} == {("Link", "summary")}
    (expected,) = rows(replayer.dsn, SUMMARIES)
    assert (len(changes),) == expected
    assert expected > (9,)


@pytest.mark.parametrize("what", ["--diff", "--write"])
def test_a_full_terminal_or_file_is_one_line_and_no_change(
    replayer: Replayer, what: str
) -> None:
    nowhere = run(replayer, what, "1", stdout=FULL)
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (3, 1)
    assert "No space left" in nowhere.stderr
    rows(replayer.dsn, "UPDATE article SET title = '另' RETURNING 1")
    lost = run(replayer, what, "1", "--out", FULL)
    assert (lost.returncode, lost.stderr.count("\n")) == (3, 1)
    assert "No space left" in lost.stderr


@pytest.mark.parametrize("name", ["mine.warc.gz", "mine"])
def test_an_archive_is_never_overwritten_be_its_beginning_damaged(
    replayer: Replayer, name: str, tmp_path: Path
) -> None:
    (archive,) = replayer.var.rglob("*.warc.gz")
    held = b"\0" + archive.read_bytes()[1:]
    path = tmp_path / name
    path.write_bytes(held)
    told = replayer("--diff", "1", "--out", str(path))
    assert told.code == 3
    assert "is an archive" in told.errors[0]
    assert path.read_bytes() == held
