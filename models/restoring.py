"""Bringing a backup back into an empty house: nothing is served until what was erased since is erased again (ERA-06)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters import clock, ledger, seal
from adapters.places import Place, reading
from models import backing_up, dump, erasure, face_search, schema, trail
from models.backing_up import Counting, Kept, NoBackup, Snapshot
from models.base import db, tools
from models.checking import Verdict
from models.errors import Refusal, _l
from models.trail import Trace
from models.user import Session

MARKER = "restoring"
LEDGER = "clearframe/ledger"


class Older(Refusal):
    """The ledger of erasures here is older than the backup or than a head that left the house: erasures would be undone."""

    kind = "older-ledger"
    words = _l(
        "The key store's ledger of erasures is older than this backup: what was erased would come back. Put back the newest copy "
        "of the key store, then restore again."
    )


class Unfinished(Exception):
    """A restore was begun here and not finished: the house is half there."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            f"A restore into {data} was begun and not finished. Run the same restore again; it starts over."
        )


@dataclass(frozen=True)
class Restored:
    """What was brought back: the snapshot, rows, files, what was erased again, and the files that were missing or damaged.

    `lines` of the trail came back; `trail` says what is wrong with them, and is empty when they hold.
    """

    snapshot: str
    rows: int
    objects: int
    erased_again: int
    missing: list[str]
    lines: int
    trail: str


def is_unfinished(data: Path) -> bool:
    """Whether a restore into this folder has begun and not ended."""
    return (data / MARKER).exists()


def begin(data: Path, database_url: str) -> None:
    """Mark the data as half restored, and clear away what an earlier try left; Refusal where a library is already."""
    mark, there = data / MARKER, hashlib.sha256(database_url.encode()).hexdigest()
    if is_unfinished(data) and there not in mark.read_text():
        raise Refusal(
            _l("The restore that broke off here was into another database. Set DATABASE_URL as it was then.")
        )
    if not is_unfinished(data):
        if (data / "clearframe.db").exists() or schema.is_used(database_url):
            raise Refusal(
                _l(
                    "There is a library here already. A backup is restored into an empty data folder and database."
                )
            )
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = data / f".{MARKER}"
        draft.write_text(f"{clock.now().isoformat()} {there}\n")
        draft.replace(mark)  # half a mark would keep everybody out
    _clear(data, database_url)


def _clear(data: Path, database_url: str) -> None:
    if database_url.startswith("postgres"):
        schema.empty(database_url)
        return
    path = Path(database_url.removeprefix("sqlite:///"))
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def restore(
    place: str,
    data: Path,
    *,
    until: str | None = None,
    identities: list[Any] | None = None,
    heads: list[str] | None = None,
    sample: int | None = None,
    progress: Callable[[int], None] = lambda _count: None,
) -> Restored:
    """Bring a backup back into the data that `begin` marked; the mark goes when all is whole and erased again.

    `heads` are notes of the ledger that left the house; `sample` restores only so many files, for a drill.
    """
    with reading(place) as there:
        snapshot = backing_up.choose(there, until)
        keys = identities or backing_up.own_identity()
        head = _head_of(there, snapshot, keys)
        _check_ledger(head, heads or [])
        schema.migrate(head["migration"])
        rows = _load(there, snapshot, keys)
        schema.migrate()
        found = trail.verify([head["trail"]] if head["trail"] else [])
        with db.atomic():
            dump.after_load()
        tools.vault.begin(fresh=True)
        objects, missing = _copy(there, snapshot.objects[:sample], progress)
    again = erasure.replay()
    with db.atomic():
        Session.update(ended_at=clock.now()).where(Session.ended_at.is_null()).execute()
        face_search.end_all(face_search.Over.RESTORED)
        Trace.leave(
            "operator", "instance.restored", snapshot=snapshot.name, rows=rows, objects=objects, again=again,
            missing=len(missing), lines=found.lines, bad=found.bad,
        )  # fmt: skip
    (data / MARKER).unlink()
    return Restored(snapshot.name, rows, objects, again, missing, found.lines, _said_of(found))


def _said_of(found: Verdict) -> str:
    """What is wrong with the trail that came back, held against the head the backup was made under (AUD-04)."""
    if found.bad is None:
        return ""
    return f"The trail that came back does not hold from line {found.bad} on: {found.why}."


def _head_of(there: Place, snapshot: Snapshot, keys: list[Any]) -> dict[str, Any]:
    """The first line of the snapshot; BadAge when it does not open."""

    class Enough(Exception):
        """The head was read."""

    found: dict[str, Any] = {}

    def first(line: bytes) -> None:
        found.update(json.loads(line))
        raise Enough

    with suppress(Enough):
        backing_up.read_lines(there, snapshot, first, keys)
    if found.get("format") != backing_up.FORMAT or found["migration"] not in schema.migrations():
        raise NoBackup(_l("This backup was made by a newer version. Update Clearframe, then restore."))
    return found


def _check_ledger(head: dict[str, Any], heads: list[str]) -> None:
    entries = {entry.seq: entry.head for entry in tools.keys.erased()}
    known = {0: ""} | entries
    said = head["ledger"]
    if known.get(said["seq"]) != said["head"]:
        raise Older
    for note in heads:
        _, size, raw = seal.verify_note(note, trail.public_key())
        if size and known.get(size) != raw.hex():
            raise Older(
                _l("The key store's ledger of erasures is older than a head that left the house. Put back the newest copy of the "
                   "key store, then restore again.")
            )  # fmt: skip


def _load(there: Place, snapshot: Snapshot, keys: list[Any]) -> int:
    counting, loader = Counting(), dump.Loader()

    def take(line: bytes) -> None:
        begun = bool(counting.head)
        counting.take(line)
        if begun:
            loader.take(line)

    with schema.unchecked(), db.atomic():
        schema.clear_defaults()
        backing_up.read_lines(there, snapshot, take, keys)
        loader.flush()
    if counting.counts != counting.head["tables"]:
        raise NoBackup(_l("The backup does not hold the rows it says it holds."))
    return sum(loader.counts.values())


def _copy(there: Place, objects: list[Kept], progress: Callable[[int], None]) -> tuple[int, list[str]]:
    """Put the files back; one that is missing or damaged is named and left out, for the others are worth having."""
    missing: list[str] = []
    for kept in objects:
        progress(1)
        staged, digest = tools.vault.storage.stage(), hashlib.sha256()
        try:
            for piece in there.read(kept.place):
                digest.update(piece)
                staged.write(piece)
            if digest.hexdigest() != kept.sha256:
                raise FileNotFoundError(kept.place)
        except FileNotFoundError:
            staged.abort()
            missing.append(kept.name)
            continue
        except BaseException:
            staged.abort()
            raise
        staged.commit(kept.name, replace=True)
    return len(objects) - len(missing), missing


def ledger_note() -> str:
    """The ledger's head, signed, to be kept outside the house; empty while nothing was erased."""
    last = ledger.tail(tools.keys._connection())
    if last is None:
        return ""
    instance = trail.signer().origin.rpartition("/")[2]
    return seal.Signer(tools.keys.secret("trail"), f"{LEDGER}/{instance}").note(
        last.seq, bytes.fromhex(last.head), clock.now()
    )
