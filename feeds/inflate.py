"""Content encodings undone piece by piece, so that no bomb is ever held whole. Pure.

aiohttp would do it by itself, but inflates what it has read before it says how much that is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

PIECE_BYTES = 64 * 1024  # brotli may give up to as much again

# Concatenated gzip members are legal (RFC 1952, 2.2); thousands of tiny ones are an attack on
# time, since each is handed over in a new copy.
MAX_MEMBERS = 100

ACCEPTED = "gzip, deflate, br"


class InflateError(ValueError):
    """The body is not what its Content-Encoding says, or is cut off."""


class Inflater(Protocol):
    """Undoes one encoding of one body."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What ``data`` adds, in bounded pieces. Raises InflateError."""

    def finish(self) -> None:
        """Raises InflateError if the body ended too early."""


def inflater(content_encoding: str) -> Inflater:
    """For the value of a Content-Encoding header. Raises InflateError for one that is not known.

    Encodings within encodings are refused: no server of feeds needs them.
    """
    match content_encoding.strip().lower():
        case "" | "identity":
            return _Identity()
        case "gzip" | "x-gzip":
            return _Zlib("gzip")
        case "deflate":
            return _Zlib("deflate")
        case "br":
            return _Brotli()
        case other:
            raise InflateError(f"its Content-Encoding is not known: {other[:40]!r}")


def is_gzip(start: bytes) -> bool:
    """Whether a body is gzip whatever its server says: no feed begins so."""
    return start.startswith(b"\x1f\x8b")


class _Identity:
    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        """Its length is the transport's matter."""


class _Zlib:
    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._inner: zlib._Decompress | None = None
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inner is None or self._inner.eof:
                if self._inner is not None and not self._goes_on(data):
                    return
                self._inner = self._next(data)
            yield from self._inflated(self._inner, data)
            data = self._inner.unused_data

    def finish(self) -> None:
        if self._inner is not None and not self._inner.eof:
            raise InflateError("its compressed body ends too early")

    def _goes_on(self, data: bytes) -> bool:
        """Whether another gzip member follows; padding after the last is passed over."""
        return self._encoding == "gzip" and data.startswith(b"\x1f")

    def _next(self, data: bytes) -> zlib._Decompress:
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise InflateError(f"its gzip body has more than {MAX_MEMBERS} members")
        if self._encoding == "gzip":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # Some servers send "deflate" without the zlib header that RFC 9110, 8.4.1.2 asks for.
        has_header = data[0] & 0x0F == zlib.DEFLATED
        return zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)

    @staticmethod
    def _inflated(inner: zlib._Decompress, data: bytes) -> Iterator[bytes]:
        while True:
            try:
                piece = inner.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise InflateError(f"its compressed body is broken ({error})") from error
            if piece:
                yield piece
            data = inner.unconsumed_tail
            # A full piece may have left output behind when the input was all taken.
            if inner.eof or (not data and len(piece) < PIECE_BYTES):
                return


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(data)
        while not self._inner.is_finished():
            try:
                piece = self._inner.process(data, output_buffer_limit=PIECE_BYTES)
            except brotli.error as error:
                raise InflateError(f"its compressed body is broken ({error})") from error
            if piece:
                yield piece
            data = b""
            # can_accept_more_data() may be true while output is held back: ask until none comes.
            if not piece:
                return

    def finish(self) -> None:
        if self._begun and not self._inner.is_finished():
            raise InflateError("its compressed body ends too early")
