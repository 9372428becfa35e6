"""The bytes of one record, read or inflated no further than they are asked for."""

from __future__ import annotations

import zlib
from typing import BinaryIO

CHUNK = 1 << 16
WBITS = zlib.MAX_WBITS | 16
OPENING = b"WARC/"


class Fault(Exception):
    """What is wrong with one record."""


class Plain:
    """Uncompressed bytes: where a record ends, only its Content-Length tells."""

    def __init__(self, stream: BinaryIO, offset: int) -> None:
        self.stream = stream
        self.data = bytearray()
        self.length = 0
        stream.seek(offset)

    def more(self, size: int) -> int:
        """Reads about ``size`` bytes more; 0 at the end."""
        chunk = self.stream.read(max(size, CHUNK))
        self.data += chunk
        return len(chunk)

    def upto(self, size: int) -> int:
        """Reads until ``size`` bytes are there; how many of them are."""
        while len(self.data) < size and self.more(size - len(self.data)):
            pass
        return min(len(self.data), size)

    def ends_at(self, size: int) -> None:
        self.length = size

    def skip(self) -> int | None:
        """Where the next record begins after a fault, if that is known."""
        return None


class Member:
    """A gzip member, which is to hold one record; inflated no further than asked."""

    def __init__(self, stream: BinaryIO, offset: int) -> None:
        self.stream, self.offset = stream, offset
        self.data = bytearray()
        self.taken = 0
        self.inflate = zlib.decompressobj(WBITS)
        stream.seek(offset)

    @property
    def length(self) -> int:
        """Bytes of the file that the member takes; 0 until its end is met."""
        left = len(self.inflate.unused_data)
        return self.taken - left if self.inflate.eof else 0

    def more(self, size: int) -> int:
        """Inflates at most ``size`` bytes more; 0 at the member's end.

        Raises:
            Fault: the member is cut or broken.
        """
        while not self.inflate.eof:
            chunk = self.inflate.unconsumed_tail
            if not chunk:
                chunk = self.stream.read(CHUNK)
                self.taken += len(chunk)
            if not chunk:
                raise Fault("the gzip member is cut: the file ends within it")
            try:
                got = self.inflate.decompress(chunk, size)
            except zlib.error as error:
                told = str(error).rpartition(": ")[2]
                raise Fault(f"broken gzip member ({told})") from error
            if got:
                self.data += got
                return len(got)
        return 0

    def upto(self, size: int) -> int:
        """Inflates until ``size`` bytes are there; how many of them are."""
        while len(self.data) < size and self.more(size - len(self.data)):
            pass
        return min(len(self.data), size)

    def ends_at(self, size: int) -> None:
        """Raises Fault unless the member ends with its record, as a reader who goes
        by offsets needs it."""
        self.more(CHUNK)
        extra = bytes(self.data[size : size + len(OPENING)])
        if extra == OPENING:
            raise Fault("several records in one gzip member: see warcio recompress")
        if extra:
            raise Fault("more bytes follow the record within its gzip member")

    def skip(self) -> int | None:
        """Where the member ends, if it is sound gzip: nothing is kept of it."""
        try:
            while self.more(CHUNK):
                self.data.clear()
        except Fault:
            return None
        return self.offset + self.length


Source = Plain | Member
