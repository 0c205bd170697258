"""Backups: one moment of the database and every stored file, encrypted, added to, verified, and kept for days, not for ever."""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast

from adapters import age, clock, seal
from adapters.places import PIECE, Place, reading, writing
from models import dump, trail
from models.base import db, tools
from models.errors import Refusal, _l
from models.health import Beat
from models.trail import Head, Trace

FORMAT = "clearframe-backup/1"
SNAPSHOTS, OBJECTS = "snapshots", "objects"
STAMP = "%Y%m%dt%H%M%S.%fz"
PREFIX = (41, 48)  # where in an object its random nonce prefix stands: another one, another content


class NoBackup(Refusal):
    """There is no such backup, or it does not hold."""

    kind = "no-backup"
    words = _l("There is no whole backup here.")


@dataclass(frozen=True)
class Kept:
    """One stored file in a backup: its name in the vault, size, hash of its bytes, and what tells it from an older one."""

    name: str
    size: int
    sha256: str
    prefix: str

    @property
    def place(self) -> str:
        """Where in the backup its bytes lie: under their own hash."""
        return f"{OBJECTS}/{self.sha256[:2]}/{self.sha256}"


@dataclass
class Snapshot:
    """What a backup says of itself beside the encrypted database: signed, without a name of anybody."""

    name: str
    sha256: str
    size: int
    made_at: str
    objects: list[Kept] = field(default_factory=list)

    @property
    def data(self) -> str:
        """Where the encrypted database lies."""
        return f"{SNAPSHOTS}/{self.name}.age"


@dataclass(frozen=True)
class Made:
    """What was written: the snapshot's name, rows, files in it, and how many of them were new to the place."""

    name: str
    rows: int
    objects: int
    new: int


def readers() -> list[Any]:
    """For whom backups are encrypted: the recipients of BACKUP_RECIPIENT, or this installation's own key."""
    given = age.recipients(tools.backups.recipient)
    return given or own_readers()


def own_readers() -> list[Any]:
    """This installation alone."""
    return [key.to_public() for key in own_identity()]


def own_identity() -> list[Any]:
    """The key that opens backups made without a recipient: of the key store's seed, hence in no backup."""
    return age.identities(age.own(tools.keys.secret("backup")))


def make(place: str, *, drill: bool = False) -> Made:
    """Write a backup while everybody works on; what was there before stays whole whatever happens (ERA-05).

    For a drill it holds the database alone, for this installation's own key, and counts as no backup.
    """
    name = clock.now().astimezone(UTC).strftime(STAMP)
    with writing(place) as there, tempfile.TemporaryFile(dir=_scratch()) as spool:
        before = {kept.name: kept for kept in _newest(there)} if there.incremental else {}
        rows = _write_database(cast("BinaryIO", spool), own_readers() if drill else readers())
        snapshot = Snapshot(
            name, *_measured(cast("BinaryIO", spool)), clock.now().isoformat(timespec="seconds")
        )
        there.put(snapshot.data, _pieces(cast("BinaryIO", spool)), snapshot.size)
        new = 0 if drill else _copy_objects(there, snapshot, before)
        written = _manifest(snapshot)
        # Written last: a snapshot without it is none.
        there.put(f"{SNAPSHOTS}/{name}.objects", [written], len(written))
    if drill:
        return Made(name, rows, 0, 0)
    with db.atomic():
        Beat.beat("backup")
        Trace.leave("system", "backup.made", snapshot=name, rows=rows, objects=len(snapshot.objects), new=new)
    return Made(name, rows, len(snapshot.objects), new)


def _scratch() -> str:
    tools.staging.mkdir(parents=True, exist_ok=True, mode=0o700)
    return str(tools.staging)


def _write_database(out: BinaryIO, for_whom: list[Any]) -> int:
    head = _head()
    with dump.standing_still(tools.database_url) as other:
        counted = dump.counts(other)
        said = json.dumps(head | {"tables": counted}, separators=(",", ":")).encode() + b"\n"

        def lines() -> Iterator[bytes]:
            yield said
            yield from dump.rows(other)

        age.encrypt(_packed(lines()), out, for_whom)
    return sum(counted.values())


