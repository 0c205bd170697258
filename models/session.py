"""Logging in, staying logged in, and being slowed down after wrong tries (SEC-02, SEC-03)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adapters import clock, seal
from models import break_glass, factor, guessing, kept, quota, retention
from models.attempt import Attempt
from models.base import clear, db, tools
from models.errors import Invalid, NotAllowed, Refusal, TooMany, _l
from models.hashing import COST
from models.token import ANY, ApiToken
from models.trail import Trace
from models.user import Session, User

if TYPE_CHECKING:
    from collections.abc import Callable

    from argon2 import PasswordHasher

WINDOW = timedelta(minutes=15)
MOST_TRIES = 8  # per account name and address together, so that nobody can lock another out
MOST_TRIES_ADDRESS = 60


class WrongLogin(Refusal):
    """The same words for an unknown address, a wrong password and a closed account."""

    status, kind = 422, "wrong-login"
    words = _l("E-mail address or password is not right.")


def log_in(email: str, password: str, *, address: str = "", device: str = "") -> str:
    """Check the password and start a session; returns its token. Raises WrongLogin or TooMany."""
    email = (
        email.strip().casefold()
    )  # one account, however it is typed: else each way of typing it had tries of its own
    keys = [_key("account", email + "|" + address), _key("address", address)]
    _throttle(keys)
    guessing.hold_up(email, address)
    user = User.get_or_none(User.email == email)
    if not _right(user, password) or user is None or not user.is_active:
        with db.atomic():
            for key in (*keys, guessing.key(email)):
                Attempt.create(key=key)
            Trace.leave("visitor", "user.login-failed", user)
        raise WrongLogin
    with db.atomic():
        Attempt.delete().where(Attempt.key == keys[0]).execute()
        token = Session.start(user, address=address, device=device)
        Trace.leave(user, "user.login", user)
    return token


def show_factor(session: Session, number: str, *, address: str = "") -> str:
    """Take a code of the app or a recovery code; returns the session's new token. Invalid or TooMany."""
    return _prove(session, lambda: factor.shows(session.user, number), "number", address)


def show_password(session: Session, password: str, *, address: str = "") -> str:
    """Take the password once more, from who has no factor; returns the session's new token. Invalid or TooMany."""
    if factor.factors(session.user).exists():
        raise Invalid(_l("Give the code of your app."), field="number")
    return _prove(session, lambda: _right(session.user, password), "password", address)


def check_password(session: Session, password: str, *, address: str = "") -> None:
    """Raise Invalid unless this is the user's present password, or TooMany; wrong tries count as at every proof."""
    keys = [_key("proof", f"{session.user.code}|{address}"), _key("address", address)]
    _throttle(keys)
    if not _right(session.user, password):
        _note(session, keys)
        raise Invalid(WRONG["password"], field="present")


def _prove(session: Session, holds: Callable[[], bool], field: str, address: str) -> str:
    # Counted per account and network together: somebody elsewhere can't shut the owner out.
    keys = [_key("proof", f"{session.user.code}|{address}"), _key("address", address)]
    _throttle(keys)
    with db.atomic():
        if holds():
            Attempt.delete().where(Attempt.key == keys[0]).execute()
            Trace.leave(session.user, "user.proved", session.user, proof=field)
            return session.prove(factor=field == "number")
    _note(session, keys)
    raise Invalid(WRONG[field], field=field)


def _note(session: Session, keys: list[bytes]) -> None:
    with db.atomic():
        for key in keys:
            Attempt.create(key=key)
        Trace.leave(session.user, "user.proof-failed", session.user)


WRONG = {
    "number": _l("This code isn't right, or was used already. Wait for the next one."),
    "password": _l("The password is not right."),
}


def living_session(token: str) -> Session | None:
    """The session this token opens, while it lives."""
    return Session.living(token)


class OutOfScope(NotAllowed):
    """The token is good, but was not made for this."""

    kind = "out-of-scope"
    words = _l("This token was made without the scope %(scope)s.")


def token_user(token: str, scope: str) -> User | None:
    """The user a program acts for, when the token is known and not revoked; OutOfScope when it lacks the scope."""
    row = living_token(token, scope)
    return row.user if row else None


def living_token(token: str, scope: str) -> ApiToken | None:
    """The token with its user while it opens anything, counted; OutOfScope when it lacks the scope, TooFast above the cap."""
    row = ApiToken.living(token)
    if row is not None and scope not in (ANY, *row.scopes.split()):
        raise OutOfScope(scope=scope)
    return row


def end_one(session: Session, *, by: User) -> None:
    """End one login, here or elsewhere; its cookie opens nothing at the next request."""
    with db.atomic():
        if (
            Session.update(ended_at=clock.now())
            .where(Session.id == session.id, Session.ended_at.is_null())
            .execute()
        ):
            Trace.leave(by, "user.session-ended", session.user)


def end_all(user: User, *, by: User, but: Session | None = None) -> None:
    """End every login of this user, or every other one."""
    with db.atomic():
        count = user.living_sessions().count() - (1 if but else 0)
        user.end_sessions(but=but)
        Trace.leave(by, "user.sessions-ended", user, count=count)


def sweep(before: datetime | None = None) -> int:
    """Forget wrong tries after a day, and where somebody was logged in after a month; end what ended by itself. Returns how many."""
    now = clock.now()
    kept.sweep()
    quota.sweep()
    break_glass.sweep()
    clear(Attempt, Attempt.at < now - timedelta(days=1))
    return clear(Session, Session.created_at < (before or retention.limit("session")))


def _throttle(keys: list[bytes]) -> None:
    since = clock.now() - WINDOW
    for key, most in zip(keys, (MOST_TRIES, MOST_TRIES_ADDRESS), strict=True):
        if Attempt.select().where(Attempt.key == key, Attempt.at > since).count() >= most:
            raise TooMany


def _key(kind: str, text: str) -> bytes:
    return seal.blind(tools.keys.secret("throttle"), f"{kind}:{text}")


def password_holds(stored: str, typed: str) -> bool:
    """Whether a typed password is the one whose Argon2id hash is stored."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return bool(PasswordHasher(**COST).verify(stored, typed))
    except (Argon2Error, InvalidHashError):
        return False


def _right(user: User | None, password: str) -> bool:
    from argon2 import PasswordHasher

    hasher = PasswordHasher(**COST)
    # An unknown address costs the same time as a known one (ASVS 6.3.8).
    stored = user.password if user is not None and user.password else _decoy(hasher)
    if not password_holds(stored, password):
        return False
    if user is not None and user.password and hasher.check_needs_rehash(stored):
        User.update(password=hasher.hash(password)).where(User.id == user.id).execute()
    return user is not None and bool(user.password)


_decoys: dict[str, str] = {}


def _decoy(hasher: PasswordHasher) -> str:
    # Hashed once: to hash and then verify would take an unknown address twice as long as a known one.
    if str(COST) not in _decoys:
        _decoys[str(COST)] = hasher.hash("nobody's password")
    return _decoys[str(COST)]
