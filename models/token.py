"""Tokens: keys of programs, each with scopes and an end; only their hashes are kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from peewee import Case, ForeignKeyField, IntegerField, ModelSelect, TextField

from adapters import clock, seal
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, TooMany, _l
from models.notice import Notice, NoticeKind
from models.permission import Permission as P
from models.permission import granted
from models.trail import Trace
from models.user import User

SCOPES = ("read", "write", "publish")
ANY = "any"  # what a call asks for that every token may make
DAYS = (7, 30, 90, 365)  # how long a token may live
MOST_CALLS = 600  # a minute with one token
# What a scope's calls need: who may do none of it has no use for the scope. A test holds it against the calls.
OPENS: dict[str, frozenset[P]] = {
    "read": frozenset({P.SEE, P.PEOPLE, P.CONSENTS, P.DELIVER, P.SETTINGS}),
    "write": frozenset({P.UPLOAD, P.PEOPLE, P.ASK, P.WITHDRAW, P.ERASE, P.SETTINGS}),
    "publish": frozenset({P.DELIVER, P.ORIGINAL}),
}


class TooFast(TooMany):
    """More calls within a minute than one token may make; the next minute begins anew."""

    words = _l("This token made more than %(most)s calls within a minute. Wait for the next one.")


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
    minute = IntegerField(default=0)  # the last one it was used in, counted from 1970
    calls = IntegerField(default=0)  # within that minute

    class Meta:
        personal, plain = (
            (),
            (
                "code",
                "name",
                "token",
                "scopes",
                "created_at",
                "used_at",
                "expires_at",
                "revoked_at",
                "minute",
                "calls",
            ),
        )

    @classmethod
    def create_for(
        cls, user: User, scopes: Iterable[str], *, by: User | str, name: str = "", days: int = DAYS[-1]
    ) -> str:
        """Make a token with these scopes and return it, shown once; only its hash is kept.

        A colleague gets only scopes that the roles of `user` have a use for, and hears of a token somebody else made.
        """
        wanted = [scope for scope in SCOPES if scope in set(scopes)]
        if not wanted:
            raise Invalid(_l("Choose at least one scope."), field="scope")
        if days not in DAYS:
            raise Invalid(_l("Choose one of the list."), field="days")
        if isinstance(by, User) and not set(wanted) <= set(scopes_for(user)):
            raise Invalid(_l("The roles don't allow one of these scopes."), field="scope")
        token = seal.new_token()
        with db.atomic():
            made = cls.create(
                user=user,
                token=seal.token_hash(token),
                scopes=" ".join(wanted),
                name=name.strip()[:120],
                expires_at=clock.now() + timedelta(days=days),
            )
            Trace.leave(by, "token.created", made, user=user, scopes=wanted, days=days)
            if by != user and user.password:
                Notice.put(NoticeKind.PROGRAM, f"token|{made.code}", user=user, token=made.code)
        return token

    def revoke(self, *, by: User | str) -> None:
        """End the token; it opens nothing from now on."""
        with db.atomic():
            ApiToken.update(revoked_at=clock.now()).where(
                ApiToken.id == self.id, ApiToken.revoked_at.is_null()
            ).execute()
            Trace.leave(by, "token.revoked", self)

    @classmethod
    def living(cls, token: str) -> ApiToken | None:
        """The token with its user while neither is ended, each asking counted; TooFast above the cap."""
        now = clock.now()
        row: ApiToken | None = (
            cls.select(cls, User)
            .join(User)
            .where(
                cls.token == seal.token_hash(token),
                cls.revoked_at.is_null(),
                cls.expires_at.is_null() | (cls.expires_at > now),
                User.disabled_at.is_null(),
            )
            .first()
        )
        if row is not None:
            row._count(int(now.timestamp()))
        return row

    def _count(self, seconds: int) -> None:
        minute, again = seconds // 60, ApiToken.minute == seconds // 60
        # Compared and counted in one statement, so that the cap holds for all workers together.
        counted = ApiToken.update(
            minute=minute, calls=Case(None, ((again, ApiToken.calls + 1),), 1), used_at=clock.now()
        ).where(ApiToken.id == self.id, ~again | (ApiToken.calls < MOST_CALLS))
        if not counted.execute():
            refusal = TooFast(most=MOST_CALLS)
            refusal.after = 60 - seconds % 60
            raise refusal

    @property
    def is_open(self) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > clock.now())

    @classmethod
    def of(cls, user: User) -> ModelSelect[ApiToken]:
        """A user's own, those that work first."""
        return cls.select().where(cls.user == user).order_by(cls.revoked_at.is_null(False), cls.id.desc())


def scopes_for(user: User) -> list[str]:
    """The scopes this user's roles have a use for."""
    return [scope for scope in SCOPES if OPENS[scope] & granted(user.roles)]
