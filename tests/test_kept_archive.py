"""The kept archive: a night of long ago, read by today's code.

Made by ``python -m tests.make_archive``. When this fails, today's code reads old bytes
otherwise than it did: mend the code, or make the archive anew and say why.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.make_archive import FOLDER, replica
from tests.replaying import replay, rows

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def replayed(database: str, tmp_path: Path) -> str:
    """A database with both nights, from the archive alone."""
    for number in (1, 2):
        archive = FOLDER / f"night-{number}.warc.gz"
        run = replay(str(archive), database, str(tmp_path))
        assert run.returncode == 0, run.stderr
    return database


def test_replayed_nights_are_what_the_replica_published(replayed: str) -> None:
    site = replica()
    site.night = 2
    truth = json.loads(json.dumps(site.truth()))
    held = dict(rows(replayed, "SELECT story_id, title FROM article"))
    alive = {story["story_id"]: story["title"] for story in truth["stories"]}
    assert alive.items() <= held.items()
    assert set(held) - set(alive) == set(truth["withdrawn"])


def test_every_row_names_a_capture_of_the_kept_files(replayed: str) -> None:
    named = rows(
        replayed,
        "SELECT DISTINCT file FROM capture JOIN article"
        " ON capture_id = last_seen_capture",
    )
    assert {file for (file,) in named} == {
        str(FOLDER / f"night-{number}.warc.gz") for number in (1, 2)
    }
