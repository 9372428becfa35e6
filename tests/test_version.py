"""The extractor's version says when pages may be read otherwise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from crawler.version import HERE, extractor_files

READERS = ("crawler.pages.story", "crawler.pages.channel", "crawler.pages.api")
IMPORTED = f"""
import importlib, json, sys
for name in {READERS}:
    importlib.import_module(name)
print(json.dumps([m.__file__ for m in list(sys.modules.values())
                  if m and m.__name__.split(".")[0] in ("crawler", "pipelines")]))
"""
# Asked for by readers, and without a say in what they read: the words of refusals, the
# clock of a response, what is told of a visit, and packages without code
WITHOUT_A_SAY = {
    *("crawler/ends/failures.py", "crawler/policy/revisit.py", "crawler/told.py"),
    *(f"crawler/{name}__init__.py" for name in ("", "ends/", "policy/")),
    "crawler/middlewares/__init__.py",
}


def test_every_module_that_a_reader_imports_is_counted() -> None:
    told = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {
        Path(file).relative_to(HERE).as_posix() for file in json.loads(told.stdout)
    }
    counted = {path.relative_to(HERE).as_posix() for path in extractor_files()}
    assert imported - counted - WITHOUT_A_SAY == set()
    assert WITHOUT_A_SAY & counted == set()
    assert "crawler/sections/markup.py" in counted
    assert all(path.is_file() for path in extractor_files())
