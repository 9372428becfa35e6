"""Serves a night of the replica on loopback, fast, and counts what is asked for."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections import Counter
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from tests.serving import Serving
from tests.site import truth, urls
from tests.site.history.placements import always
from tests.site.history.world import USUAL, HistoryWorld
from tests.site.render import lists
from tests.site.render.failing import failing_page
from tests.site.render.parts import page
from tests.site.render.story import story_page
from tests.site.validators import is_modified, validators
from tests.site.world import FIRST_NIGHT, World

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from tests.site.history.placements import Seen
    from tests.site.stories import Story
    from tests.site.world import Night

HTML, JSON, XML = "text/html; charset=utf-8", "application/json", "text/xml"


class Pages:
    """Path -> (status, content type, body) of one night; made when first asked for."""

    def __init__(self, world: World, number: int, robots: str, heavy: bool) -> None:
        self.night: Night = world.night(number)
        self.channels, self.robots, self.heavy = world.channels, robots, heavy
        self.lists = {
            path: (key, stories)
            for path, key, stories in truth.list_pages(self.night, self.channels)
        }
        self.made: dict[str, tuple[int, str, bytes]] = {}

    def get(self, target: str) -> tuple[int, str, bytes]:
        if target not in self.made:
            status, kind, text = self.make(target)
            self.made[target] = (status, kind, text.encode())
        return self.made[target]

    def make(self, target: str) -> tuple[int, str, str]:
        path = target.partition("?")[0].rstrip("/") or "/wj/index"
        story = self.story(path)
        fault = self.night.faults.get(urls.story_number(path) or 0)
        if fault:
            return fault.status, HTML, failing_page(self.night, fault, self.channels)
        if story:
            return 200, HTML, story_page(self.night, story, self.channels, self.heavy)
        if path in self.lists:
            key, stories = self.lists[path]
            return 200, HTML, lists.list_page(self.night, key, stories, self.channels)
        number = urls.api_page(target)
        if number:
            return 200, JSON, lists.api(self.night, number)
        fixed = {
            "/robots.txt": ("text/plain", lists.ROBOTS[self.robots]),
            "/sitemap/gnews": (XML, lists.sitemap_index()),
            "/sitemap/gnews/1": (XML, lists.sitemap(self.night)),
            "/wj/index": (HTML, page("世界新聞網", "", "", self.night, self.channels)),
        }
        if path in fixed:
            return 200, *fixed[path]
        return 404, HTML, lists.missing(self.night, self.channels)

    def story(self, path: str) -> Story | None:
        number = urls.story_number(path)
        return self.night.stories.get(number) if number else None


class ReplicaServer(Serving):
    """``with ReplicaServer(seed=7, night=1) as site``: ``site.url``, ``site.requests``
    (Counter of request targets), ``site.not_modified`` (those answered with a 304),
    ``site.night`` (settable), ``site.truth()``. ``validators``: one of KINDS.

    With ``history`` its nights are those of a ``HistoryWorld``, which alone minds
    ``new_a_night`` and ``quiet`` and has a ``site.history_truth()``."""

    def __init__(
        self,
        *,
        seed: int = 7,
        night: int = 1,
        robots: str = "open",
        weight: str = "light",
        stories: int = 320,
        channels: int = 8,
        first_night: date = FIRST_NIGHT,
        port: int = 0,
        history: bool = False,
        new_a_night: int = USUAL,
        quiet: Collection[int] = (),
        unsaid: int = 0,
        validators: str = "weak",
    ) -> None:
        size: dict[str, Any] = {"stories": stories, "channels": channels}
        size["first_night"] = first_night
        if history:
            size |= {"new_a_night": new_a_night, "quiet": quiet}
        self.world = HistoryWorld(seed, **size) if history else World(seed, **size)
        self.world.unsaid = unsaid
        self.robots, self.heavy, self.port = robots, weight == "heavy", port
        self.validators = validators
        self.requests: Counter[str] = Counter()
        self.not_modified: Counter[str] = Counter()
        self.times: list[float] = []
        self.night = night

    @property
    def night(self) -> int:
        return self.pages.night.number

    @night.setter
    def night(self, number: int) -> None:
        self.pages = Pages(self.world, number, self.robots, self.heavy)

    def truth(self) -> dict[str, Any]:
        return truth.truth(self.pages.night, self.world.channels)

    def history_truth(
        self, upto: int | None = None, seen: Seen = always
    ) -> dict[str, Any]:
        """``HistoryWorld.history_truth`` of the nights up to this one, or ``upto``."""
        if not isinstance(self.world, HistoryWorld):
            raise TypeError("a replica without history=True knows only its nights")
        return self.world.history_truth(upto or self.night, seen)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(self._answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has hung up, which ends the conversation
        finally:
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        line, _, headers = head.partition(b"\r\n")
        method, target = line.decode("ascii").split(" ")[:2]
        if method == "POST" and target.startswith("/__night__/"):
            self.night = int(target.rpartition("/")[2])
            return b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
        self.requests[target] += 1
        self.times.append(time.monotonic())
        status, kind, body = self.pages.get(target)
        told = self.told(target, body) if status == 200 else {}
        asked = dict(
            (name.lower(), value)
            for name, _, value in (
                h.partition(": ") for h in headers.decode().split("\r\n")
            )
        )
        if not is_modified(told, asked):
            self.not_modified[target] += 1
            return self.head(304, told).encode("ascii")
        if "html" in kind and self.validators != "strong":
            body = timing(time.perf_counter()) + body
        told["Content-Type"] = kind
        if "gzip" in asked.get("accept-encoding", ""):
            body, told["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        if status in (301, 302):
            told["Location"] = "/"
        told["Content-Length"] = str(len(body))
        return self.head(status, told).encode("ascii") + body

    def told(self, target: str, body: bytes) -> dict[str, str]:
        """Validators of a page."""
        story = self.pages.story(target.partition("?")[0])
        now = self.pages.night.now
        return validators(
            self.validators,
            body,
            story=story is not None,
            modified=min(story.changed, now) if story else None,
        )

    def head(self, status: int, told: dict[str, str]) -> str:
        date = format_datetime(self.pages.night.now, usegmt=True)
        fields = {"Date": date, **told}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"HTTP/1.1 {status} X\r\n{lines}\r\n"


def timing(seed: float) -> bytes:
    """The comments of the site's own stop watch: no two answers are alike."""
    part = seed % 1
    spent = f"<!--getArticle {part:.4f} --><!--hot_news {part / 7:.4f} -->"
    return f"{spent}<!-- {part:.4f} -->".encode()
