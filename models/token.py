"""Tokens: keys of programs, each with scopes and an end; only their hashes are kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from peewee import ForeignKeyField, TextField

from adapters import clock, seal
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, _l
from models.trail import Trace
from models.user import User

SCOPES = ("read", "write", "publish")
LIFE = timedelta(days=365)


class ApiToken(Record):
    """A key for programs: scopes, a hash, and an end."""

    code = code_field()
    user = ForeignKeyField(User, backref="tokens", on_delete="CASCADE")
    name = TextField(default="")
    token = TextField(unique=True)
    scopes = TextField()
    created_at = Moment(default=clock.now)
    used_at = Moment(null=True)
    expires_at = Moment(null=True)  # null only for tokens made before they had an end
    revoked_at = Moment(null=True)

    class Meta:
        personal, plain = (
            (),
            ("code", "name", "token", "scopes", "created_at", "used_at", "expires_at", "revoked_at"),
        )

    @classmethod
    def create_for(cls, user: User, scopes: Iterable[str], *, by: User | str, name: str = "") -> str:
        """Make a token with these scopes and return it, shown once; only its hash is kept."""
        wanted = [scope for scope in SCOPES if scope in set(scopes)]
        if not wanted:
            raise Invalid(_l("Choose at least one scope."), field="scope")
        token = seal.new_token()
        with db.atomic():
            made = cls.create(
                user=user,
                token=seal.token_hash(token),
                scopes=" ".join(wanted),
                name=name.strip()[:120],
                expires_at=clock.now() + LIFE,
            )
            Trace.leave(by, "token.created", made, user=user, scopes=wanted)
        return token

    def revoke(self, *, by: User | str) -> None:
        """End the token; it opens nothing from now on."""
        with db.atomic():
            ApiToken.update(revoked_at=clock.now()).where(
                ApiToken.id == self.id, ApiToken.revoked_at.is_null()
            ).execute()
            Trace.leave(by, "token.revoked", self)
