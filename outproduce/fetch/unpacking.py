"""Compressed bodies -> bytes, a piece at a time, so that a bomb is met with its limit before it fills the memory."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import brotli
import zstandard

_PIECE = 65536
_ZSTD_WINDOW = 8 * 2**20  # what RFC 9659 lets a server use
_MOST_LAYERS = 2
ENCODINGS = "gzip, deflate, br, zstd"


class UnpackError(Exception):
    """The body is not what its Content-Encoding says; the message is for the middle of a sentence."""


def unpacked(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Undo a Content-Encoding; every piece that comes out is of at most 64 KiB or little more.

    Raises:
        UnpackError: an unknown encoding, too many on top of each other, or damaged data.
    """
    layers = [name for name in (part.strip().lower() for part in encoding.split(",")) if name not in ("", "identity")]
    if len(layers) > _MOST_LAYERS:
        raise UnpackError(f"is packed {len(layers)} times over")
    for name in reversed(layers):
        if name not in _UNPACKERS:
            raise UnpackError(f"is packed as {name[:30]!r}, which is not known")
        pieces = _UNPACKERS[name](pieces)
    try:
        yield from pieces
    except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
        raise UnpackError(f"is damaged {encoding[:30]} data ({error!s:.80})") from None


def _inflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Undo gzip and deflate, with or without its wrapper (servers differ)."""
    decoder: Any = None
    for piece in pieces:
        if decoder is None:
            wrapped = piece[:1] == b"\x1f" or (piece[:1] and piece[0] & 0x0F == 8)
            decoder = zlib.decompressobj(47 if wrapped else -15)
        while piece and not decoder.eof:
            yield decoder.decompress(piece, _PIECE)
            piece = decoder.unconsumed_tail
    while decoder is not None and not decoder.eof:
        rest = decoder.decompress(decoder.unconsumed_tail, _PIECE)
        if not rest:
            raise EOFError("it ends in the middle")
        yield rest


def _unbrotli(pieces: Iterable[bytes]) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    for piece in pieces:
        yield decoder.process(piece, output_buffer_limit=_PIECE)
        while not decoder.can_accept_more_data():
            yield decoder.process(b"", output_buffer_limit=_PIECE)
    while not decoder.is_finished():
        rest = decoder.process(b"", output_buffer_limit=_PIECE)
        if not rest:
            raise EOFError("it ends in the middle")
        yield rest


class _Joined(io.RawIOBase):
    """Pieces as a file that is read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest = iter(pieces), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        taken = self._rest[: len(buffer)]
        self._rest = self._rest[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _unzstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    with decoder.stream_reader(io.BufferedReader(_Joined(pieces)), read_across_frames=True, closefd=False) as stream:
        while piece := stream.read(_PIECE):
            yield piece


_UNPACKERS = {"gzip": _inflate, "x-gzip": _inflate, "deflate": _inflate, "br": _unbrotli, "zstd": _unzstd}
