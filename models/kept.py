"""A form that waits while its sender proves who she is: sealed, her own session's, gone within a quarter of an hour."""

from __future__ import annotations

import json
from datetime import timedelta

from peewee import BlobField, ForeignKeyField

from adapters import clock, seal
from models.base import Moment, Record, code_field, db, find, tools
from models.user import Session

LIFE = timedelta(minutes=15)
MOST = 200_000  # characters: five hundred photos' codes are ten thousand
Fields = list[tuple[str, str]]


class WaitingForm(Record):
    """What was to be sent and where; opened by nobody but the session that sent it."""

    code = code_field()
    session = ForeignKeyField(Session, backref="+", on_delete="CASCADE")
    sealed = BlobField()
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = ("sealed",), ("code", "at")

    @classmethod
    def keep(cls, session: Session, path: str, fields: Fields, *, back: str) -> WaitingForm | None:
        """Seal it; whatever waited before is forgotten. None for more than anybody fills in."""
        text = json.dumps({"path": path, "fields": fields, "back": back})
        if len(text) > MOST:
            return None
        code = seal.new_code()
        with db.atomic():
            cls.delete().where(cls.session == session).execute()
            sealed = seal.encrypt_field(_key(), text.encode(), code.encode())
            return cls.create(code=code, session=session, sealed=sealed)

    @classmethod
    def of(cls, session: Session, code: str) -> WaitingForm:
        """The one of this code, for its own session, while it waits; Missing for anybody else."""
        waiting = cls.select().where(cls.session == session, cls.at > clock.now() - LIFE)
        found: WaitingForm = find(waiting, code)
        return found

    def read(self) -> tuple[str, Fields, str]:
        """Where it was to be sent, with what, and the page it stood on."""
        said = json.loads(seal.decrypt_field(_key(), self.sealed, self.code.encode()))
        return said["path"], [(name, value) for name, value in said["fields"]], said["back"]


def sweep() -> None:
    """Forget what was never sent."""
    WaitingForm.delete().where(WaitingForm.at < clock.now() - LIFE).execute()


def _key() -> bytes:
    return bytes(tools.keys.secret("waiting-forms"))
