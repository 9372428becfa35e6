"""Signals that end a run, also before its crawl has begun."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal came while there was nothing to end in good order.

    A KeyboardInterrupt, since an event loop keeps other exceptions to itself.
    """


def heeded() -> list[signal.Signals]:
    """The signals that end a run; one that is ignored (``nohup``) stays so."""
    return [one for one in STOPPING if signal.getsignal(one) is not signal.SIG_IGN]


@contextmanager
def interruptible() -> Iterator[None]:
    """Signals raise :class:`Interrupted` inside the block."""
    before = {number: signal.signal(number, _raise) for number in heeded()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise(number: int, frame: FrameType | None) -> None:
    raise Interrupted(signal.Signals(number).name)
