"""Who forgot her password has a link mailed; the web answers the same, as fast, whoever is asked for (ASVS 6.3.8, 6.4.6)."""

from __future__ import annotations

from datetime import timedelta

from peewee import BlobField

from adapters import clock, seal
from models.attempt import Attempt
from models.base import Moment, Record, code_field, db, tools
from models.errors import TooMany
from models.job import Job
from models.names import clean_email
from models.notice import Notice, NoticeKind
from models.session import WINDOW
from models.trail import Trace, knock
from models.user import User

LIFE = timedelta(hours=1)  # of the link
KEPT = timedelta(days=1)
MOST, MOST_NETWORK = 3, 20  # asked for within a quarter of an hour


class Forgotten(Record):
    """Somebody typed an address to get a new password. The worker looks it up, so that the web knows nothing to tell."""

    code = code_field()
    sealed = BlobField()
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = ("sealed",), ("code", "at")

    @classmethod
    def make(cls, typed: str) -> None:
        """Keep the wish for the worker; quietly nothing for an address asked for too often, TooMany for a network."""
        address = clean_email(typed)
        here, there = (_key(part) for part in (knock.get().address, address))
        if _tries(here) >= MOST_NETWORK:
            raise TooMany
        often = _tries(there) >= MOST
        with db.atomic():
            Attempt.insert_many([{"key": here}, {"key": there}]).execute()
            if not often:
                wish = cls(code=seal.new_code())
                wish.sealed = seal.encrypt_field(_secret(), address.encode(), wish.code.encode())
                wish.save()
                Job.put("forgotten", wish.id)

    @property
    def user(self) -> User | None:
        """Whose address it is, while her account is open."""
        address = seal.decrypt_field(_secret(), bytes(self.sealed), self.code.encode()).decode()
        return User.get_or_none(User.email == address, User.disabled_at.is_null())

    @classmethod
    def sweep(cls) -> None:
        """Forget wishes after a day."""
        cls.delete().where(cls.at < clock.now() - KEPT).execute()


def mail(wish_id: int) -> None:
    """Have the letter written, if an account has this address; a job that may run twice."""
    wish = Forgotten.get_or_none(Forgotten.id == wish_id)
    if wish is None:
        return
    with db.atomic():
        user = wish.user
        if user is not None:
            Notice.put(NoticeKind.NEW_PASSWORD, f"password|{wish.code}", user=user)
            Trace.leave("visitor", "user.forgot", user)
        wish.delete_instance()


def link(user: User) -> str:
    """A link to a new password, for one hour and one use; nothing for who logs in at her organisation's sign-on alone.

    It is made while the letter is written, so that nothing but the letter ever holds it.
    """
    if user.password is None and user.identities.exists():
        return ""
    return f"{tools.base_url}/welcome/{user.invite(by='system', life=LIFE)}"


def _tries(key: bytes) -> int:
    return int(Attempt.select().where(Attempt.key == key, Attempt.at > clock.now() - WINDOW).count())


def _key(part: str) -> bytes:
    return seal.blind(tools.keys.secret("throttle"), f"forgotten|{part}")


def _secret() -> bytes:
    return bytes(tools.keys.secret("forgotten"))
