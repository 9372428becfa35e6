"""What of a text is compared: its letters and digits, without marks and spaces."""

from __future__ import annotations

import re
import unicodedata

# Marks that Chinese text is full of, and what NFKC makes of them. Replaced first the
# text comes out the same, since NFKC would decompose them before all else; and most
# texts are then in NFKC already, which takes 2 microseconds to see and 200 to do.
WIDE = [(chr(ord(mark) + 0xFEE0), mark) for mark in "!%(),./:;?~"]
WIDE += [("\u3000", " "), ("\u2026", "...")]

NO_WORD = re.compile(r"[\W_]+")


def normalised(text: str) -> str:
    """Letters and digits only, in one width and lower case (NFKC)."""
    for wide, narrow in WIDE:
        text = text.replace(wide, narrow)
    return NO_WORD.sub("", unicodedata.normalize("NFKC", text).lower())
