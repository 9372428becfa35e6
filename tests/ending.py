"""Runs that are to end badly: servers that misbehave, processes that get signals."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.crawling import IMPOLITE, ROOT, environment

if TYPE_CHECKING:
    import signal
    from collections.abc import Iterator


class Dripping(ThreadingHTTPServer):
    """Answers every page with a body that never ends: a byte every fifth of a second,
    or nothing at all; robots.txt too, or it is absent."""

    daemon_threads = True

    def __init__(self, *, silent: bool, robots: bool) -> None:
        self.silent, self.robots = silent, robots
        self.requests = 0
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), Drip)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Drip(BaseHTTPRequestHandler):
    """One request of :class:`Dripping`."""

    server: Dripping

    def do_GET(self) -> None:
        if self.path == "/robots.txt" and not self.server.robots:
            self.send_error(404)
            return
        self.server.requests += 1
        if not self.server.silent:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", "100000")
            self.end_headers()
        while not self.server.over.wait(0.2):
            if self.server.silent:
                continue
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return  # whoever asked has hung up

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def dripping(*, silent: bool = False, robots: bool = False) -> Iterator[Dripping]:
    server = Dripping(silent=silent, robots=robots)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()


def begun(site: str, dsn: str, *arguments: str, **extra: str) -> subprocess.Popen[str]:
    """A crawl of ``site`` under way."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "scrapy", "crawl", "udn_world"),
            *("-a", f"site={site}", *IMPOLITE, *arguments),
        ],
        cwd=ROOT,
        env=environment(dsn, **extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def signalled(
    process: subprocess.Popen[str], *numbers: signal.Signals, pause: float = 0.5
) -> tuple[float, str, str]:
    """Sends the signals; (seconds until the end, output, errors)."""
    began = time.monotonic()
    for place, number in enumerate(numbers):
        if place:
            time.sleep(pause)
        process.send_signal(number)
    output, errors = process.communicate(timeout=120)
    return time.monotonic() - began, output, errors