def _head() -> dict[str, Any]:
    from models.schema import migrations

    with db.atomic():
        signed = Head.sign()
    erased = tools.keys.erased()
    return {
        "format": FORMAT, "instance": trail.signer().origin, "made_at": clock.now().isoformat(timespec="seconds"),
        "migration": migrations()[-1], "trail": signed.note if signed else "",
        "ledger": {"seq": erased[-1].seq, "head": erased[-1].head} if erased else {"seq": 0, "head": ""},
    }  # fmt: skip


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)  # 31: gzip's own frame, so that gunzip opens it
    for line in lines:
        if piece := packer.compress(line):
            yield piece
    yield packer.flush()


def _measured(file: BinaryIO) -> tuple[str, int]:
    digest = hashlib.sha256()
    for piece in _pieces(file):
        digest.update(piece)
    return digest.hexdigest(), file.tell()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    yield from iter(lambda: file.read(PIECE), b"")


def _copy_objects(there: Place, snapshot: Snapshot, before: dict[str, Kept]) -> int:
    """After the database, so that every file a row speaks of is there; one that vanished meanwhile was erased."""
    new = 0
    for name in tools.vault.storage.names():
        try:
            kept, is_new = _copy(there, name, before.get(name))
        except FileNotFoundError:
            continue
        snapshot.objects.append(kept)
        new += is_new
    return new


def _copy(there: Place, name: str, old: Kept | None) -> tuple[Kept, bool]:
    storage = tools.vault.storage
    size, prefix = storage.size(name), storage.read(name, *PREFIX).hex()
    if old is not None and (old.size, old.prefix) == (size, prefix) and there.size(old.place) == size:
        return old, False
    digest = hashlib.sha256()
    for piece in _stored(name, size):
        digest.update(piece)
    kept = Kept(name, size, digest.hexdigest(), prefix)
    if there.size(kept.place) == size:
        return kept, False
    there.put(kept.place, _stored(name, size), size)
    return kept, True


def _stored(name: str, size: int) -> Iterator[bytes]:
    for start in range(0, size, PIECE):
        yield tools.vault.storage.read(name, start, min(start + PIECE, size))


def _manifest(snapshot: Snapshot) -> bytes:
    about = {
        "format": FORMAT, "snapshot": snapshot.name, "sha256": snapshot.sha256, "size": snapshot.size,
        "made_at": snapshot.made_at, "objects": len(snapshot.objects),
    }  # fmt: skip
    lines = [
        json.dumps(about),
        *(f"{one.name} {one.size} {one.sha256} {one.prefix}" for one in snapshot.objects),
    ]
    body = ("\n".join(lines) + "\n").encode()
    return body + base64.b64encode(trail.signer().sign(body)) + b"\n"


def snapshots(there: Place) -> list[str]:
    """The names of whole snapshots, the oldest first: those whose list was written."""
    ends = f"{SNAPSHOTS}/", ".objects"
    return sorted(
        name[len(ends[0]) : -len(ends[1])] for name in there.names(SNAPSHOTS) if name.endswith(ends[1])
    )


def choose(there: Place, until: str | None = None) -> Snapshot:
    """The newest whole snapshot, or the newest at or before a moment (ISO 8601, UTC unless it says otherwise); NoBackup."""
    names = snapshots(there)
    if until is not None:
        try:
            moment = datetime.fromisoformat(until)
        except ValueError as error:
            raise NoBackup(_l("Give the moment as 2026-11-26T02:00.")) from error
        latest = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).strftime(STAMP)
        names = [name for name in names if name <= latest]
    if not names:
        raise NoBackup
    return opened(there, names[-1])


