"""A figure of the benchmark: a ratio measured several times in one run."""

from __future__ import annotations

import statistics
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """``values`` are ratios of single rounds; the aim is a bound on their median."""

    name: str
    values: list[float]
    at_least: float | None = None
    at_most: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def aim(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""

    @property
    def reached(self) -> bool:
        low = self.at_least is None or self.median >= self.at_least
        return low and (self.at_most is None or self.median <= self.at_most)

    def __str__(self) -> str:
        spread = f"{min(self.values):.2f} to {max(self.values):.2f}"
        return f"{self.name}: {self.median:.2f} ({spread}; aim {self.aim})"
