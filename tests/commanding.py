"""Commands in this process, for what ends before anything is crawled."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest
from scrapy.cmdline import execute
from scrapy.settings import Settings

from crawler import settings

if TYPE_CHECKING:
    from pathlib import Path

NOWHERE = "postgresql://127.0.0.1:9/x"


class Said(NamedTuple):
    """Exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return (self.out + self.err).splitlines()


def say(
    capsys: pytest.CaptureFixture[str],
    *arguments: str,
    dsn: str = NOWHERE,
    var: Path | str = os.devnull,
) -> Said:
    """``scrapy …`` with the project's settings."""
    given = Settings()
    given.setmodule(settings)
    given.setdict({"DATABASE_URL": dsn, "VAR_DIR": str(var)}, priority="project")
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        execute(["scrapy", *arguments], given)
    told = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return Said(ended.value.code, told.out, told.err)
