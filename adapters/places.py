"""Where backups lie: a folder, a bucket, or one file (a tar of the same layout); everything in them is ciphertext (ERA-05)."""

from __future__ import annotations

import fcntl
import os
import secrets
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from adapters.pieces import Pieces
from adapters.storage import good

PIECE = 1 << 20


class Place(Protocol):
    """What making, verifying and restoring a backup need of it."""

    incremental: bool

    def put(self, name: str, data: Iterable[bytes], size: int) -> None: ...
    def read(self, name: str) -> Iterator[bytes]: ...
    def size(self, name: str) -> int | None: ...
    def names(self, folder: str) -> list[str]: ...
    def delete(self, name: str) -> None: ...


class NoPlace(Exception):
    """The place of a backup can't be used; the message says why."""


def is_folder(place: str) -> bool:
    """Whether this names a folder or bucket that backups are added to, and not one file."""
    return urlsplit(place).scheme in ("s3", "file") or place.endswith("/") or Path(place).is_dir()


@contextmanager
def writing(place: str) -> Iterator[Place]:
    """The place to write to; one file appears under its name when it is whole, and not at all when writing it failed."""
    if is_folder(place):
        standing = _standing(place)
        with standing.alone() if isinstance(standing, InFolder) else nullcontext():
            yield standing
        return
    target = Path(place)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("xb") as file:
            draft.chmod(0o600)
            with tarfile.open(fileobj=file, mode="w") as archive:
                yield Packing(archive)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except FileNotFoundError as error:
        raise NoPlace(f"There is no folder {target.parent}.") from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def reading(place: str) -> Iterator[Place]:
    """The place to read from; NoPlace when there is nothing that can be a backup."""
    if is_folder(place):
        yield _standing(place, must_be=True)
        return
    try:
        with tarfile.open(place, mode="r:") as archive:
            yield Packed(archive)
    except FileNotFoundError as error:
        raise NoPlace(f"There is no file {place}.") from error
    except tarfile.TarError as error:
        raise NoPlace(f"{place} is no backup, or its end is missing.") from error


def _standing(place: str, *, must_be: bool = False) -> Place:
    parts = urlsplit(place)
    if parts.scheme == "s3":
        from adapters.bucket import Bucket, InBucket

        return InBucket(Bucket(place))
    folder = Path(parts.path if parts.scheme == "file" else place)
    if must_be and not folder.is_dir():
        raise NoPlace(f"There is no folder {folder}.")
    return InFolder(folder)


class InFolder:
    """A folder; each file is written aside, flushed and renamed."""

    incremental = True

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from writing here meanwhile: pruning would take files that a backup under way has not listed yet."""
        handle = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            for left in self.root.glob(".*.part"):  # of a backup that was killed
                left.unlink(missing_ok=True)
            yield
        finally:
            os.close(handle)

    def put(self, name: str, data: Iterable[bytes], size: int) -> None:
        """Keep these bytes under the name, in place of what was there."""
        target = self.root / good(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.root / f".{secrets.token_hex(8)}.part"
        try:
            with draft.open("xb") as file:
                draft.chmod(0o600)
                for piece in data:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        handle = os.open(target.parent, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes, a piece at a time; FileNotFoundError when there are none."""
        with (self.root / good(name)).open("rb") as file:
            yield from iter(lambda: file.read(PIECE), b"")

    def size(self, name: str) -> int | None:
        """How many bytes, or None when there is no such name."""
        try:
            return (self.root / good(name)).stat().st_size
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> list[str]:
        """The names in a folder of the place, sorted."""
        there = (path for path in (self.root / folder).rglob("*") if path.is_file())
        return sorted(path.relative_to(self.root).as_posix() for path in there)

    def delete(self, name: str) -> None:
        """Take it away; twice does no harm."""
        (self.root / good(name)).unlink(missing_ok=True)


class Packing:
    """One file being written, a member after the other."""

    incremental = False

    def __init__(self, archive: tarfile.TarFile) -> None:
        self.archive = archive
        self._sizes: dict[str, int] = {}

    def put(self, name: str, data: Iterable[bytes], size: int) -> None:
        """Add a member of this size."""
        member = tarfile.TarInfo(good(name))
        member.size, member.mode = size, 0o600
        self.archive.addfile(member, Pieces(data))
        self._sizes[name] = size

    def read(self, name: str) -> Iterator[bytes]:
        """What is being written can't be read yet."""
        raise FileNotFoundError(name)

    def size(self, name: str) -> int | None:
        """How many bytes of this member were added, or None."""
        return self._sizes.get(name)

    def names(self, folder: str) -> list[str]:
        """Nothing from before is in a new file."""
        return []

    def delete(self, name: str) -> None:
        """Nothing is taken out of a file."""


class Packed:
    """One file, read member by member wherever it stands."""

    incremental = False

    def __init__(self, archive: tarfile.TarFile) -> None:
        self.archive = archive
        self._members = {member.name: member for member in archive.getmembers() if member.isfile()}

    def put(self, name: str, data: Iterable[bytes], size: int) -> None:
        """A file that was made is not added to."""
        raise NoPlace("This backup is one file and can't be added to.")

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes, a piece at a time; FileNotFoundError when there are none."""
        member = self._members.get(name)
        file = self.archive.extractfile(member) if member is not None else None
        if file is None:
            raise FileNotFoundError(name)
        yield from iter(lambda: file.read(PIECE), b"")

    def size(self, name: str) -> int | None:
        """How many bytes, or None when there is no such member."""
        member = self._members.get(name)
        return member.size if member else None

    def names(self, folder: str) -> list[str]:
        """The members in a folder, sorted."""
        return sorted(name for name in self._members if name.startswith(f"{folder}/"))

    def delete(self, name: str) -> None:
        """Nothing is taken out of a file."""
