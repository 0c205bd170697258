"""Second factors: a code app or a passkey, and recovery codes for the day it is lost (SEC-02)."""

from __future__ import annotations

import base64
import hmac
import secrets
from enum import StrEnum

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from peewee import BlobField, ForeignKeyField, IntegerField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock, qr, seal
from models.base import Moment, Record, code_field, db, tools
from models.errors import Invalid, _l
from models.notice import Notice
from models.permission import Role
from models.setting import Setting
from models.trail import Trace
from models.user import Session, User

STEP = 30  # seconds (RFC 6238)
RECOVERY_CODES = 10
GUARDED = frozenset({Role.DPO, Role.ADMIN})  # roles that never go without (SEC-02)


class FactorKind(StrEnum):
    """What a factor is."""

    APP = "app"  # a code that changes every half minute
    PASSKEY = "passkey"  # a key pair in a device, which answers to this address alone (models/passkey.py)


class Stage(StrEnum):
    """How far a login has come; only IN opens the house."""

    CODE = "code"  # the password was right, the factor is still to be shown
    ENROL = "enrol"  # the role asks for a factor and there is none yet
    IN = "in"


class Factor(Record):
    """Something a user has besides a password; the secret is sealed with a key outside the database."""

    user = ForeignKeyField(User, backref="factors", on_delete="CASCADE")
    code = code_field()
    kind = EnumField(FactorKind)
    name = TextField()
    secret = BlobField()
    handle = TextField(null=True, unique=True)  # a passkey's own name
    counter = IntegerField(default=0)  # what a passkey last counted: one that counts back was copied
    last_step = IntegerField(default=0)  # the half minute of the last code taken: each works once
    created_at = Moment(default=clock.now)
    confirmed_at = Moment(null=True)
    used_at = Moment(null=True)

    class Meta:
        personal = ("name", "secret", "handle")
        plain = ("code", "kind", "counter", "last_step", "created_at", "confirmed_at", "used_at")

    @classmethod
    def begin(cls, user: User, name: str = "") -> Factor:
        """A code app to be; it counts only once a first code was right. Earlier beginnings are forgotten."""
        seed = secrets.token_bytes(20)
        with db.atomic():
            cls.delete().where(cls.user == user, cls.confirmed_at.is_null()).execute()
            return cls.create(
                user=user, kind=FactorKind.APP, name=" ".join(name.split())[:60] or "App",
                secret=sealed(user, seed),
            )  # fmt: skip

    @property
    def seed(self) -> bytes:
        """What is sealed: an app's shared secret, shown only while it is set up; a passkey's public half."""
        return seal.decrypt_field(_key(), self.secret, _about(self.user))

    @property
    def typed(self) -> str:
        """The secret as one types it into an app, in groups of four."""
        text = base64.b32encode(self.seed).decode()
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))

    @property
    def qr(self) -> str:
        """The secret as an SVG an app scans."""
        issuer = str(Setting.of("organisation"))
        return qr.svg(_app(self.seed).get_provisioning_uri(str(self.user.email), issuer))

    def confirm(self, number: str) -> list[str]:
        """Take the factor into use with a first right code; returns recovery codes when these are the user's first."""
        with db.atomic():
            if not self.takes(number):
                raise Invalid(
                    _l(
                        "This code isn't right. Wait for the next one; the clock of the phone must be right too."
                    ),
                    field="number",
                )
            return self.take_into_use()

    def take_into_use(self) -> list[str]:
        """From now on it counts; returns recovery codes when these are the user's first. Within the caller's transaction."""
        Factor.update(confirmed_at=clock.now()).where(Factor.id == self.id).execute()
        Trace.leave(self.user, "factor.added", self.user, kind=self.kind.value)
        known = RecoveryCode.select().where(RecoveryCode.user == self.user).exists()
        if known or not demanded(self.user):  # the first one a role asks for is part of coming in
            _tell(self.user, "added")
        return [] if known else RecoveryCode.fresh(self.user)

    def takes(self, number: str) -> bool:
        """Whether this is a code of now, a step before or after, that was not taken yet; taking it uses it up."""
        digits = "".join(number.split())
        step = _step_of(self.seed, digits)
        if step is None:
            return False
        taken = Factor.update(last_step=step, used_at=clock.now()).where(
            Factor.id == self.id, Factor.last_step < step
        )
        return bool(taken.execute() == 1)

    def remove(self, *, by: User) -> None:
        """Take it away; Invalid where it is the last one and the role asks for one."""
        with db.atomic():
            if demanded(self.user) and factors(self.user).count() == 1:
                raise Invalid(
                    _l("Your role asks for a second factor. Add another one before you remove this.")
                )
            self.delete_instance()
            if not factors(self.user).exists():
                RecoveryCode.delete().where(RecoveryCode.user == self.user).execute()
            Trace.leave(by, "factor.removed", self.user, kind=self.kind.value)
            _tell(self.user, "removed")


