"""Consents: what a person signed, in lines of one use each; withdrawals; the evidence."""

from __future__ import annotations

from enum import StrEnum

from peewee import BooleanField, DateField, ForeignKeyField, IntegerField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.album import Album
from models.base import Moment, Record, code_field
from models.person import Guardian, Person
from models.photo import Photo
from models.request import Request
from models.use import Use
from models.user import User
from models.wording import Version


class Means(StrEnum):
    """How the signature came about."""

    LINK = "link"
    PAPER = "paper"
    DEVICE = "device"
    IMPORT = "import"


class Consent(Record):
    """One signature with its lines. Evidence and receipt lie in the vault under this code."""

    code = code_field()
    person = ForeignKeyField(Person, backref="consents", on_delete="CASCADE")
    request = ForeignKeyField(Request, null=True, backref="consents", on_delete="SET NULL")
    version = ForeignKeyField(Version, null=True)
    means = EnumField(Means)
    locale = TextField()
    signer = TextField()  # the name as typed
    guardian = ForeignKeyField(Guardian, null=True, on_delete="SET NULL")
    signed_at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")  # who entered a paper form
    checked_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")  # who read it again (SIG-07)
    checked_at = Moment(null=True)
    withdrawal_token = TextField(unique=True)
    receipt_at = Moment(null=True)  # when the receipt was made

    class Meta:
        personal = ("locale", "signer")
        plain = ("code", "means", "signed_at", "checked_at", "withdrawal_token", "receipt_at")


class About(StrEnum):
    """What a line is about; recognition and naming stand apart from every use (BIO-02, CON-09)."""

    USE = "use"
    RECOGNITION = "recognition"
    NAMING = "naming"


class Answer(StrEnum):
    """What the person decided for one line when signing."""

    GIVEN = "given"
    RENEWED = "renewed"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # on file without proof (MIG-01)


class Scope(StrEnum):
    """Which photos a line covers."""

    ALL = "all"
    ALBUM = "album"
    PHOTOS = "photos"


class Line(Record):
    """One decision: about x scope x validity; append-only (CON-01). Withdrawal is a row of its own."""

    code = code_field()
    consent = ForeignKeyField(Consent, backref="lines", on_delete="CASCADE")
    person = ForeignKeyField(Person, backref="lines", on_delete="CASCADE")
    about = EnumField(About, default=About.USE)
    use = ForeignKeyField(Use, null=True)
    answer = EnumField(Answer)
    scope = EnumField(Scope, default=Scope.ALL)
    album = ForeignKeyField(Album, null=True)
    explicit = BooleanField(default=False)
    valid_from = DateField()
    valid_until = DateField(null=True)
    decided_at = Moment(default=clock.now)
    number = IntegerField(default=0)  # order within the consent

    class Meta:
        personal = ("answer",)
        plain = ("code", "about", "scope", "explicit", "valid_from", "valid_until", "decided_at", "number")
        indexes = ((("person", "decided_at"), False), (("valid_until", "answer"), False))


class LinePhoto(Record):
    """A photo that a line with scope `photos` covers."""

    line = ForeignKeyField(Line, backref="photos", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, on_delete="CASCADE")

    class Meta:
        personal, plain = (), ()
        indexes = ((("line", "photo"), True),)


class Withdrawal(Record):
    """The end of a line by its person, guardian, or a user on their behalf; needs no reason (T6)."""

    code = code_field()
    line = ForeignKeyField(Line, backref="withdrawals", unique=True, on_delete="CASCADE")
    actor = TextField()  # person, guardian or staff
    means = TextField()  # link, phone, letter, mail, in person
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("code", "actor", "means", "at")
