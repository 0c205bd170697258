"""Looks for a faceprint in the memory of a living process, without holding it in the clear itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MASK = {"<u4": 0x5A5A5A5A, "<u8": 0x5A5A5A5A5A5A5A5A}
# So many numbers in a row are no accident; where they stand in the faceprint.
FIRST, RUN = 40, 6
PIECE = 32 << 20


@dataclass(frozen=True)
class Trail:
    """What a faceprint looks like as float32 and as float64, masked, so that looking for it does not plant it."""

    masked: dict[str, list[int]]

    @classmethod
    def of(cls, vector: bytearray) -> Trail:
        """Take the masked look of a faceprint and wipe the faceprint."""
        numbers = np.frombuffer(vector, "<f4")
        masked = {}
        for kind, floats in (("<u4", "<f4"), ("<u8", "<f8")):
            words = numbers[FIRST : FIRST + RUN].astype(floats).view(kind)
            masked[kind] = [int(word) ^ MASK[kind] for word in words]
            words[:] = 0
        numbers.view(np.uint8)[:] = 0
        return cls(masked)

    def count(self, pid: int | str = "self") -> int:
        """How many copies lie in the memory of a process; what is read on the way is no copy, and is overwritten."""
        found, desk = 0, np.zeros(PIECE, np.uint8)
        own = (desk.ctypes.data, desk.ctypes.data + PIECE) if pid == "self" else (0, 0)
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            for begin, end in _writable(pid, *own):
                for start in range(begin, end, PIECE):
                    memory.seek(start)
                    try:
                        size = memory.readinto(memoryview(desk)[: min(PIECE, end - start)])
                    except OSError:
                        continue
                    found += sum(self._count(desk[: size // 8 * 8], kind) for kind in self.masked)
        desk[:] = 0
        return found

    def _count(self, piece: np.ndarray, kind: str) -> int:
        words, mask, masked = piece.view(kind), MASK[kind], self.masked[kind]
        places = np.flatnonzero(words[: 1 - RUN] == masked[0] ^ mask) if len(words) >= RUN else ()
        return sum(
            all(int(words[place + step]) ^ mask == masked[step] for step in range(1, RUN)) for place in places
        )


def _writable(pid: int | str, skip_from: int, skip_to: int) -> list[tuple[int, int]]:
    """The ranges a process may write to, without the desk on which a scan of oneself is read."""
    ranges = []
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        match = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
        if match is None or "[v" in line:
            continue
        begin, end = int(match[1], 16), int(match[2], 16)
        parts = ((begin, min(end, skip_from)), (max(begin, skip_to), end))
        ranges += (
            [(low, high) for low, high in parts if low < high]
            if skip_from < end and skip_to > begin
            else [(begin, end)]
        )
    return ranges
