"""``make setup`` replaces a working environment by a working one, or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.crawling import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# Makes an environment as ``python -m venv`` does, in no time; its pip is as good as the
# index: PIP_CODE says how it ends, after one warning for whoever wants warnings
PYTHON = """#!/bin/sh
[ "$1" = -m ] || exit 0
mkdir -p "$3/bin"
cat >"$3/bin/python" <<'END'
#!/bin/sh
case "$*" in *"--quiet --quiet"*) ;; *) echo WARNING >&2 ;; esac
[ "${PIP_CODE:-0}" = 0 ] || echo "ERROR: no such package" >&2
exit "${PIP_CODE:-0}"
END
chmod +x "$3/bin/python"
cp "$3/bin/python" "$3/bin/scrapy"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "setup.sh", tmp_path / "deploy")
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return tmp_path


def setup(project: Path, pip: int = 0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(project / "deploy" / "setup.sh")],
        env={**os.environ, "PYTHON": str(project / "python"), "PIP_CODE": str(pip)},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_set_up_prints_its_own_line_and_no_warnings(project: Path) -> None:
    done = setup(project)

    assert done.returncode == 0
    (line,) = (done.stdout + done.stderr).splitlines()
    assert line.startswith("Setting up .venv")
    assert (project / ".venv" / ".stamp").exists()
    assert (project / ".venv" / "bin" / "python").exists()


def test_a_set_up_that_fails_leaves_what_was_there_and_says_why(project: Path) -> None:
    setup(project)
    before = (project / ".venv").readlink()
    done = setup(project, pip=1)

    assert done.returncode != 0
    assert "ERROR: no such package" in done.stderr
    assert done.stderr.splitlines()[-1] == "The set-up failed, .venv is as it was"
    assert (project / ".venv").readlink() == before
    assert (project / ".venv" / "bin" / "scrapy").exists()
    assert len(list((project / ".venvs").iterdir())) == 1


def test_what_a_night_was_started_from_is_kept_until_the_set_up_after_the_next(
    project: Path,
) -> None:
    places = []
    for _ in range(3):
        assert setup(project).returncode == 0
        places.append((project / ".venv").resolve())
    assert len(set(places)) == 3
    assert [place.exists() for place in places] == [False, True, True]


def test_a_folder_that_an_earlier_version_made_is_replaced(project: Path) -> None:
    (project / ".venv" / "bin").mkdir(parents=True)
    failed = setup(project, pip=1)
    assert failed.returncode != 0
    assert (project / ".venv" / "bin").is_dir()
    assert not (project / ".venv").is_symlink()

    assert setup(project).returncode == 0
    assert (project / ".venv").is_symlink()
    assert len(list((project / ".venvs").iterdir())) == 1
