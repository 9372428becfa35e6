"""Whoever waits for the archive gets an answer, and only once it is true."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from crawler.archive.keeper import Keeper
from crawler.archive.reader import capture_of, scan
from crawler.archive.series import Series
from crawler.items import Capture
from tests.archives import INFO, NAME, exchange, readable, warc_of

if TYPE_CHECKING:
    from pathlib import Path


def keeper(root: Path) -> Keeper:
    return Keeper(Series(root, NAME, size_max=1 << 30, info=INFO))


async def test_all_who_wait_get_the_place_of_their_own_exchange(tmp_path: Path) -> None:
    archive = keeper(tmp_path)
    captures = await asyncio.gather(*(archive.keep(exchange(n)) for n in range(50)))
    await archive.close()

    path = warc_of(tmp_path)
    assert list(captures) == [capture_of(one, path, tmp_path) for one in scan(path)]
    assert [one.url for one in captures] == [exchange(n).url for n in range(50)]


async def test_one_that_cannot_be_written_costs_no_other_its_own(
    tmp_path: Path,
) -> None:
    archive = keeper(tmp_path)
    bad = exchange(2, body="no bytes")
    first, error, third = await asyncio.gather(
        *(archive.keep(one) for one in (exchange(1), bad, exchange(3))),
        return_exceptions=True,
    )
    await archive.close()

    assert isinstance(error, TypeError)
    found, faults = readable(warc_of(tmp_path))
    assert [one.url for one in found] == [exchange(1).url, exchange(3).url]
    assert faults == []
    assert isinstance(first, Capture)
    assert isinstance(third, Capture)


async def test_somebody_who_no_longer_waits_holds_nobody_up(tmp_path: Path) -> None:
    archive = keeper(tmp_path)
    gone = asyncio.create_task(archive.keep(exchange(1)))
    stays = asyncio.create_task(archive.keep(exchange(2)))
    await asyncio.sleep(0)
    gone.cancel()
    capture = await asyncio.wait_for(stays, timeout=10)
    await archive.close()

    with pytest.raises(asyncio.CancelledError):
        await gone
    assert capture.url == exchange(2).url
    assert readable(warc_of(tmp_path))[1] == []


async def test_an_archive_that_cannot_be_written_says_so_to_all(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file where a folder should be")
    archive = keeper(tmp_path / "root")
    waiting = [archive.keep(exchange(n)) for n in range(3)]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    await archive.close()

    assert all(isinstance(one, OSError) for one in outcomes)
