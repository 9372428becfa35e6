"""Processors of the item loaders: what is made of the raw values of a field.

Objects rather than functions: Scrapy binds and inspects functions on each call.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from crawler import urls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class Each:
    """Input processor: the function on each value; None keeps its place."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __call__(self, values: Iterable[Any]) -> list[Any]:
        function = self.function
        return [None if value is None else function(value) for value in values]


class Canonical:
    """Input processor: addresses in their one form, read from the loader's page."""

    def __call__(
        self, values: Iterable[str], loader_context: dict[str, Any]
    ) -> list[str]:
        page = loader_context["page"]  # a crawler.loaders.Page
        canonical = partial(urls.canonical, base=page.url, origin=page.origin)
        return [canonical(value) for value in values]


class First:
    """Output processor: the first witness that says something."""

    def __call__(self, values: Iterable[Any]) -> Any:
        for value in values:
            if value is not None:
                return value
        return None


class Unique:
    """Output processor: what is said, once, in order."""

    def __call__(self, values: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(value for value in values if value is not None))


class AsIs:
    """Processor that leaves a column alone."""

    def __call__(self, values: Sequence[Any]) -> Sequence[Any]:
        return values


class AsTuple:
    """Output processor: what is said, in order."""

    def __call__(self, values: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(value for value in values if value is not None)
