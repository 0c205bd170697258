"""Bytes that come in pieces, read as a file: for libraries that want to pull what we push."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator


class Pieces(io.RawIOBase):
    """Reads across the borders of pieces; holds one piece and what was asked for, no more."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._left = b""

    def readable(self) -> bool:
        """Yes, from the start to the end, once."""
        return True

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end; all that is left without a number."""
        while size < 0 or len(self._left) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._left += piece
        given, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        return given
