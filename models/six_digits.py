"""Six digits by mail, wherever somebody shows that an address is hers: sealed until they are typed, then the hash of a key (SIG-04, DSR-05)."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from adapters import clock, seal
from models.base import db, tools
from models.errors import Gone, Invalid, Refusal, TooMany, _l

MOST_TRIES, MOST_SENT = 5, 5
HOUR = timedelta(hours=1)


class SixDigits:
    """What a record of digits does; its columns are its own: code, sealed, at, tries, key."""

    LABEL: ClassVar[str]  # what its sealed digits belong to
    LIFE: ClassVar[timedelta]  # how long they may be typed
    OVER: ClassVar[str]
    TOO_OFTEN: ClassVar[str]

    code: Any
    sealed: Any

    @classmethod
    def _require_address(cls, email: str | None) -> None:
        if not email:
            raise Refusal(
                _l(
                    "We have no e-mail address of you, so we can't send a code. Please contact the organisation."
                )
            )

    @classmethod
    def _make(cls, sent: Any, **values: Any) -> Self:
        """Fresh digits, in the caller's transaction; TooMany after five of those sent before within an hour.

        The caller has left its trace by then: that queues those who come at once behind each other, so the count is true.
        """
        table: Any = cls
        if sent.where(table.at > clock.now() - HOUR).count() >= MOST_SENT:
            raise TooMany(_l("Too many codes were sent. Wait an hour and try again."))
        row: Any = table(**values, code=seal.new_code())
        digits = f"{secrets.randbelow(10**6):06d}".encode()
        row.sealed = seal.encrypt_field(tools.keys.secret("entries"), digits, row._aad())
        row.save()
        return row  # type: ignore[no-any-return]

    @classmethod
    def _newest(cls, sent: Any) -> Self:
        """The newest of those sent, while it may be typed, or Gone."""
        table: Any = cls
        newest = sent.order_by(table.id.desc()).first()
        if newest is None or newest.key is not None or newest.at <= clock.now() - cls.LIFE:
            raise Gone(cls.OVER)
        return newest  # type: ignore[no-any-return]

    @property
    def number(self) -> str:
        """The six digits; Gone once they were typed."""
        if self.sealed is None:
            raise Gone
        return seal.decrypt_field(tools.keys.secret("entries"), bytes(self.sealed), self._aad()).decode()

    def confirm(self, typed: str) -> str:
        """A fresh key when the digits are right; tries are counted before they are compared, and five is all there is."""
        table: Any = type(self)
        mine = (table.code == self.code) & table.key.is_null()
        counted = table.update(tries=table.tries + 1).where(mine, table.tries < MOST_TRIES)
        if counted.execute() != 1:
            raise TooMany(self.TOO_OFTEN)
        if not hmac.compare_digest("".join(typed.split()).encode(), self.number.encode()):
            raise Invalid(_l("That is not the code we sent. Look at the newest message."), field="number")
        key = seal.new_token()
        with db.atomic():
            opened = table.update(key=seal.token_hash(key), sealed=None, **self._moments(clock.now()))
            if opened.where(mine).execute() != 1:
                raise TooMany
            self._typed()
        return key

    def _moments(self, now: datetime) -> dict[str, datetime]:
        """The columns that say when they were typed."""
        raise NotImplementedError

    def _typed(self) -> None:
        """What follows when they were right, in the transaction that opens the door; it leaves the trace."""
        raise NotImplementedError

    def _aad(self) -> bytes:
        return f"{self.LABEL}|{self.code}".encode()
