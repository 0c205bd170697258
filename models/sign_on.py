"""Arriving by the organisation's own sign-on: who the provider vouches for, what it lets her do here, and what stays ours."""

from __future__ import annotations

import hmac
import logging
from dataclasses import asdict

from peewee import ForeignKeyField, TextField

from adapters import clock, seal
from adapters.oidc import Going, Known, Provider, SignOnFailed
from models.base import Moment, Record, db, tools
from models.errors import Invalid, Missing, _l
from models.names import clean_email
from models.permission import Role
from models.trail import Trace
from models.user import Session, Team, User

log = logging.getLogger("clearframe.sign_on")


class Identity(Record):
    """One account's lasting name at a provider: addresses and names change, this does not."""

    user = ForeignKeyField(User, backref="identities", on_delete="CASCADE")
    issuer = TextField()
    subject = TextField()
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = ("subject",), ("issuer", "at")
        indexes = ((("issuer", "subject"), True),)


class Stranger(Invalid):
    """The provider knows her, but nobody here does."""

    kind = "stranger"
    words = _l(
        "You are known to your organisation's sign-on, but have no account here. Ask your administrator for one."
    )


FAILED = _l(
    "The sign-on of your organisation did not say who you are. Try again, or log in with your password."
)


def begin() -> dict[str, str]:
    """Where to send the browser (`url`), and what it must bring back; Missing without a provider, Invalid when it is silent."""
    if tools.sign_on is None:
        raise Missing
    try:
        return asdict(tools.sign_on.begin(_back()))
    except SignOnFailed as failed:
        log.warning("sign-on could not begin: %s", failed)
        raise Invalid(FAILED) from failed


def finish(remembered: dict[str, str], *, code: str, state: str, address: str, device: str) -> str:
    """Take the provider's answer and begin a session; returns its token. Invalid when it is not the answer to our question."""
    if tools.sign_on is None:
        raise Missing
    going = Going(**{name: remembered.get(name, "") for name in ("url", "state", "nonce", "verifier")})
    if not code or not going.state or not hmac.compare_digest(going.state, state):
        raise Invalid(FAILED)
    try:
        known = tools.sign_on.finish(_back(), code=code, going=going)
    except SignOnFailed as failed:
        log.warning("sign-on failed: %s", failed)
        raise Invalid(FAILED) from failed
    return arrive(known, address=address, device=device)


def _back() -> str:
    return f"{tools.base_url}/login/sign-on/back"


def arrive(known: Known, *, address: str = "", device: str = "") -> str:
    """Begin a session for whom the provider vouches; returns its token. Stranger when no account is hers.

    An account is hers by the provider's lasting name for her, else by an address the provider has checked; a new one is made
    when one of her groups stands for a role. Roles follow the groups at each login, where groups stand for any.
    """
    provider: Provider = tools.sign_on
    with db.atomic():
        user = _user_of(provider.issuer, known)
        if user is None or not user.is_active:
            Trace.leave("visitor", "user.login-failed", user, way="sign-on")
        else:
            _follow_groups(user, known)
            token = Session.start(user, address=address, device=device)
            if known.second_factor and provider.trust_factor:
                token = Session.get(Session.token == seal.token_hash(token)).prove(factor=True)
            Trace.leave(user, "user.login", user, way="sign-on")
            return token
    raise Stranger


def _user_of(issuer: str, known: Known) -> User | None:
    row = Identity.get_or_none(Identity.issuer == issuer, Identity.subject == known.subject)
    if row is not None:
        return row.user  # type: ignore[no-any-return]
    user = _by_address(known) or _new(known)
    if user is not None:
        Identity.create(user=user, issuer=issuer, subject=known.subject)
        Trace.leave("system", "user.linked", user)
    return user


def _by_address(known: Known) -> User | None:
    try:
        address = clean_email(known.email)
    except Invalid:
        return None
    found: User | None = User.get_or_none(User.email == address)
    # Whoever has a name at the provider already is not taken over by somebody who got her address later.
    return None if found is not None and found.identities.exists() else found


def _new(known: Known) -> User | None:
    roles = _roles(known)
    if not roles or not known.email:
        return None
    teams = list(Team.select().limit(2))
    try:
        return User.add(known.email, known.name, roles, by="system", teams=teams if len(teams) == 1 else ())
    except Invalid:
        return None


def _roles(known: Known) -> set[Role]:
    return {Role(role) for group, role in tools.sign_on.roles if group in known.groups}


def _follow_groups(user: User, known: Known) -> None:
    wanted = _roles(known)
    if not tools.sign_on.roles or not wanted or wanted == set(user.roles):
        return
    try:
        user.set_roles(wanted, by="system")
    except Invalid:
        return  # the last administrator stays one, whatever a directory says
