"""Fixes the settings that the guard rests on, above anything a person can set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scrapy.settings import Settings

# Scrapy's highest, that of the command line, is 40
PRIORITY = 1_000
HANDLER = "crawler.reach.handler.GuardedDownloadHandler"
RESOLVER = "crawler.reach.resolver.GuardedResolver"
NO_OTHER = dict.fromkeys(("data", "file", "ftp", "s3"))
PINNED: dict[str, Any] = {
    "TWISTED_DNS_RESOLVER": RESOLVER,
    # without the reactor other handlers and the system's resolver take over
    "TWISTED_REACTOR_ENABLED": True,
    "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER, **NO_OTHER},
    "DOWNLOAD_HANDLERS_BASE": {},
    # a proxy, which the environment may name, resolves names on its own
    "HTTPPROXY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
}


def pin(settings: Settings) -> None:
    """Sets them so that no ``-s``, no spider and no variable changes them."""
    settings.setdict(PINNED, priority=PRIORITY)