class RecoveryCode(Record):
    """A code on paper that stands in for the factor once; only a keyed hash is kept."""

    user = ForeignKeyField(User, backref="recovery_codes", on_delete="CASCADE")
    digest = BlobField()
    used_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("digest", "used_at")
        table_name = "recovery_code"
        indexes = ((("user", "digest"), True),)

    @classmethod
    def renew(cls, user: User) -> list[str]:
        """Ten new codes, shown once; those before stop working, and a letter says so. Invalid without a factor."""
        if not factors(user).exists():
            raise Invalid(_l("Set up a second factor first."))
        with db.atomic():
            _tell(user, "renewed")
            return cls.fresh(user)

    @classmethod
    def fresh(cls, user: User) -> list[str]:
        """Ten codes in place of those before, shown once."""
        codes = [f"{seal.new_code(5)}-{seal.new_code(5)}" for _ in range(RECOVERY_CODES)]
        with db.atomic():
            cls.delete().where(cls.user == user).execute()
            for code in codes:
                cls.create(user=user, digest=_digest(user, code))
            Trace.leave(user, "factor.recovery-codes", user)
        return codes

    @classmethod
    def spend(cls, user: User, code: str) -> bool:
        """Whether this is an unused code of the user; it is used up by asking."""
        spent = cls.update(used_at=clock.now()).where(
            cls.user == user, cls.digest == _digest(user, code), cls.used_at.is_null()
        )
        with db.atomic():
            held = bool(spent.execute() == 1)
            if held:
                _tell(user, "recovery")
        return held

    @classmethod
    def left(cls, user: User) -> int:
        """How many are unused."""
        return int(cls.select().where(cls.user == user, cls.used_at.is_null()).count())


def factors(user: User) -> ModelSelect[Factor]:
    """The factors that count, the oldest first."""
    return Factor.select().where(Factor.user == user, Factor.confirmed_at.is_null(False)).order_by(Factor.id)


def demanded(user: User) -> bool:
    """Whether this user may not do without: DPO and administrator, and everybody where the organisation says so (SEC-02)."""
    return bool(user.roles & GUARDED) or bool(Setting.of("second_factor"))


def stage(session: Session, *, lenient: bool) -> Stage:
    """How far this session's login has come; `lenient` is the demo, which demands nothing nobody set up."""
    if session.factor_at is not None:
        return Stage.IN
    if factors(session.user).exists():
        return Stage.CODE
    return Stage.ENROL if demanded(session.user) and not lenient else Stage.IN


def shows(user: User, number: str) -> bool:
    """Whether a code of an app, or an unused recovery code, was shown; either is used up by it."""
    apps = factors(user).where(Factor.kind == FactorKind.APP)
    return any(app.takes(number) for app in apps) or RecoveryCode.spend(user, number)


def reset(user: User, *, by: User | str) -> None:
    """Forget every factor and recovery code, and end every session: the next login sets them up anew."""
    with db.atomic():
        Factor.delete().where(Factor.user == user).execute()
        RecoveryCode.delete().where(RecoveryCode.user == user).execute()
        user.end_sessions()
        Trace.leave(by, "factor.reset", user)
        _tell(user, "reset")


def _tell(user: User, what: str) -> None:
    Notice.security(user, what)


def sealed(user: User, secret: bytes) -> bytes:
    """A factor's secret, sealed for this user alone."""
    return seal.encrypt_field(_key(), secret, _about(user))


def _key() -> bytes:
    return bytes(tools.keys.secret("factors"))


def _about(user: User) -> bytes:
    return f"factor|{user.code}".encode()


def _app(seed: bytes) -> TOTP:
    return TOTP(seed, 6, SHA1(), STEP)  # noqa: S303 - what every code app speaks; HMAC-SHA1 holds


def _step_of(seed: bytes, digits: str) -> int | None:
    now, app = int(clock.now().timestamp()) // STEP, _app(seed)
    fits = [step for step in (now - 1, now, now + 1)
            if hmac.compare_digest(app.generate(step * STEP), digits.encode())]  # fmt: skip
    return fits[0] if fits else None


def _digest(user: User, code: str) -> bytes:
    plain = "".join(code.casefold().split()).replace("-", "")
    return seal.blind(tools.keys.secret("recovery"), f"{user.code}|{plain}")
