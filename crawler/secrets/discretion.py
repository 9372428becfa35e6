"""Puts redaction where a process speaks: every log record, every traceback."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

from crawler.secrets.redaction import redacted_values, secrets_of

if TYPE_CHECKING:
    from types import TracebackType

    Raised = (
        tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None]
        | None
    )

_known: set[str] = set()


def keep_secret(*addresses: str) -> None:
    """From now on the secret parts of these addresses appear nowhere."""
    for address in addresses:
        _known.update(secrets_of(address))


def fit_to_show(value: Any) -> Any:
    """A text, or all texts of a mapping, as it may be printed or stored."""
    return redacted_values(value, tuple(sorted(_known)))


class Discreet(logging.LogRecord):
    """A record whose text and traceback hold no secret, whoever formats it.

    A filter on the handler would be lost: Scrapy replaces its handler for every
    crawler (``scrapy.utils.log.install_scrapy_root_handler``).
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if isinstance(self.exc_info, tuple):
            # a formatter writes this instead of formatting the exception again
            self.exc_text = fit_to_show(told(self.exc_info))

    def getMessage(self) -> str:
        return str(fit_to_show(super().getMessage()))


def told(raised: Raised) -> str:
    """A traceback as Python prints it, without the last line end."""
    if raised is None or raised[0] is None:
        return ""
    return "".join(traceback.format_exception(*raised)).rstrip("\n")


def install() -> None:
    """Makes this process discreet; as early as the settings are read."""
    logging.setLogRecordFactory(Discreet)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    print(fit_to_show(told((kind, error, trace))), file=sys.stderr)


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and given.exc_type is not SystemExit:
        _uncaught(given.exc_type, given.exc_value, given.exc_traceback)
