"""Tokens for programs: made once, shown once, ended for good (contract: Authorization: Bearer)."""

from __future__ import annotations

from collections.abc import Iterable

from adapters import clock, seal
from models.base import db
from models.errors import Invalid, _l
from models.trail import Trace
from models.user import ApiToken, User

SCOPES = ("read", "write", "publish")


def issue(user: User, scopes: Iterable[str], *, by: User | str, name: str = "") -> str:
    """Make a token that acts for this user within these scopes and return it; only its hash is kept.

    Invalid without a scope, or with one that isn't known.
    """
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(SCOPES):
        raise Invalid(_l("Choose at least one of read, write and publish."), field="scope")
    token = seal.new_token()
    with db.atomic():
        row = ApiToken.create(
            user=user, name=name.strip()[:80], token=seal.token_hash(token), scopes=" ".join(wanted)
        )
        Trace.leave(by, "token.issued", row, user=user, scopes=wanted)
    return token


def revoke(token: ApiToken, *, by: User | str) -> None:
    """End a token; it answers for nobody from the next request on."""
    with db.atomic():
        ApiToken.update(revoked_at=clock.now()).where(
            ApiToken.id == token.id, ApiToken.revoked_at.is_null()
        ).execute()
        Trace.leave(by, "token.revoked", token, user=token.user)
