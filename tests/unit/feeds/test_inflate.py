"""feeds.inflate: encodings undone in bounded pieces."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.inflate import PIECE_BYTES, InflateError, inflater


def raw_deflate(body: bytes) -> bytes:
    return zlib.compress(body)[2:-4]


ENCODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("", bytes),
    ("identity", bytes),
    ("gzip", gzip.compress),
    ("X-GZIP", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", lambda body: brotli.compress(body, quality=5)),
]


@given(
    st.sampled_from(ENCODINGS),
    st.binary(max_size=300),
    st.integers(0, 300_000),
    st.integers(1, 5000),
)
def test_what_was_compressed_comes_back(
    encoding: tuple[str, Callable[[bytes], bytes]], start: bytes, zeros: int, step: int
) -> None:
    """However it is cut on its way."""
    name, compress = encoding
    body = start + bytes(zeros)
    sent = compress(body)
    inflating = inflater(name)
    out = b"".join(
        piece for at in range(0, len(sent), step) for piece in inflating.feed(sent[at : at + step])
    )
    inflating.finish()
    assert out == body


@pytest.mark.parametrize(("name", "compress"), ENCODINGS[2:])
def test_a_bomb_comes_in_small_pieces(name: str, compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(bytes(30_000_000))
    for number, piece in enumerate(inflater(name).feed(bomb)):
        assert len(piece) <= 2 * PIECE_BYTES
        if number > 20:
            break


@pytest.mark.parametrize(("name", "compress"), ENCODINGS[2:])
def test_a_body_that_ends_too_early_is_told(name: str, compress: Callable[[bytes], bytes]) -> None:
    inflating = inflater(name)
    b"".join(inflating.feed(compress(bytes(range(256)) * 20)[:-12]))
    with pytest.raises(InflateError, match="too early"):
        inflating.finish()


@pytest.mark.parametrize("name", ["gzip", "br", "deflate"])
def test_a_body_that_is_not_what_it_says_is_told(name: str) -> None:
    with pytest.raises(InflateError, match="broken"):
        b"".join(inflater(name).feed(b"<rss>plain text all the way</rss>" * 9))


def test_gzip_may_come_in_members_but_not_in_thousands() -> None:
    member = gzip.compress(b"ab")
    assert b"".join(inflater("gzip").feed(member * 3)) == b"ababab"
    assert b"".join(inflater("gzip").feed(member + b"\0\0padding")) == b"ab"
    with pytest.raises(InflateError, match="members"):
        b"".join(inflater("gzip").feed(gzip.compress(b"") * 5000))


@pytest.mark.parametrize("name", ["zstd", "gzip, gzip", "compress"])
def test_an_encoding_that_was_not_asked_for_is_refused(name: str) -> None:
    with pytest.raises(InflateError, match="not known"):
        inflater(name)


def test_an_empty_body_is_whole() -> None:
    for name in ("gzip", "br", "deflate", ""):
        inflater(name).finish()
