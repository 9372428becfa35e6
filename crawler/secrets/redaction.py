"""Keeps passwords and tokens out of logs, tracebacks and verdicts.

Two ways, since either alone has holes: what looks like a secret by its place in a text
(user info of an address, a token in its query, an authorization field), and values
that are known to be secret, wherever they stand and however cut.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

SHOWN = "***"
# Shorter ones are words of everybody; they are still hidden where their place tells
SHORTEST = 4
# From here on no common word holds one by chance
LONG = 8

# RFC 3986, 3.2.1: what stands before "@" in an authority (the user of a database alone
# is no secret); and with what had to be escaped there, if the part behind the last "@"
# looks like a host
USER_INFO = re.compile(
    r"(?:(?<!postgresql:)//[^\s\"'<>/?#]*|//[^\s\"'<>/?#@:]*:[^\s\"'<>/?#]*)@"
)
SPILT = re.compile(
    r"(?<=//)[^\s\"'<>/?#@:]*:[^\s\"'<>]*@(?=[\w.\[-]+(?::\d+)?(?:[/?#\s\"'),;]|$))"
)
QUERY = re.compile(
    r"(?<=[?&;])([\w.-]*(?:token|secret|passw(?:or)?d|pwd|api_?-?key|signature|"
    r"credential)[\w.-]*|pass|auth|key|sig|session(?:id)?)=[^&;#\s\"'<>]+",
    re.IGNORECASE,
)
# RFC 9110, 11.6.2 and 11.7.2, also as Python prints header fields
FIELD = re.compile(
    r"(authorization['\"]?\s*[:=,]\s*\[?b?['\"]?(?:[a-z]+\s+)?)[^\s'\",\])}]+",
    re.IGNORECASE,
)
PARAMETER = re.compile(
    r"\b(\w*pas+w(?:or)?d|passfile)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s'&]+)", re.IGNORECASE
)
# Keyword/value form of a DSN, https://www.postgresql.org/docs/current/libpq-connect.html
PAIR = re.compile(r"([\w.-]+)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s'&]+)")
HARMLESS = frozenset(
    {"host", "hostaddr", "port", "dbname", "user", "sslmode", "application_name"}
    | {"connect_timeout", "options", "target_session_attrs", "sslrootcert", "service"}
)
# What follows the host of a DSN without user info: port and database
PLACE = re.compile(r"[\d,]*(?:[/?].*)?")
CUT = re.compile(r"[^\w.~!*-]+")


def redacted(text: str, known: tuple[str, ...] = ()) -> str:
    """``text`` with ``***`` for whatever is, or looks like, a secret.

    Args:
        known: values that are secret (:func:`secrets_of`).
    """
    for pattern in _patterns(known):
        text = pattern.sub(SHOWN, text)
    if "@" in text:
        text = SPILT.sub(f"{SHOWN}@", USER_INFO.sub(f"//{SHOWN}@", text))
    if "=" in text:
        text = PARAMETER.sub(rf"\1={SHOWN}", QUERY.sub(rf"\1={SHOWN}", text))
    return FIELD.sub(rf"\1{SHOWN}", text)


def holds_user_info(address: str) -> bool:
    """Is there a user name or a password in an address, escaped as it should or not?"""
    return any(one.search(address) for one in (USER_INFO, SPILT))


def redacted_values(value: Any, known: tuple[str, ...] = ()) -> Any:
    """:func:`redacted` for every text in mappings and lists."""
    if isinstance(value, str):
        return redacted(value, known)
    if isinstance(value, Mapping):
        return {key: redacted_values(one, known) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [redacted_values(one, known) for one in value]
    return value


def secrets_of(address: str) -> set[str]:
    """The secret parts of a DSN or URL, well-formed or not, as a program may quote
    them: decoded, encoded, cut at what had to be escaped, and with the user name in
    base64 (RFC 7617)."""
    scheme, mark, rest = address.partition("://")
    rest = rest if mark else address
    info, at, _ = rest.rpartition("@")
    user, colon, password = (info if at else rest).partition(":")
    found: set[str] = set()
    if colon and at:
        found |= _forms(password) | _basic(user, password)
    elif colon and not PLACE.fullmatch(password):
        # without "@" the password stands where host and port should
        found |= _pieces(password)
    pairs = address.partition("?")[2] if mark else address
    if "=" in pairs:
        for name, value in PAIR.findall(pairs):
            if name.lower() not in HARMLESS:
                found |= _forms(value.strip("'"))
        if not mark:  # words that belong to no keyword: a password with blanks
            found |= _pieces(PAIR.sub(" ", pairs))
    return {one for one in found if len(one) >= SHORTEST and one not in (user, scheme)}


def _forms(secret: str) -> set[str]:
    whole = {secret, unquote(secret), quote(secret, safe="")}
    return whole | {repr(one)[1:-1] for one in whole} | _pieces(secret)


def _pieces(secret: str) -> set[str]:
    return {piece for one in (secret, unquote(secret)) for piece in CUT.split(one)}


def _basic(user: str, password: str) -> set[str]:
    pair = f"{unquote(user)}:{unquote(password)}".encode("utf-8", "replace")
    return {base64.b64encode(pair).decode().rstrip("=")}


@lru_cache(maxsize=8)
def _patterns(known: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """The longest first; a short one hides only where it stands alone."""
    return tuple(
        re.compile(
            re.escape(one) if len(one) >= LONG else rf"(?<!\w){re.escape(one)}(?!\w)"
        )
        for one in sorted(known, key=len, reverse=True)
    )
