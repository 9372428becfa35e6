"""What a story's address answers when it does not answer with the story."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """``outcome``: what a visitor may conclude, in the words of the ledger."""

    outcome: str
    status: int


NOT_FOUND = Fault("not_found", 404)
GONE = Fault("gone", 410)
REDIRECTED = Fault("redirected", 302)
NO_HEADLINE = Fault("no_headline", 200)
REFUSED = Fault("refused", 403)
BROKEN = Fault("server_error", 500)
OVERLOADED = Fault("server_error", 503)
# Only these say that a story is not there
ABSENT = (NOT_FOUND, GONE, REDIRECTED, NO_HEADLINE)
