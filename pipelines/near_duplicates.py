"""Which stories say the same: pure functions from a text to what can be compared.

A text is the set of its character n-grams, two texts are as similar as the Jaccard
coefficient of their sets (A. Broder, "On the resemblance and containment of
documents", 1997), and MinHash estimates that from 128 numbers a text. LSH banding
(J. Leskovec, A. Rajaraman, J. Ullman, "Mining of Massive Datasets", chapter 3.4)
makes keys of them: who shares no key need not be compared.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from rensa import RMinHash  # type: ignore[import-untyped]

from pipelines.letters import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable

# Counts up whenever the same text gets another signature (normalisation, n-grams, seed,
# bands, a new algorithm in rensa): signatures of two methods cannot be compared.
METHOD = 1

# Measured on invented stories of 120 to 1,200 characters, edited (four words, a new
# sentence, a moved paragraph) against unrelated ones that share half their vocabulary,
# and on two real stories. n = 3: unrelated up to 0.43, real ones 0.016. n = 5:
# unrelated up to 0.28, real ones 0.003, the worst edit of the shortest text still 0.55.
# n = 8 would separate no better (0.16) but lose that edit (0.43).
GRAM = 5

# Characters after normalisation. Shorter is a photo with its headline, or one sentence:
# there a shared stock phrase of 30 characters would be half of the text. From here on
# it makes less than 0.35 of two different texts.
CHARACTERS_MIN = 60

PERMUTATIONS = 128
SEED = 20260301

# 42 bands of 3 numbers (two are left over). Of pairs with an estimate of exactly 64 of
# 128 all but 0.07 % share a band (4 numbers a band: all but 10 %); of those with a true
# Jaccard of 0.5 all but (1 - 0.5^3)^42 = 0.4 %. Of unrelated pairs (0.01) 0.004 % do.
BAND_ROWS = 3
BANDS = PERMUTATIONS // BAND_ROWS

WORDS = struct.Struct(f"<{PERMUTATIONS}I")


@dataclass(frozen=True, slots=True)
class Signature:
    """``minima``: 128 unsigned 32-bit numbers, little-endian, 512 bytes. ``bands``: 42
    keys, signed 64-bit; two texts are candidates when any one is in both."""

    minima: bytes
    bands: tuple[int, ...]


def signature(title: str, paragraphs: Iterable[str]) -> Signature | None:
    """What stands for a story's text in comparisons; the same text, the same bytes.

    The headline counts as its first words, and paragraphs are joined: where the breaks
    are makes no difference.

    Returns:
        None for fewer than ``CHARACTERS_MIN`` characters: too short to judge.
    """
    text = normalised("".join([title, *paragraphs]))
    if len(text) < CHARACTERS_MIN:
        return None
    sketch = RMinHash(PERMUTATIONS, SEED)
    sketch.update([text[i : i + GRAM] for i in range(len(text) - GRAM + 1)])
    minima = WORDS.pack(*sketch.digest())
    return Signature(minima, _bands(minima))


def similarity(one: Signature, other: Signature) -> float:
    """Estimated Jaccard coefficient of two texts, 0 to 1; standard error <= 0.045.

    ``text_similarity`` in the database gives the same number.
    """
    pairs = zip(WORDS.unpack(one.minima), WORDS.unpack(other.minima), strict=True)
    return [a == b for a, b in pairs].count(True) / PERMUTATIONS


def _bands(minima: bytes) -> tuple[int, ...]:
    """A hash of each band, with the band's number in it: the same numbers in two
    different bands mean nothing."""
    size = BAND_ROWS * 4
    return tuple(
        int.from_bytes(
            blake2b(
                minima[band * size : (band + 1) * size],
                digest_size=8,
                salt=band.to_bytes(2, "little"),
            ).digest(),
            "little",
            signed=True,
        )
        for band in range(BANDS)
    )
