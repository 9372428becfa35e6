"""Reads ``.env``: lines ``NAME=value``, without a shell (format: ``.env.example``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from pathlib import Path

LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# A shell begins a comment there, other readers of such files do not
COMMENT = re.compile(r"\s#")
NAMED_BY = "UDN_ENV"


class NotRead(Exception):
    """The file cannot be used: its name, the line's number and what is expected there;
    never what stands there, which may be a password."""


def complete(environment: MutableMapping[str, str], project: Path) -> None:
    """Adds to ``environment`` what it lacks of the variables of a file: the one that
    ``UDN_ENV`` names (a relative path is one of ``project``), or ``.env`` of
    ``project`` if there is one. A variable that is there keeps its value, even an
    empty one.

    Raises:
        NotRead: the file cannot be read or understood; nothing is added.
    """
    named = environment.get(NAMED_BY, "")
    path = project / (named or ".env")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        if not named:
            return
        raise NotRead(f"{path}, which {NAMED_BY} names, is not there") from error
    except OSError as error:
        raise NotRead(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        # not chained: the exception holds the bytes
        raise NotRead(f"{path} is not UTF-8") from None
    try:
        found = variables(text)
    except NotRead as error:
        raise NotRead(f"{path}, {error}") from None
    for name, value in found.items():
        environment.setdefault(name, value)


def variables(text: str) -> dict[str, str]:
    """Name -> value; of two lines with one name the last one counts.

    Raises:
        NotRead: a line cannot be understood.
    """
    found = {}
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        try:
            name, value = variable(stripped)
        except NotRead as error:
            raise NotRead(f"line {number}: {error}") from None
        found[name] = value
    return found


def variable(line: str) -> tuple[str, str]:
    """Name and value of a line that has no white space around it.

    Raises:
        NotRead: it cannot be understood, or can in two ways.
    """
    parts = LINE.fullmatch(line)
    if CONTROL.search(line) or parts is None:
        raise NotRead("NAME=value is expected, without spaces around the =")
    name, value = parts[1], parts[2].strip()
    quote = value[:1]
    if quote in ("'", '"'):
        if len(value) < 2 or value.find(quote, 1) != len(value) - 1:
            raise NotRead(f"the value of {name} begins with a quote: end it with one")
        return name, value[1:-1]
    if COMMENT.search(value):
        raise NotRead(f"the value of {name} has a # after a space: put it in quotes")
    return name, value
