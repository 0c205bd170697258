"""Passkeys: a factor that no false page can ask for, and a way in without a password (SEC-02, ASVS 6.3.3)."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from datetime import timedelta
from typing import Any

from peewee import BlobField, IntegrityError

from adapters import clock, passkeys, seal
from adapters.passkeys import NotRight
from models import factor
from models.attempt import Attempt
from models.base import Moment, Record, db, tools
from models.errors import Invalid, Refusal, TooMany, _l
from models.factor import Factor, FactorKind
from models.setting import Setting
from models.trail import Trace
from models.user import Session, User

log = logging.getLogger("clearframe.passkeys")

LIFE = timedelta(minutes=5)  # of a question
WINDOW = timedelta(minutes=15)
MOST_TRIES = 20  # wrong answers per network
MAKE, SHOW, LOG_IN = "make", "show", "log-in"


class PasskeyAnswer(Record):
    """A question that was answered; each is good for one answer."""

    digest = BlobField(unique=True)
    at = Moment(default=clock.now, index=True)

    class Meta:
        personal, plain = (), ("digest", "at")


class NotThisPasskey(Refusal):
    """The same words for every answer that opens nothing."""

    status, kind = 422, "not-this-passkey"
    words = _l(
        "This passkey opens nothing here, or the question was too old. Try once more, or use another way."
    )


def ask_to_make(user: User) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options for a new passkey of this user, and what the session keeps of the question."""
    challenge, kept = _question(MAKE, user)
    return passkeys.options_to_make(
        tools.base_url, str(Setting.of("organisation")), user=_user_handle(user), account=str(user.email),
        known=_handles(user), challenge=challenge,
    ), kept  # fmt: skip


def make(user: User, kept: dict[str, Any], answer: str, *, name: str = "") -> list[str]:
    """Take a passkey into use; returns recovery codes when it is the user's first factor. NotThisPasskey otherwise."""
    challenge = _challenge(MAKE, kept, user)
    try:
        key = passkeys.made(tools.base_url, answer, challenge)
    except NotRight as error:
        log.info("a passkey was not taken: %s", error)
        raise NotThisPasskey from error
    with db.atomic():
        _use_up(challenge)
        if Factor.select().where(Factor.handle == key.handle).exists():
            raise Invalid(_l("This passkey is in use already."))
        made = Factor.create(
            user=user, kind=FactorKind.PASSKEY, name=" ".join(name.split())[:60] or "Passkey", handle=key.handle,
            secret=factor.sealed(user, key.data), counter=key.counter,
        )  # fmt: skip
        return made.take_into_use()


def ask_to_show(user: User) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options for showing one of this user's passkeys, and what the session keeps of the question."""
    challenge, kept = _question(SHOW, user)
    known = _handles(user)
    if not known:
        raise Invalid(_l("You have no passkey here yet."))
    return passkeys.options_to_show(tools.base_url, known=known, challenge=challenge), kept


def show(session: Session, kept: dict[str, Any], answer: str, *, address: str = "") -> str:
    """Take a passkey of the session's user for her factor; returns the session's new token. NotThisPasskey or TooMany."""
    _slow_down(address)
    try:
        with db.atomic():
            _answered(_challenge(SHOW, kept, session.user), answer, session.user)
            Trace.leave(session.user, "user.proved", session.user, proof="passkey")
            return session.prove(factor=True)
    except NotThisPasskey:
        _note("user.proof-failed", session.user, address)
        raise


def ask_to_log_in() -> tuple[dict[str, Any], dict[str, Any]]:
    """The options for logging in by a passkey that knows its account; nothing about accounts is said or kept."""
    challenge, kept = _question(LOG_IN, None)
    return passkeys.options_to_show(tools.base_url, known=[], challenge=challenge), kept


def log_in(kept: dict[str, Any], answer: str, *, address: str = "", device: str = "") -> str:
    """Begin a session for the holder of a passkey, who was verified by it; returns its token. NotThisPasskey or TooMany."""
    _slow_down(address)
    try:
        with db.atomic():
            user = _answered(_challenge(LOG_IN, kept, None), answer, None)
            token = Session.start(user, address=address, device=device)
            token = Session.get(Session.token == seal.token_hash(token)).prove(factor=True)
            Trace.leave(user, "user.login", user, way="passkey")
            return token
    except NotThisPasskey:
        _note("user.login-failed", None, address)
        raise


def _answered(challenge: bytes, answer: str, user: User | None) -> User:
    """Whose passkey answered; its counter moves on, and the question is used up."""
    try:
        key = Factor.get_or_none(
            Factor.handle == passkeys.handle_of(answer), Factor.kind == FactorKind.PASSKEY,
            Factor.confirmed_at.is_null(False),
        )  # fmt: skip
        if key is None or not key.user.is_active or (user is not None and key.user != user):
            raise NotRight("a passkey nobody here has")
        counter = passkeys.shown(tools.base_url, answer, challenge, key.seed)
    except NotRight as error:
        log.info("a passkey opened nothing: %s", error)
        raise NotThisPasskey from error
    _use_up(challenge)
    # Passkeys that live in several devices count nothing and say 0; one that counts never counts back, unless it was copied.
    further = (Factor.counter < counter) | ((Factor.counter == 0) & (counter == 0))
    moved = Factor.update(counter=counter, used_at=clock.now()).where(Factor.id == key.id, further)
    if moved.execute() != 1:
        log.warning("a passkey counted back: it may have been copied")
        raise NotThisPasskey
    return key.user  # type: ignore[no-any-return]


def _question(purpose: str, user: User | None) -> tuple[bytes, dict[str, Any]]:
    challenge = secrets.token_bytes(32)
    kept = {
        "challenge": base64.b64encode(challenge).decode(),
        "purpose": purpose,
        "user": user.code if user else "",
        "at": int(clock.now().timestamp()),
    }
    return challenge, kept


def _challenge(purpose: str, kept: dict[str, Any], user: User | None) -> bytes:
    """The question this session was asked, for this purpose, a moment ago; NotThisPasskey for any other."""
    fits = kept.get("purpose") == purpose and kept.get("user") == (user.code if user else "")
    if not fits or clock.now().timestamp() - int(kept.get("at", 0)) > LIFE.total_seconds():
        raise NotThisPasskey
    return base64.b64decode(kept["challenge"])


def _use_up(challenge: bytes) -> None:
    try:
        with db.atomic():
            PasskeyAnswer.create(digest=hashlib.sha256(challenge).digest())
    except IntegrityError as error:
        raise NotThisPasskey from error


def _handles(user: User) -> list[str]:
    return [str(each.handle) for each in factor.factors(user).where(Factor.kind == FactorKind.PASSKEY)]


def _user_handle(user: User) -> bytes:
    """What a passkey calls its account: the same for all of one user's, and meaningless elsewhere."""
    return seal.blind(tools.keys.secret("passkeys"), user.code)


def _slow_down(address: str) -> None:
    since, key = clock.now() - WINDOW, _throttle_key(address)
    if Attempt.select().where(Attempt.key == key, Attempt.at > since).count() >= MOST_TRIES:
        raise TooMany


def _note(action: str, user: User | None, address: str) -> None:
    with db.atomic():
        Attempt.create(key=_throttle_key(address))
        Trace.leave(user or "visitor", action, user, way="passkey")


def _throttle_key(address: str) -> bytes:
    return seal.blind(tools.keys.secret("throttle"), f"passkey:{address}")


def sweep() -> None:
    """Forget questions that are too old to be answered again."""
    PasskeyAnswer.delete().where(PasskeyAnswer.at < clock.now() - timedelta(days=1)).execute()
