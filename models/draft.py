"""A signature that waits for its second step: the choices, sealed, and a number sent to the address on file (SIG-05)."""

from __future__ import annotations

import hmac
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from peewee import BlobField, ForeignKeyField, IntegerField

from adapters import clock, seal
from models import retention
from models.base import Moment, Record, clear, db, tools
from models.errors import Gone, Invalid, TooMany, _l
from models.notice import Notice, NoticeKind
from models.request import Request
from models.trail import Trace

LIFE = timedelta(minutes=10)
MOST_TRIES = 5
MOST_SENT = 5


class Draft(Record):
    """The choices of one request on their way to a signature, sealed with a key derived from the root."""

    request = ForeignKeyField(Request, unique=True, on_delete="CASCADE")
    sealed = BlobField()
    expires_at = Moment()
    tries = IntegerField(default=0)
    sent = IntegerField(default=0)

    class Meta:
        personal, plain = ("sealed",), ("expires_at", "tries", "sent")

    @classmethod
    def begin(cls, request: Request, choices: dict[str, Any]) -> Draft:
        """Keep the choices and send a new number; TooMany after a handful for one request."""
        with db.atomic():
            old = cls.get_or_none(cls.request == request)
            sent = old.sent + 1 if old else 1
            if sent > MOST_SENT:
                raise TooMany(
                    _l("Too many codes were sent for this request. Ask the organisation for a new link.")
                )
            if old:
                old.delete_instance()
            draft = cls(request=request, expires_at=clock.now() + LIFE, sent=sent)
            draft.sealed = draft._seal({"number": f"{secrets.randbelow(10**6):06d}", "choices": choices})
            draft.save()
            Notice.put(
                NoticeKind.CODE, f"code|{request.code}|{sent}", person=request.person, guardian=request.guardian,
                draft=draft.id,
            )  # fmt: skip
            Trace.leave("system", "consent.code-sent", request, person=request.person)
        return draft

    @classmethod
    def of(cls, request: Request) -> Draft:
        """The living draft of a request, or Gone."""
        draft = cls.get_or_none(cls.request == request, cls.expires_at > clock.now())
        if draft is None:
            raise Gone(
                _l("The code is no longer valid. Open your link again and send your choices once more.")
            )
        return draft

    @classmethod
    def sweep(cls, before: datetime | None = None) -> int:
        """Forget choices nobody signed, a day after their code ended; returns how many."""
        return clear(cls, cls.expires_at < (before or retention.limit("draft")))

    @property
    def number(self) -> str:
        """The six digits."""
        return str(self._opened()["number"])

    def confirm(self, typed: str) -> dict[str, Any]:
        """The choices, when the digits are right; counted, so that they can't be guessed."""
        counted = (
            Draft.update(tries=Draft.tries + 1).where(Draft.id == self.id, Draft.tries < MOST_TRIES).execute()
        )
        if counted != 1:
            raise TooMany(_l("Too many tries. Open your link again and send your choices once more."))
        if not hmac.compare_digest("".join(typed.split()).encode(), self.number.encode()):
            raise Invalid(_l("That is not the code we sent. Look at the newest message."), field="number")
        return dict(self._opened()["choices"])

    def _opened(self) -> dict[str, Any]:
        return dict(
            json.loads(seal.decrypt_field(tools.keys.secret("drafts"), bytes(self.sealed), self._aad()))
        )

    def _seal(self, value: dict[str, Any]) -> bytes:
        return seal.encrypt_field(tools.keys.secret("drafts"), seal.canonical(value), self._aad())

    def _aad(self) -> bytes:
        return f"draft|{self.request.code}|{self.sent}".encode()
