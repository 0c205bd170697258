"""A scratch file for bytes on their way in: what touches the disk is sealed with a key that only this process holds."""

from __future__ import annotations

import io
import os
import tempfile
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

IN_MEMORY = 512_000  # bytes; smaller bodies never touch the disk


class Spool(io.RawIOBase):
    """Written once, then read from the start: an unlinked temporary file under AES-256-CTR with a key of its own.

    The key lives as long as the object, so nothing readable is left on the disk, whatever happens to the process.
    """

    def __init__(self) -> None:
        self._key, self._nonce = os.urandom(32), os.urandom(16)
        # Kept open as long as the spool itself lives; close() closes it.
        self._file: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._cipher = self._start()

    def _start(self) -> Any:
        # CTR is used once per key: nothing is ever written twice at the same place.
        return Cipher(algorithms.AES(self._key), modes.CTR(self._nonce)).encryptor()

    def writable(self) -> bool:
        """Yes, until it is read."""
        return True

    def readable(self) -> bool:
        """Yes, from the start."""
        return True

    def seekable(self) -> bool:
        """Back to the start only."""
        return True

    def write(self, data: Any) -> int:
        """Append bytes."""
        self._file.write(self._cipher.update(bytes(data)))
        return len(data)

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes next."""
        sealed = self._file.read(len(buffer))
        buffer[: len(sealed)] = self._cipher.update(sealed)
        return len(sealed)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go back to the start; OSError for any other place."""
        if (offset, whence) != (0, os.SEEK_SET):
            raise OSError("a spool is read from its start")
        self._file.seek(0)
        self._cipher = self._start()
        return 0

    def close(self) -> None:
        """Let go of the file and the key."""
        if not self.closed:
            self._file.close()
            self._key = b""
        super().close()