def opened(there: Place, name: str) -> Snapshot:
    """A snapshot's list, its signature checked; NoBackup when it is not ours or was changed."""
    written = b"".join(there.read(f"{SNAPSHOTS}/{name}.objects"))
    body, _, signature = written.rstrip(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        raw = base64.b64decode(signature, validate=True)
    except ValueError:
        raw = b""
    if not seal.verified(trail.public_key(), raw, body):
        raise NoBackup(_l("The list of this backup was changed, or it is of another installation."))
    first, *rest = body.decode().splitlines()
    about = json.loads(first)
    objects = [Kept(one, int(size), digest, prefix) for one, size, digest, prefix in map(str.split, rest)]
    return Snapshot(about["snapshot"], about["sha256"], about["size"], about["made_at"], objects)


def _newest(there: Place) -> list[Kept]:
    names = snapshots(there)
    return opened(there, names[-1]).objects if names else []


@dataclass
class Checked:
    """What verifying found: what was read, and a sentence for everything that is damaged or missing."""

    snapshot: str
    objects: int = 0
    rows: int | None = None  # None when nobody here can open the snapshot
    faults: list[str] = field(default_factory=list)


def verify(place: str, *, until: str | None = None, identities: list[Any] | None = None) -> Checked:
    """Read every byte of a backup and hold it against its signed list; count its rows when it can be opened here."""
    with reading(place) as there:
        snapshot = choose(there, until)
        found = Checked(snapshot.name)
        _check(there, snapshot.data, snapshot.size, snapshot.sha256, found)
        for kept in snapshot.objects:
            found.objects += _check(there, kept.place, kept.size, kept.sha256, found)
        if not found.faults:
            _count_rows(there, snapshot, identities, found)
    return found


def _check(there: Place, name: str, size: int, sha256: str, found: Checked) -> bool:
    digest, length = hashlib.sha256(), 0
    try:
        for piece in there.read(name):
            digest.update(piece)
            length += len(piece)
    except FileNotFoundError:
        found.faults.append(f"{name} is missing.")
        return False
    if (length, digest.hexdigest()) != (size, sha256):
        found.faults.append(f"{name} is damaged: {length} of {size} bytes, or changed.")
        return False
    return True


def _count_rows(there: Place, snapshot: Snapshot, identities: list[Any] | None, found: Checked) -> None:
    lines = Counting()
    try:
        read_lines(there, snapshot, lines.take, identities or own_identity())
    except age.BadAge:
        if identities is not None:
            found.faults.append("The snapshot does not open with this identity.")
        return
    found.rows = sum(lines.counts.values())
    if lines.counts != lines.head["tables"]:
        found.faults.append("The snapshot does not hold the rows it says it holds.")


class Counting:
    """Counts the rows of a dump, table by table; its head stands apart."""

    def __init__(self) -> None:
        self.head: dict[str, Any] = {}
        self.counts: dict[str, int] = {}
        self._table = ""

    def take(self, line: bytes) -> None:
        """One line."""
        value = json.loads(line)
        if not self.head:
            self.head = value
        elif isinstance(value, dict):
            self._table = value["table"]
            self.counts[self._table] = 0
        else:
            self.counts[self._table] += 1


def read_lines(there: Place, snapshot: Snapshot, take: Any, identities: list[Any]) -> None:
    """Hand on each line of a snapshot, its head first; BadAge when it does not open."""
    opener, rest = zlib.decompressobj(31), b""

    def on(piece: bytes) -> None:
        nonlocal rest
        *lines, rest = (rest + opener.decompress(piece)).split(b"\n")
        for line in lines:
            take(line)

    age.decrypt(there.read(snapshot.data), on, identities)


def prune(place: str, days: int) -> int:
    """Take away snapshots older than so many days, and the files that none of those left speaks of; how many snapshots."""
    limit = (clock.now() - timedelta(days=days)).astimezone(UTC).strftime(STAMP)
    with writing(place) as there:
        names = snapshots(there)
        old = [name for name in names if name < limit and name != names[-1]]
        for name in old:
            there.delete(f"{SNAPSHOTS}/{name}.objects")
            there.delete(f"{SNAPSHOTS}/{name}.age")
        kept = {one.place for name in names if name not in old for one in opened(there, name).objects}
        for name in there.names(OBJECTS):
            if old and name not in kept:
                there.delete(name)
    return len(old)
