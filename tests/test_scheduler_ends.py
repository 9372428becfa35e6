"""Whose a request is to end, when leases come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.items import PageItems
from pipelines.storage import runs
from tests.storing import lease, rows, store
from tests.test_storage_units import end, request

if TYPE_CHECKING:
    from tests.storing import Connection

GIVEN_BACK = "UPDATE frontier SET state = 'pending', lease_until = NULL"


@pytest.mark.parametrize(
    ("given_back", "taken_over", "state"),
    [
        (False, False, "read"),
        # nobody else has begun to fetch it
        (True, False, "read"),
        (False, True, "leased"),
        (True, True, "pending"),
    ],
)
def test_a_request_is_ended_by_the_run_that_took_it_last(
    database: str, db: Connection, given_back: bool, taken_over: bool, state: str
) -> None:
    runs.start_run(db, spider="test", arguments={})
    store(database, 1, PageItems(requests=(request(1),)), job=1)
    lease(db)
    if taken_over:
        db.execute("UPDATE frontier SET lease_run = 2")
    if given_back:
        db.execute(GIVEN_BACK)
    store(database, 1, PageItems(end=end(1, "read")), job=1)
    assert rows(db, "SELECT state FROM frontier") == [state]


def test_what_nobody_has_taken_is_nobody_s_to_end(
    database: str, db: Connection
) -> None:
    store(database, 1, PageItems(requests=(request(1),)), job=1)
    store(database, 1, PageItems(end=end(1, "read")), job=1)
    assert rows(db, "SELECT state FROM frontier") == ["pending"]
