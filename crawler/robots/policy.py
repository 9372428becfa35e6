"""What an answer to /robots.txt permits (RFC 9309 §2.3.1); pure, no network, no clock.

============================== ==========================================
2xx                            the rules in it
4xx, more than five redirects  unavailable: everything is permitted
anything else, or no answer    unreachable: nothing is permitted
============================== ==========================================

429 is a 4xx here as in the RFC (Google takes it for a 5xx): how fast we may go is what
``Retry-After`` and the delay are for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from protego import Protego

from crawler.robots.groups import rules_for

# §2.5: at least 500 kibibytes
SIZE_MAX = 500 * 1024
# §2.3.1.2: at least five
REDIRECTS_MAX = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PATH = "/robots.txt"


class Standing(StrEnum):
    """What came of asking for a robots.txt."""

    RULES = "rules"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Answer:
    """``body``: bytes of the file, empty but for RULES; ``why``: one word for what
    happened (``http_503``, ``download_timeout`` …)."""

    standing: Standing
    why: str
    body: bytes = b""


def of_response(status: int, body: bytes) -> Answer:
    """An HTTP response that is not followed any further."""
    why = f"http_{status}"
    if 200 <= status < 300:
        return Answer(Standing.RULES, why, cut(body))
    if 400 <= status < 500:
        # also where the page it shows looks like rules
        return Answer(Standing.UNAVAILABLE, why)
    return Answer(Standing.UNREACHABLE, why)


def cut(body: bytes) -> bytes:
    """The first 500 KiB, up to the end of a line: half a rule is another rule."""
    if len(body) <= SIZE_MAX:
        return body
    head = body[:SIZE_MAX]
    end = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head[: end + 1]


@dataclass(frozen=True, slots=True)
class Permission:
    """What one origin's robots.txt lets us do."""

    standing: Standing
    why: str
    rules: Protego | None = None

    def allows(self, url: str) -> bool:
        """May the address be fetched? robots.txt itself always may (§2.2.2)."""
        if urlsplit(url).path == PATH:
            return True
        if self.rules is not None:
            return self.rules.can_fetch(url, "*")
        return self.standing is Standing.UNAVAILABLE

    @property
    def crawl_delay(self) -> float:
        """Seconds asked for between two requests; 0 where none are."""
        delay = self.rules.crawl_delay("*") if self.rules is not None else None
        return delay or 0.0


def permission(answer: Answer, token: str) -> Permission:
    """Reads an answer for the crawler with the product token ``token``."""
    rules = None
    if answer.standing is Standing.RULES:
        rules = Protego.parse(rules_for(token, answer.body))
    return Permission(answer.standing, answer.why, rules)
