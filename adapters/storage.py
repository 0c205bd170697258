"""Where ciphertext lies: a folder, or an S3 bucket; names are opaque."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

MARKER = "clearframe.storage"
UNSIGNED = "1"  # what markers said before they named their library; the next start signs it
GOOD_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")


class StorageMissing(Exception):
    """The place does not carry our marker: a missing mount must not look like an empty vault."""


class Staged(Protocol):
    """Bytes on their way in; nothing is there until commit, and abort leaves nothing."""

    def write(self, data: bytes) -> None: ...
    def commit(self, name: str, *, replace: bool = False) -> None: ...
    def abort(self) -> None: ...


class Storage(Protocol):
    """What the vault needs of a place."""

    def stage(self) -> Staged: ...
    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes: ...
    def size(self, name: str) -> int: ...
    def exists(self, name: str) -> bool: ...
    def delete(self, name: str) -> None: ...
    def names(self, prefix: str = "") -> Iterator[str]: ...
    def sweep(self, before: float) -> int: ...
    def found(self, mark: str) -> None: ...
    def check(self, mark: str) -> None: ...
    def is_marked(self) -> bool: ...
    def free(self) -> int | None: ...


def open_storage(url: str, default_folder: Path) -> Storage:
    """The storage of `file:`, `file:///folder` or `s3://bucket?endpoint=...&region=...`."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        from adapters.bucket import Bucket

        return Bucket(url)
    return Folder(Path(parts.path) if parts.path else default_folder)


class Folder:
    """Files in a folder: written aside, flushed, renamed, and the folder flushed too."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def found(self, mark: str) -> None:
        """Make the place ours: once, before there is a library. StorageMissing where somebody else's lies."""
        if self.is_marked() or next(self.names(), None) is not None:
            self.check(mark)
            return
        (self.root / "staging").mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root.chmod(0o700)
        self._mark(mark)

    def _mark(self, mark: str) -> None:
        # Written aside and renamed: a start that breaks off leaves no half marker.
        draft = self.root / "staging" / secrets.token_hex(12)
        with draft.open("x") as file:
            file.write(f"{mark}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.root / MARKER)
        _flush(self.root)

    def stage(self) -> FolderStaged:
        """Begin a file; StorageMissing when the disk is not there."""
        try:
            return FolderStaged(self.root)
        except FileNotFoundError as error:
            raise StorageMissing(gone(self.root)) from error

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from start to before end; FileNotFoundError when there is no such name."""
        with open(f"{self.root}/{good(name)}", "rb", buffering=0) as file:  # noqa: PTH123 - half the time of a path's own
            if start:
                file.seek(start)
            return file.read() if end is None else _exactly(file, end - start)

    def size(self, name: str) -> int:
        """Bytes stored under the name."""
        return self._path(name).stat().st_size

    def exists(self, name: str) -> bool:
        """Whether there is such a name."""
        return self._path(name).exists()

    def delete(self, name: str) -> None:
        """Take it away; twice does no harm."""
        self._path(name).unlink(missing_ok=True)

    def names(self, prefix: str = "") -> Iterator[str]:
        """Every name that begins so; only the folders that can hold one are read."""
        folder, _, begins = (prefix or "objects/").rpartition("/")
        yield from self._below(folder, begins)

    def _below(self, folder: str, begins: str = "") -> Iterator[str]:
        try:
            entries = sorted(os.scandir(self.root / folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        for entry in entries:
            name = f"{folder}/{entry.name}"
            if not entry.name.startswith(begins):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(name)
            else:
                yield name

    def sweep(self, before: float) -> int:
        """Take away what a killed process left half-written before this time (seconds since 1970); returns how many."""
        stale = [path for path in (self.root / "staging").iterdir() if path.stat().st_mtime < before]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def check(self, mark: str) -> None:
        """Raise StorageMissing unless this is this library's folder."""
        if not self.is_marked():
            raise StorageMissing(gone(self.root))
        found = (self.root / MARKER).read_text().strip()
        if found == UNSIGNED:
            self._mark(mark)
        elif found != mark:
            raise StorageMissing(others(self.root))

    def is_marked(self) -> bool:
        """Whether some library's marker lies here."""
        return (self.root / MARKER).exists()

    def free(self) -> int | None:
        """Bytes that can still be written here."""
        return shutil.disk_usage(self.root).free

    def _path(self, name: str) -> Path:
        return self.root / good(name)


def _exactly(file: FileIO, most: int) -> bytes:
    """So many bytes, or all there are: a bare file may give a part at a time."""
    pieces = []
    while most > 0 and (piece := file.read(most)):
        pieces.append(piece)
        most -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class FolderStaged:
    """A file beside its place, renamed into it when whole."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "staging" / secrets.token_hex(12)
        self.file: BinaryIO = self.path.open("xb", buffering=0)

    def write(self, data: bytes) -> None:
        """Add bytes."""
        left = memoryview(data)
        while left:  # a disk that is nearly full takes a part and says how much; only the next call fails
            left = left[self.file.write(left) :]

    def commit(self, name: str, *, replace: bool = False) -> None:
        """Make it durable under its name; FileExistsError when taken and not to be replaced."""
        os.fsync(self.file.fileno())
        self.file.close()
        target = self.root / good(name)
        for folder in (target.parent.parent, target.parent):
            if not folder.exists():
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                _flush(folder.parent)
        if replace:
            self.path.replace(target)
        else:
            os.link(self.path, target)
            self.path.unlink()
        _flush(target.parent)

    def abort(self) -> None:
        """Leave nothing behind."""
        self.file.close()
        self.path.unlink(missing_ok=True)


def good(name: str) -> str:
    """The name when it is one of ours; ValueError otherwise (path traversal)."""
    if not GOOD_NAME.fullmatch(name) or ".." in name:
        raise ValueError("not a name of the vault")
    return name


def gone(place: object) -> str:
    """What to say of a place without a marker."""
    return f"{place} does not carry this library's marker. Is the disk mounted, and STORAGE_URL right?"


def others(place: object) -> str:
    """What to say of a place with a marker that is not ours."""
    return f"{place} holds the vault of another library. Mount this library's, or set STORAGE_URL to it."


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
