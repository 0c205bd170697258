"""The evidence pack: everything an authority may ask to see, in one ZIP, made by a job and kept for thirty days (GOV-09)."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import IO, Any, cast

from peewee import DateField, ForeignKeyField, IntegerField, TextField

from adapters import clock
from adapters.vault import ORIGINAL
from models import dossier, papers
from models.base import Moment, Record, code_field, db, tools
from models.errors import Gone, Invalid, _l
from models.gather import today
from models.job import Job
from models.permission import Permission
from models.setting import Setting
from models.sheets import Ask
from models.trail import Trace
from models.user import User

KEPT = timedelta(days=30)
LANGUAGES = ("en", "nl", "de")


class Pack(Record):
    """One pack: for which day, in which language, and what became of it."""

    code = code_field()
    on = DateField()
    lang = TextField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    made_at = Moment(null=True)
    size = IntegerField(default=0)
    sha256 = TextField(default="")
    parts = IntegerField(default=0)
    ended_at = Moment(null=True)

    class Meta:
        personal = ()
        plain = ("code", "on", "lang", "at", "made_at", "size", "sha256", "parts", "ended_at")

    @classmethod
    def ask(cls, lang: str, *, by: User, on: date | None = None) -> Pack:
        """Ask for the pack of today, or of a day that is past; a job makes it."""
        by.require(Permission.COMPLIANCE)
        if lang not in LANGUAGES:
            raise Invalid(_l("Choose one of the list."), field="lang")
        if not cls.first_day() <= (on := on or today()) <= today():
            raise Invalid(
                _l("Choose a day from %(day)s, when this installation began, until today."), field="on",
                day=cls.first_day().isoformat(),
            )  # fmt: skip
        with db.atomic():
            made = cls.create(on=on, lang=lang, by=by)
            Trace.leave(by, "pack.asked", made, on=made.on, language=lang)
            Job.put("pack", made.id)
        return made

    @classmethod
    def first_day(cls) -> date:
        """The day this installation began: of none before it is there anything to tell."""
        first: datetime | None = Trace.select(Trace.at).order_by(Trace.seq).limit(1).scalar()
        return clock.day_of(first, tools.zone) if first else today()

    @property
    def past(self) -> bool:
        """Whether its day was over when it was asked for."""
        return bool(self.on < clock.day_of(self.at, tools.zone))

    @classmethod
    def all(cls) -> list[Pack]:
        """Every pack there was, the newest first."""
        return list(cls.select().order_by(cls.id.desc()))

    @property
    def vault_id(self) -> str:
        """Under which name it lies in the vault."""
        return f"pack-{self.code}"

    @property
    def until(self) -> date:
        """The last day it can be taken out."""
        return clock.day_of(self.at + KEPT, tools.zone)

    def take_out(self, *, by: User) -> Iterator[bytes]:
        """Its bytes, a chunk at a time; that it left the house is on record first."""
        by.require(Permission.REGISTERS)
        if self.made_at is None or self.ended_at is not None:
            raise Gone
        reader = tools.vault.open(self.vault_id)
        with db.atomic():
            Trace.leave(by, "pack.taken-out", self, sha256=self.sha256)
        return reader.chunks()


class _Stream:
    """Gives the ZIP a file to write to that can only go forward."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, data: bytes) -> int:
        self._writer.write(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass


def make(pack_id: int) -> None:
    """Write the pack, part by part, straight into the vault; a job, which may run twice."""
    pack = Pack.get_or_none(Pack.id == pack_id)
    if pack is None or pack.made_at is not None or pack.ended_at is not None:
        return
    if tools.vault.has(pack.vault_id):
        tools.vault.drop(pack.vault_id, ORIGINAL)  # a worker died between the bytes and the row
    ask = Ask(pack.on, pack.lang, pack.past)
    with tools.vault.writer(pack.vault_id) as writer:
        parts = _write(ask, writer)
    with db.atomic():
        Pack.update(made_at=clock.now(), size=writer.size, sha256=writer.sha256, parts=parts).where(
            Pack.id == pack.id
        ).execute()
        Trace.leave("system", "pack.made", pack, sha256=writer.sha256, parts=parts)


def _write(ask: Ask, writer: Any) -> int:
    sums, rows = [], []
    with zipfile.ZipFile(cast("IO[bytes]", _Stream(writer)), "w", zipfile.ZIP_DEFLATED) as packed:

        def put(name: str, data: bytes) -> None:
            # The day of the pack and nothing of this machine: the same data gives the same bytes.
            info = zipfile.ZipInfo(name, (ask.on.year, ask.on.month, ask.on.day, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            packed.writestr(info, data)
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}")

        for part in dossier.PARTS:
            files, gap = part.files(ask)
            for name, data in files:
                put(f"{part.key}/{name}", data)
            rows.append((ask.say(part.title), [f"{part.key}/{name}" for name, _ in files], gap))
        index = papers.make(
            "pack.html", ask.lang, organisation=str(Setting.of("organisation")), on=ask.on, rows=rows, past=ask.past,
            made_at=clock.now(),
        )  # fmt: skip
        put("index.pdf", index)
        put("manifest.sha256", "\n".join([*sums, ""]).encode())
    return len(rows)


def sweep() -> None:
    """Destroy packs after thirty days; the row and its digest stay."""
    for pack in Pack.select().where(Pack.ended_at.is_null(), Pack.at < clock.now() - KEPT):
        with db.atomic():
            Pack.update(ended_at=clock.now()).where(Pack.id == pack.id).execute()
            Trace.leave("system", "pack.ended", pack)
        tools.vault.destroy(pack.vault_id)
