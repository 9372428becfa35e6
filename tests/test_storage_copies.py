"""All copies of a story can be asked for by one condition, and at once."""

from __future__ import annotations

from typing import LiteralString

import pytest

from pipelines.near_duplicates import METHOD
from tests.storing import Connection, rows
from tests.test_storage_same_text import CROWD, PAIRS, keep, told

COPIES: LiteralString = "SELECT * FROM copies WHERE story_id = "


def test_a_pair_is_seen_from_both_sides(database: str, db: Connection) -> None:
    keep(database, told(1), told(2, channel="中國"), told(3), told(4, seed=4))
    pairs = rows(db, PAIRS)
    assert len(pairs) == 3
    both = [*pairs, *((other, one, share) for one, other, share in pairs)]
    found = rows(db, "SELECT story_id, copy_id, similarity FROM copies ORDER BY 1, 2")
    assert found == sorted(both)
    of_two = "SELECT channel, copy_id, copy_channel FROM copies WHERE story_id = 2"
    assert set(rows(db, of_two)) == {("中國", 1, "紐約"), ("中國", 3, "紐約")}


@pytest.mark.parametrize("which", ["2", "ANY('{2,3}')"])
def test_for_one_story_the_others_are_not_read(
    database: str, db: Connection, which: LiteralString
) -> None:
    db.execute(CROWD, [METHOD])
    keep(database, told(1), told(2))
    db.execute("ANALYZE")
    steps = str(rows(db, "EXPLAIN " + COPIES + which))
    assert "Bitmap Index Scan on text_signature_bands" in steps
    assert "Seq Scan" not in steps
    assert "BitmapAnd" not in steps
