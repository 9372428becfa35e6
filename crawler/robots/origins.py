"""What each origin permits, for as long as that may be gone by (RFC 9309 §2.4)."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from crawler.robots import policy
from crawler.robots.copies import GOOD_FOR
from crawler.robots.policy import Answer, Permission, Standing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from crawler.robots.copies import Copy

    Origin = tuple[str, str, int]

logger = logging.getLogger(__name__)

# What could not be had is asked for again after this long, by whoever comes next
ASK_AGAIN = timedelta(hours=1)


def now() -> datetime:
    """The time of this machine, aware UTC."""
    return datetime.now(UTC)


class Keeps(Protocol):
    """Where last good files are: ``Copies``, or the archive of a night."""

    def keep(self, origin: Origin, body: bytes, now: datetime) -> None: ...
    def last(self, origin: Origin, now: datetime) -> Copy | None: ...


async def unnoticed(_origin: Origin, _copy: Copy) -> None:
    """Nobody wants to know which copies are used."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is permitted, and until when (aware UTC)."""

    permission: Permission
    until: datetime


@dataclass(kw_only=True)
class Origins:
    """Asks for the robots.txt of an origin (scheme, host, port) where need be.

    Attributes:
        fetch: the address of a robots.txt -> what came of asking for it.
        token: our product token, lower case.
        count: counts a word (``rules``, ``unavailable``, ``unreachable``,
            ``copy_used``, ``request_count``).
        copies: last good files; None where none are kept.
        used: is told of each copy before it is gone by.
        clock: the time, aware UTC.
    """

    fetch: Callable[[str], Awaitable[Answer]]
    token: str
    count: Callable[[str], None]
    copies: Keeps | None = None
    used: Callable[[Origin, Copy], Awaitable[None]] = unnoticed
    clock: Callable[[], datetime] = now

    def __post_init__(self) -> None:
        self.held: dict[Origin, Held] = {}
        self.locks: defaultdict[Origin, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def permission(self, origin: Origin) -> Permission:
        """What the origin permits now; asks once for all requests that wait."""
        async with self.locks[origin]:
            held = self.held.get(origin)
            if held is None or self.clock() >= held.until:
                held = self.held[origin] = await self.ask(origin)
            return held.permission

    async def ask(self, origin: Origin) -> Held:
        """Asks for the rules, and keeps or uses a copy of them."""
        self.count("request_count")
        answer, until = await self.fetch(address(origin)), self.clock() + GOOD_FOR
        self.count(answer.standing)
        if answer.standing is Standing.RULES:
            await self.keep(origin, answer)
        elif answer.standing is Standing.UNREACHABLE:
            until = self.clock() + ASK_AGAIN
            copy = self.copies and self.copies.last(origin, self.clock())
            if copy:
                await self.used(origin, copy)
                self.count("copy_used")
                logger.warning(
                    "%s cannot be had (%s): going by the copy of %s",
                    *(address(origin), answer.why, copy.fetched_at),
                )
                until = min(until, copy.fetched_at + GOOD_FOR)
                answer = Answer(Standing.RULES, answer.why, copy.body)
        return Held(policy.permission(answer, self.token), until)

    async def keep(self, origin: Origin, answer: Answer) -> None:
        if self.copies is None:
            return
        try:
            await asyncio.to_thread(self.copies.keep, origin, answer.body, self.clock())
        except OSError as error:
            # this run has the rules; only the next would miss the copy
            logger.warning("No copy of robots.txt could be kept: %s", error)


def address(origin: Origin) -> str:
    """Where an origin's robots.txt is."""
    scheme, host, port = origin
    host = f"[{host}]" if ":" in host else host
    where = host if port == {"http": 80, "https": 443}.get(scheme) else f"{host}:{port}"
    return f"{scheme}://{where}{policy.PATH}"
