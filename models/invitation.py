"""A one-time link to choose a password: the first one, or one in place of a forgotten (SEC-02)."""

from __future__ import annotations

from peewee import ForeignKeyField, TextField

from adapters import clock, seal
from models import password as password_rule
from models.base import Moment, Record, db
from models.errors import Gone, Invalid, _l
from models.hashing import hash_password
from models.names import clean_email
from models.trail import Trace
from models.user import FIRST_ADDRESS, User


class Invitation(Record):
    """A one-time link to choose a password; only its hash is kept."""

    user = ForeignKeyField(User, backref="invitations", on_delete="CASCADE")
    token = TextField(unique=True)
    expires_at = Moment()
    used_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("token", "expires_at", "used_at")

    @classmethod
    def open(cls, token: str) -> Invitation:
        """The open invitation of this token, or Gone; looking never uses it up."""
        row = (
            cls.select()
            .where(cls.token == seal.token_hash(token), cls.used_at.is_null(), cls.expires_at > clock.now())
            .first()
        )
        if row is None:
            raise Gone(_l("This link was used already or has expired. Ask your administrator for a new one."))
        return row

    @property
    def renews(self) -> bool:
        """True when there is a password already, which the new one replaces."""
        return self.user.password is not None

    @property
    def founds(self) -> bool:
        """True for the very first link, whose reader also says who she is."""
        return str(self.user.email) == FIRST_ADDRESS

    def accept(self, *, password: str, again: str, email: str = "", name: str = "") -> User:
        """Set the password and use the link up, exactly once; the first administrator also gives address and name."""
        if password != again:
            raise Invalid(_l("The two passwords differ."), field="again")
        who = {"email": clean_email(email), "name": name.strip() or clean_email(email)} if self.founds else {}
        password_rule.check(
            password, email=str(who.get("email", self.user.email)), name=str(who.get("name", self.user.name))
        )
        digest = hash_password(password)
        with db.atomic():
            spent = Invitation.update(used_at=clock.now()).where(
                Invitation.id == self.id, Invitation.used_at.is_null(), Invitation.expires_at > clock.now()
            )
            if spent.execute() != 1:
                raise Gone(
                    _l("This link was used already or has expired. Ask your administrator for a new one.")
                )
            User.update(password=digest, **who).where(User.id == self.user_id).execute()
            self.user.end_sessions()
            if self.renews:
                password_rule.tell(self.user)
            Trace.leave(self.user, "user.password", self.user)
        return User.get_by_id(self.user_id)
