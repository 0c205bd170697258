"""Webhooks: addresses that are told what happened, in codes alone, signed and tried again (contract.md)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from peewee import BlobField, ForeignKeyField, IntegerField, JSONField, ModelSelect, TextField

from adapters import clock, seal
from adapters.hooks import HookFailed
from models import retention
from models.base import Moment, Record, clear, code_field, db, tools
from models.errors import Invalid, Refusal, _l
from models.holders import holding
from models.job import Job
from models.notice import Notice, NoticeKind
from models.permission import Permission, Role
from models.trail import Trace
from models.user import User

GIVEN_UP = timedelta(days=3)  # an address that fails for so long is switched off
MOST_URL = 2000


class Event(StrEnum):
    """What an address can be told of."""

    WITHDRAWN = "consent.withdrawn"
    ENDING = "consent.ending"
    BLOCKED = "photo.blocked"
    CLEARED = "photo.cleared"
    ERASED = "photo.erased"
    PING = "ping"


class Webhook(Record):
    """One address, what it is told of, and the secret its calls are signed with."""

    code = code_field()
    url = TextField()
    events = JSONField()
    sealed = BlobField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    failing_since = Moment(null=True)
    ended_at = Moment(null=True)
    ended_why = TextField(default="")

    class Meta:
        personal = ()
        plain = ("code", "url", "events", "sealed", "at", "failing_since", "ended_at", "ended_why")

    @classmethod
    def add(cls, url: str, events: Iterable[str], *, by: User) -> tuple[Webhook, str]:
        """A new address and its secret, shown once. Invalid for an address that could never be told, or nothing to tell."""
        by.require(Permission.SETTINGS)
        wanted = [event.value for event in Event if event.value in set(events) and event is not Event.PING]
        if not wanted:
            raise Invalid(_l("Choose at least one event."), field="event")
        try:
            if len(url) > MOST_URL or not url.isprintable():
                raise HookFailed("it is too long")
            tools.hooks.check(url.strip())
        except (HookFailed, ValueError) as refused:
            raise Invalid(
                _l("This address can't be told: %(why)s."), field="url", why=str(refused)
            ) from refused
        secret = seal.new_token()
        with db.atomic():
            hook = cls(code=seal.new_code(), url=url.strip(), events=wanted, by=by)
            hook.sealed = seal.encrypt_field(
                tools.keys.secret("webhooks"), secret.encode(), hook.code.encode()
            )
            hook.save()
            Trace.leave(by, "webhook.added", hook, events=wanted)
        return hook, secret

    @classmethod
    def active(cls) -> ModelSelect[Webhook]:
        """The addresses that are told."""
        return cls.select().where(cls.ended_at.is_null())

    @classmethod
    def listening(cls, event: Event) -> list[Webhook]:
        """The addresses that want to know of this."""
        return [hook for hook in cls.active() if event.value in hook.events or event is Event.PING]

    @classmethod
    def tell(cls, event: Event, key: str = "", **codes: Any) -> None:
        """Note within the caller's transaction that this happened, once per `key` if one is given; the worker makes the calls."""
        for hook in cls.listening(event):
            hook._note(event, key, codes)

    def ping(self, *, by: User) -> None:
        """Send a test."""
        by.require(Permission.SETTINGS)
        if self.ended_at is not None:
            raise Refusal(_l("This address is switched off."))
        with db.atomic():
            self._note(Event.PING, "", {})
            Trace.leave(by, "webhook.tested", self)

    def end(self, *, by: User | str, why: str = "") -> None:
        """Tell it no more; what waits is dropped."""
        if isinstance(by, User):
            by.require(Permission.SETTINGS)
        with db.atomic():
            Webhook.update(ended_at=clock.now(), ended_why=why).where(
                Webhook.id == self.id, Webhook.ended_at.is_null()
            ).execute()
            Trace.leave(by, "webhook.ended", self)

    def calls(self) -> ModelSelect[HookCall]:
        """What it was told, newest first."""
        return HookCall.select().where(HookCall.webhook == self).order_by(HookCall.id.desc())

    def signature(self, stamp: str, body: bytes) -> str:
        """HMAC-SHA256 over the time and the body with this address's secret, in hexadecimal."""
        secret = seal.decrypt_field(tools.keys.secret("webhooks"), bytes(self.sealed), self.code.encode())
        return hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()

    def _note(self, event: Event, key: str, codes: dict[str, Any]) -> None:
        unique = f"{self.code}|{event.value}|{key or seal.new_code()}"
        if HookCall.select().where(HookCall.key == unique).exists():
            return
        call = HookCall.create(webhook=self, event=event.value, key=unique, values=codes)
        Job.put("hook", call.id)


class HookCall(Record):
    """One thing told to one address."""

    code = code_field()
    webhook = ForeignKeyField(Webhook, backref="told", on_delete="CASCADE")
    event = TextField()
    key = TextField(unique=True)
    values = JSONField()  # codes and plain words, never names
    at = Moment(default=clock.now)
    tries = IntegerField(default=0)
    sent_at = Moment(null=True)
    why = TextField(default="")

    class Meta:
        personal, plain = (), ("code", "event", "key", "values", "at", "tries", "sent_at", "why")

    @property
    def body(self) -> bytes:
        """What is posted: the event's own id, so that a call made twice is known for one."""
        return seal.canonical(
            {"id": self.code, "event": self.event, "at": self.at.isoformat(), **self.values}
        )


def send(call_id: int) -> None:
    """Make one call; a job. What fails raises and is tried again with growing pauses."""
    call = HookCall.get_or_none(HookCall.id == call_id)
    if call is None or call.sent_at is not None or call.webhook.ended_at is not None:
        return
    hook, stamp = call.webhook, str(int(clock.now().timestamp()))
    headers = {
        "X-Clearframe-Event": call.event,
        "X-Clearframe-Timestamp": stamp,
        "X-Clearframe-Signature": hook.signature(stamp, call.body),
        "User-Agent": "Clearframe",
    }
    try:
        tools.hooks.post(hook.url, call.body, headers)
    except HookFailed as failed:
        _failed(hook, call, str(failed))
        raise Refusal(_l("The address did not take it.")) from failed
    HookCall.update(sent_at=clock.now(), tries=HookCall.tries + 1, why="").where(
        HookCall.id == call.id
    ).execute()
    Webhook.update(failing_since=None).where(Webhook.id == hook.id).execute()


def _failed(hook: Webhook, call: HookCall, why: str) -> None:
    HookCall.update(tries=HookCall.tries + 1, why=why[:200]).where(HookCall.id == call.id).execute()
    if hook.failing_since is None:
        Webhook.update(failing_since=clock.now()).where(Webhook.id == hook.id).execute()
    elif clock.now() - hook.failing_since > GIVEN_UP:
        _switch_off(hook, why)


def _switch_off(hook: Webhook, why: str) -> None:
    with db.atomic():
        hook.end(by="system", why=why)
        maker = hook.by
        here = maker is not None and maker.is_active and maker.may(Permission.SETTINGS)
        for user in [maker] if maker is not None and here else holding(Role.ADMIN):
            Notice.put(
                NoticeKind.WEBHOOK_OFF, f"webhook-off|{hook.code}|{user.code}", user=user, webhook=hook.code
            )


def sweep(before: datetime | None = None) -> int:
    """Forget calls after thirty days; returns how many."""
    return clear(HookCall, HookCall.at < (before or retention.limit("hook-call")))
