"""A night and its archive, for ``scrapy archive``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests import replaying
from tests.crawling import scrapy
from tests.replaying import another_database, rows
from tests.site.server import ReplicaServer

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Kept:
    """A night's database and its archive; ``var`` may be a copy to be damaged."""

    dsn: str
    var: Path

    @property
    def warc(self) -> Path:
        (path,) = self.var.rglob("*.warc.gz")
        return path

    @property
    def captures(self) -> int:
        return int(rows(self.dsn, "SELECT count(*) FROM capture")[0][0])

    def archive(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return scrapy("archive", *arguments, dsn=self.dsn, VAR_DIR=str(self.var))


@pytest.fixture(scope="module")
def night(
    postgres_server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    var = tmp_path_factory.mktemp("var")
    with another_database(postgres_server, template) as dsn:
        with ReplicaServer(stories=24, channels=2) as site:
            run = replaying.night(site, dsn, str(var))
        assert run.returncode == 0, run.stderr
        yield Kept(dsn, var)
