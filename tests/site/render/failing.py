"""Pages that stand where a story was, or where it cannot be had tonight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.site import faults
from tests.site.render import parts
from tests.site.render.lists import missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.site.channels import Channel
    from tests.site.faults import Fault
    from tests.site.world import Night

SHELL = (
    '<section class="article-content__wrapper"><article class="article-content">'
    '<section class="article-content__editor "></section></article></section>'
)


def failing_page(night: Night, fault: Fault, channels: Iterable[Channel]) -> str:
    """The body that comes with a fault's status; a redirect has none."""
    if fault == faults.REDIRECTED:
        return ""
    if fault == faults.NO_HEADLINE:
        return parts.page("世界新聞網", "", SHELL, night, channels)
    if fault in faults.ABSENT:
        return missing(night, channels)
    return f"<html><head><title>{fault.status}</title></head><body></body></html>"
