"""Canaries: secrets that must be found nowhere, and everywhere to look for them."""

from __future__ import annotations

import base64
import gzip
import os
import threading
import urllib.request
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "canary-3f9a"  # noqa: S105 - a canary
# What the site itself publishes: in the archive and the rows, but in no log
PUBLISHED = "canary-public-77"
STORY = "https://www.worldjournal.com/wj/story/"
# Of all tests of this process: where the secret was looked for, and what was found
LOOKED: Counter[str] = Counter()


def forms(secret: str) -> list[str]:
    """The secret as it is, and inside base64 at each of its three alignments."""
    found = [secret]
    for before in ("", "x", "xx"):
        text = base64.b64encode((before + secret).encode()).decode()
        # first and last letters also hold bits of what stands beside the secret
        found.append(text[4:-4] if before else text[:-4])
    return found


def with_password(dsn: str) -> str:
    """The same database by a URL with a password, which trust does not look at."""
    parts = conninfo_to_dict(dsn)
    host = str(parts["host"]).replace("/", "%2F")
    return f"postgresql://{parts['user']}:{SECRET}@/{parts['dbname']}?host={host}"


def leaks(where: str, text: str, secret: str = SECRET) -> list[str]:
    """What of a secret stands in a text, with its surroundings."""
    found = [
        f"{where}: {text[max(at - 60, 0) : at + 60]!r}"
        for form in forms(secret)
        if (at := text.find(form)) >= 0
    ]
    if secret == SECRET:
        LOOKED["places"] += 1
        LOOKED["found"] += bool(found)
    return found


def in_rows(dsn: str, secret: str = SECRET) -> list[str]:
    """Leaks in any row of any table."""
    query = (
        "SELECT table_name FROM information_schema.tables "
        "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    found = []
    with psycopg.connect(dsn) as connection:
        for (table,) in connection.execute(query).fetchall():
            rows = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))
            for (text,) in connection.execute(rows):
                found += leaks(table, text, secret)
    return found


def in_files(root: Path, secret: str = SECRET) -> list[str]:
    """Leaks in any file, unpacked where it is packed."""
    found = []
    for path in filter(Path.is_file, root.rglob("*")):
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        found += leaks(path.name, data.decode("latin-1"), secret)
    return found


@contextmanager
def command_lines(secret: str = SECRET) -> Iterator[list[str]]:
    """Leaks in the command line of any process of these tests while the block runs."""
    found: list[str] = []
    over, looked = threading.Event(), forms(secret)

    def watch() -> None:
        while not over.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    line = path.read_bytes().decode("latin-1")
                except OSError:
                    continue  # it has ended
                if any(one in line for one in looked) and ours(path.parent):
                    found.extend(leaks(str(path), line, secret))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def ours(process: Path) -> bool:
    """Is a process, by its folder in ``/proc``, of these tests and no other run's?

    Whatever these tests start inherits their mark, also what has left their process
    tree, or has a parent with it. Postgres is started without, and counts whoever has
    started it. One that ended before it was asked counts, too.
    """
    if process.name == str(os.getpid()):
        return True
    mark = f"TEST_SESSION={os.environ['TEST_SESSION']}".encode()
    try:
        if (process / "comm").read_text() == "postgres\n":
            return True
        # the name in brackets may hold anything; behind it: state, parent
        stat = (process / "stat").read_bytes().rpartition(b")")[2].split()
        if mark in (process / "environ").read_bytes().split(b"\0"):
            return True
    except PermissionError:
        pass  # another user's, which may still be a child of ours
    except OSError:
        return True
    parent = process.parent / stat[1].decode()
    return parent.name != "0" and ours(parent)


class Careless(ThreadingHTTPServer):
    """A site that puts addresses with passwords into its pages: one link a page, and
    one story that redirects. Its pages are those of ``behind``."""

    daemon_threads = True

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.answered = self.redirected = 0
        super().__init__(("127.0.0.1", 0), Forward)


class Forward(BaseHTTPRequestHandler):
    """One request to :class:`Careless`."""

    server: Careless

    def do_GET(self) -> None:
        self.server.answered += 1
        if self.path.startswith("/wj/story/") and not self.server.redirected:
            self.server.redirected += 1
            self.send_response(302)
            where = f"http://user:{PUBLISHED}@127.0.0.1/x?token={PUBLISHED}"
            self.send_header("Location", where)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            self.server.behind + self.path
        ) as answer:
            kind, body = answer.headers["Content-Type"], answer.read()
        link = STORY.replace("//", f"//user:{PUBLISHED}@").encode()
        body = body.replace(STORY.encode(), link, 1)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def careless(behind: str) -> Iterator[Careless]:
    server = Careless(behind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
