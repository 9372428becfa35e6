"""What a pooler does to its clients, by PostgreSQL's protocol 3.0: greets them itself,
and lends them processes of the server, for a session or for a transaction.

https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from __future__ import annotations

import os
import socket
import struct
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable

SSL, GSS = 80877103, 80877104
# Told to clients in the place of the server's process, as poolers do
NO_PROCESS = 7
TOLD = ("server_version", "client_encoding", "standard_conforming_strings", "TimeZone")


class Pooler:
    """``with Pooler(dsn, "session") as pooler``: stands before the database ``dsn``.

    ``address``: what clients use. ``mode``: ``session``, or ``transaction``, where
    there is one process to lend.
    """

    def __init__(self, dsn: str, mode: str) -> None:
        self.dsn, self.mode = dsn, mode
        self.sessions: list[psycopg.Connection[Any]] = []
        self.sockets: list[socket.socket] = []
        self.threads: list[threading.Thread] = []
        self.turn = threading.Lock()

    def __enter__(self) -> Self:
        self.shared = self.session()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.sockets.append(self.listening)
        port = self.listening.getsockname()[1]
        self.address = f"host=127.0.0.1 port={port} user=x dbname=x sslmode=disable"
        self.begin(self.accept)
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(timeout=10)
        for one in self.sockets:
            one.close()
        for session in self.sessions:
            session.close()

    def begin(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self.threads.append(thread)
        thread.start()

    def session(self) -> socket.socket:
        """A session of the server, logged in, whose bytes are ours."""
        connection = psycopg.connect(self.dsn, autocommit=True)
        self.sessions.append(connection)
        raw = socket.socket(fileno=os.dup(connection.pgconn.socket))
        raw.setblocking(True)
        self.sockets.append(raw)
        return raw

    def accept(self) -> None:
        with suppress(OSError):  # the test is over
            while True:
                client, _ = self.listening.accept()
                self.sockets.append(client)
                self.begin(self.serve, client)

    def serve(self, client: socket.socket) -> None:
        # whichever hangs up first
        with suppress(OSError):
            self.greet(client)
            if self.mode == "session":
                own = self.session()
                self.begin(pump, own, client)
                pump(client, own)
            else:
                self.lend(client)

    def greet(self, client: socket.socket) -> None:
        """Startup; nobody is asked for a password."""
        while True:
            length, code = struct.unpack("!ii", exactly(client, 8))
            exactly(client, length - 8)
            if code not in (SSL, GSS):
                break
            client.sendall(b"N")
        status = self.sessions[0].info.parameter_status
        told = [message(b"S", f"{name}\0{status(name)}\0".encode()) for name in TOLD]
        keys = message(b"K", struct.pack("!ii", NO_PROCESS, 1))
        ready = (message(b"R", b"\0" * 4), *told, keys, message(b"Z", b"I"))
        client.sendall(b"".join(ready))

    def lend(self, client: socket.socket) -> None:
        """Lends the process for one transaction after the other."""
        while True:
            kind, data = received(client)
            with self.turn:
                while True:
                    if kind == b"X":
                        return
                    self.shared.sendall(data)
                    if kind in (b"Q", b"S") and self.answer(client) == b"I":
                        break
                    kind, data = received(client)

    def answer(self, client: socket.socket) -> bytes:
        """Hands on the answer to a query; whether a transaction is open behind it."""
        while True:
            kind, data = received(self.shared)
            client.sendall(data)
            if kind == b"Z":
                return data[-1:]


def pump(one: socket.socket, other: socket.socket) -> None:
    """All bytes in one direction; whoever hangs up ends it for both."""
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)


def message(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!i", len(content) + 4) + content


def received(peer: socket.socket) -> tuple[bytes, bytes]:
    """The kind of the next message, and all its bytes."""
    head = exactly(peer, 5)
    return head[:1], head + exactly(peer, struct.unpack("!i", head[1:])[0] - 4)


def exactly(peer: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = peer.recv(size - len(data))
        if not more:
            raise ConnectionError("hung up")
        data += more
    return data
