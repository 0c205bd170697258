"""Opens archives that people bring, in a child: what one says of itself is held against limits before anything is unpacked."""

from __future__ import annotations

import io
import stat
import zipfile
from typing import Any

from adapters.sandbox import Reply, Sandbox, Unfit, Unreadable

MOST_FILES = 2_000
MOST_EACH = 20_000_000
MOST_UNPACKED = 500_000_000
MOST_MEMORY = 2 << 30


class BadArchive(Exception):
    """It can't be opened; `too_large` when that is why, or else it is damaged, sealed or no archive."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.too_large = why == "too large"


def files_of(archive: bytes) -> list[tuple[str, bytes]]:
    """The last part of each name, and the bytes, in the archive's order; folders and hidden files left out. BadArchive."""
    with Sandbox(seconds=60.0, memory=MOST_MEMORY) as once:
        try:
            header, blocks = once.call("unzip", {}, [archive])
        except (Unreadable, Unfit, ValueError) as error:
            raise BadArchive("damaged") from error
    names = header.get("names")
    if "bad" in header or not isinstance(names, list) or len(names) != len(blocks):
        raise BadArchive(str(header.get("bad", "damaged")))
    return [(str(name), bytes(block)) for name, block in zip(names, blocks, strict=True)]


def unpack(_arguments: dict[str, Any], blocks: list[bytes]) -> Reply:
    """The child's part."""
    try:
        with zipfile.ZipFile(io.BytesIO(blocks[0])) as packed:
            infos = [info for info in packed.infolist() if not info.is_dir() and not _hidden(info.filename)]
            if why := _refused(infos, len(blocks[0])):
                return {"bad": why}, []
            return {"names": [_last(info.filename) for info in infos]}, [packed.read(info) for info in infos]
    except MemoryError:
        raise
    except Exception:  # zipfile throws a dozen kinds at a damaged file
        return {"bad": "damaged"}, []


def _refused(infos: list[zipfile.ZipInfo], size: int) -> str:
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_UNPACKED:
        return "too large"
    if any(info.file_size > MOST_EACH for info in infos):
        return "too large"
    # Members that share their bytes are how a small archive holds very much.
    if sum(info.compress_size for info in infos) > size:
        return "damaged"
    return "damaged" if any(stat.S_ISLNK(info.external_attr >> 16) for info in infos) else ""


def _last(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _hidden(name: str) -> bool:
    return name.startswith("__MACOSX") or _last(name).startswith(".")
