"""``python -m tests.make_archive``: the kept archive of two small nights."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pipelines.storage.server import database
from tests.replaying import night
from tests.site.server import ReplicaServer

FOLDER = Path(__file__).parent / "fixtures" / "archive"


def replica() -> ReplicaServer:
    """The site that the archive is of."""
    return ReplicaServer(seed=5, stories=10, channels=2)


def main() -> None:
    """Crawls both nights for real and keeps what they archived."""
    with (
        tempfile.TemporaryDirectory() as var,
        database("", var) as dsn,
        replica() as site,
    ):
        for number in (1, 2):
            site.night = number
            run = night(site, dsn, var)
            if run.returncode:
                raise RuntimeError(run.stderr)
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        for number, path in enumerate(sorted(Path(var).rglob("*.warc.gz")), 1):
            shutil.copy(path, FOLDER / f"night-{number}.warc.gz")


if __name__ == "__main__":
    main()
