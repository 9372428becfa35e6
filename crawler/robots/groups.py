"""Which lines of a robots.txt are meant for us (RFC 9309 §2.2.1).

Protego matches paths well, but not groups: for it ``foo`` names ``foobar`` too, and a
``Crawl-delay`` between two ``User-agent`` lines parts them. So the group that applies
is chosen here, and Protego reads that one alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_END = re.compile(r"\r\n|\r|\n")
TOKEN = re.compile(r"[A-Za-z_-]+")
BOM = b"\xef\xbb\xbf"
# What stands in a value as it is; the rest may not end a line for Protego
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
AGENT = frozenset({"user-agent", "useragent", "user agent"})
ALLOW = frozenset({"allow"})
# Misspelt as often as Google's parser and Protego found it
DISALLOW = frozenset(
    {"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"}
)
DELAY = frozenset({"crawl-delay", "crawl delay"})
KNOWN = AGENT | ALLOW | DISALLOW | DELAY
EVERYBODY = "*"


@dataclass(slots=True)
class Group:
    """``agents``: lower-case product tokens, ``*`` for everybody; ``lines``: rules."""

    agents: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    closed: bool = False


def product_token(user_agent: str) -> str:
    """The name at the head of a User-Agent, lower case: what groups are chosen by."""
    found = TOKEN.match(user_agent)
    return found[0].lower() if found else ""


def rules_for(token: str, body: bytes) -> str:
    """The rules of a robots.txt for one crawler, as a file with a single group.

    Args:
        token: its product token, lower case.
        body: bytes of the file; what is not ASCII is percent-encoded as it is.
    """
    groups = list(_groups(body))
    ours = [group for group in groups if token in group.agents]
    chosen = ours or [group for group in groups if EVERYBODY in group.agents]
    lines = [line for group in chosen for line in group.lines]
    return "\n".join(["User-agent: *", *lines, ""])


def _groups(body: bytes) -> Iterator[Group]:
    group = Group()
    for name, value in _records(body):
        if name in AGENT:
            # only rules end the run of User-agent lines that a group begins with
            if group.closed:
                yield group
                group = Group()
            group.agents |= _agents(value)
        elif name in DELAY:
            group.lines.append(f"Crawl-delay: {value}")
        else:
            group.closed = True
            word = "Allow" if name in ALLOW else "Disallow"
            group.lines.append(f"{word}: {quote(value.encode('latin-1'), PRINTABLE)}")
    yield group


def _records(body: bytes) -> Iterator[tuple[str, str]]:
    """(name, value) of every line of a known kind, the name in lower case."""
    text = body.removeprefix(BOM).decode("latin-1")
    for raw in LINE_END.split(text):
        line = raw.partition("#")[0].strip(" \t\0")
        name, colon, value = line.partition(":")
        if name.strip().lower() not in KNOWN or not colon:
            # the colon is often forgotten
            name, _, value = line.replace("\t", " ").partition(" ")
        if name.strip().lower() in KNOWN:
            yield name.strip().lower(), value.strip(" \t")


def _agents(value: str) -> set[str]:
    if value == EVERYBODY or value[:2] in ("* ", "*\t"):
        return {EVERYBODY}
    token = product_token(value)
    return {token} if token else set()
