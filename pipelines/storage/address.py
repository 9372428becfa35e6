"""Addresses of databases: can they be read, and what of them fits a log."""

from __future__ import annotations

import re

import psycopg
from psycopg.conninfo import conninfo_to_dict

# Of one host, which may have two addresses; and the driver's least
HOST_SECONDS, HOST_SECONDS_LEAST = 5, 2
# Without the brackets the example would be redacted as if it were an address
MALFORMED = (
    "DATABASE_URL cannot be read: it must look like postgresql://<user>:<password>"
    "@<host>:<port>/<name>, with special characters %-encoded (@ is %40)"
)
NOT_SHOWN = "(an address with unusual characters, not shown)"
# A password with an unescaped "@", "/" or ":" spills into the other parts of a DSN;
# what does not look like such a part is not shown
NAME = re.compile(r"[\w.+-]+")
SAFE = {
    "host": re.compile(r"[\w.,-]+|/[\w./,+-]*|[0-9a-fA-F:.]+"),
    "hostaddr": re.compile(r"[0-9a-fA-F:.,]+"),
    "port": re.compile(r"[0-9,]+"),
    "dbname": NAME,
    "user": NAME,
}
# What libpq may be given (https://www.postgresql.org/docs/current/libpq-connect.html):
# sockets begin with "/" or "@"; a user may be "name@company", a database hardly
POSSIBLE = {
    "host": re.compile(r"[/@].*|[\w.,:%-]*", re.DOTALL),
    "port": re.compile(r"[0-9,]*"),
    "dbname": re.compile(r"[^@]*"),
}


def readable(dsn: str) -> bool:
    """Whether ``dsn`` is an address, and no password has spilled into its parts."""
    try:
        parts = conninfo_to_dict(dsn)
    except (psycopg.Error, UnicodeError):
        return False
    return all(
        pattern.fullmatch(str(parts[key]))
        for key, pattern in POSSIBLE.items()
        if parts.get(key) is not None
    )


def host_seconds(dsn: str, seconds: float) -> int:
    """What each host of an address may have of ``seconds``; not less than the driver
    gives, so that more than five hosts take longer.

    Raises:
        psycopg.Error: it is no address.
    """
    named = conninfo_to_dict(dsn)
    hosts = str(named.get("host") or named.get("hostaddr") or "").split(",")
    each = min(HOST_SECONDS, int(seconds / len(hosts)))
    return max(each, HOST_SECONDS_LEAST)


def masked(dsn: str) -> str:
    """An address fit for a log: host, port, database and user, nothing else.

    A DSN that cannot be read is not shown at all, since any part of it may be the
    password.
    """
    try:
        parts = conninfo_to_dict(dsn)
    except (psycopg.Error, UnicodeError):
        return NOT_SHOWN
    shown = {key: str(parts[key]) for key in SAFE if parts.get(key)}
    if any(not SAFE[key].fullmatch(value) for key, value in shown.items()):
        return NOT_SHOWN
    user = f"{shown['user']}@" if "user" in shown else ""
    host = shown.get("host") or shown.get("hostaddr") or "(local socket)"
    port = f":{shown['port']}" if "port" in shown else ""
    return f"postgresql://{user}{host}{port}/{shown.get('dbname', '')}"
