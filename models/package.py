"""Packages: what is handed out for a request of access or portability, made by the worker, looked at, let go, taken, deleted (4.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from peewee import BigIntegerField, FloatField, ForeignKeyField, IntegerField, ModelSelect, TextField, fn
from playhouse.fields import EnumField

from adapters import clock
from adapters.vault import Writer
from models.base import Moment, Record, code_field, db, tools
from models.claim import Claim, Outcome, Right
from models.claim_desk import HINDRANCES
from models.errors import Gone, Invalid, Missing, Refusal, _l
from models.face import Face
from models.job import Job
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from models.trail import Trace
from models.user import User

LIFE = timedelta(days=30)  # DSR-21
UNFINISHED = timedelta(days=120)  # longer than any answer may take: what was never released goes too
SHORTEST_NOTE = 20
PARTS = {"zip": "application/zip", "pdf": "application/pdf"}


class PackageKind(StrEnum):
    """What it answers."""

    ACCESS = "access"  # Art. 15(3)
    PORTABILITY = "portability"  # Art. 20


class Stage(StrEnum):
    """Where a package stands."""

    MAKING = "making"
    REVIEW = "review"  # a human looks at every picture before anything leaves (RED-01)
    REVIEWED = "reviewed"
    PACKING = "packing"
    READY = "ready"
    GONE = "gone"


class Package(Record):
    """One package of one claim about one person; its bytes lie in the vault under a key of their own."""

    code = code_field()
    claim = ForeignKeyField(Claim, backref="packages", on_delete="CASCADE")
    person = ForeignKeyField(Person, backref="packages", on_delete="CASCADE")
    kind = EnumField(PackageKind)
    at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    count = IntegerField(null=True)  # pictures in it: one fewer, and it holds a photo that was erased
    prepared_at = Moment(null=True)
    reviewed_at = Moment(null=True)
    reviewed_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    released_at = Moment(null=True)
    released_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    made_at = Moment(null=True)
    expires_at = Moment(null=True, index=True)
    taken_at = Moment(null=True)
    gone_at = Moment(null=True)
    size = BigIntegerField(default=0)
    sha256 = TextField(default="")

    class Meta:
        personal = ()
        plain = (
            "code", "kind", "at", "count", "prepared_at", "reviewed_at", "released_at", "made_at", "expires_at", "taken_at",
            "gone_at", "size", "sha256",
        )  # fmt: skip

    @classmethod
    def order(cls, claim: Claim, kind: str, *, by: User) -> Package:
        """Have a package made of everything that was found of whom a claim is about; the one under way, if there is one.

        Raises Refusal while nobody knows whom it is about, or the claim is closed.
        """
        from models import package_pictures

        by.require(Permission.COMPLIANCE)
        if kind not in set(PackageKind):
            raise Invalid(_l("Choose one of the list."), field="kind")
        claim.require_open()
        if claim.person is None:
            raise Refusal(_l("Say first whom this request is about: a package is of one person."))
        with db.atomic():
            mine = cls.living().where(cls.claim == claim, cls.kind == PackageKind(kind)).first()
            if mine is not None:
                return mine
            package: Package = cls.create(claim=claim, person=claim.person, kind=PackageKind(kind), by=by)
            package.count = package_pictures.choose(package)
            package.save(only=[cls.count])
            Trace.leave(
                by, "package.ordered", package, person=claim.person, of=claim.code, right=kind, photos=package.count,
            )  # fmt: skip
            Job.put("package", package.id)
        return package

    @classmethod
    def living(cls) -> ModelSelect[Package]:
        """Those whose bytes were not deleted."""
        return cls.select().where(cls.gone_at.is_null())

    @classmethod
    def of(cls, claim: Claim) -> list[Package]:
        """The packages of a claim, newest first."""
        return list(cls.select().where(cls.claim == claim).order_by(cls.id.desc()))

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        if self.gone_at is not None or self.is_over or not self.is_whole:
            return Stage.GONE
        if self.released_at is not None:
            return Stage.READY if self.made_at else Stage.PACKING
        if self.prepared_at is None:
            return Stage.MAKING
        return Stage.REVIEWED if self.reviewed_at else Stage.REVIEW

    @property
    def is_over(self) -> bool:
        """Whether its days have passed."""
        return self.expires_at is not None and self.expires_at <= clock.now()

    @property
    def is_whole(self) -> bool:
        """Whether every photo it was made of still stands: what was erased is handed out by no package."""
        return self.count is None or self.pictures.count() == self.count

    @property
    def vault_id(self) -> str:
        """Where its bytes lie in the vault."""
        return f"package-{self.code}"

    @property
    def locale(self) -> str:
        """The language of whoever asked."""
        return self.claim.page_locale

    @property
    def look(self) -> str:
        """What stands for all its pictures as they are now, so that nothing changes under the eyes of who says they are good."""
        query = self.pictures.order_by(PackagePicture.id)
        looks = "".join(f"{row.sha256}|" for row in query.select(PackagePicture.sha256))
        return hashlib.sha256(looks.encode()).hexdigest()[:32]

    def review(self, look: str, *, by: User) -> None:
        """A human's word that in these pictures nobody else can be recognised, and that her own face can be seen (RED-01, RED-06)."""
        by.require(Permission.COMPLIANCE)
        with db.atomic():
            self._require(Stage.REVIEW)
            if look != self.look:
                raise Refusal(_l("The pictures changed while you looked. Look at them once more."))
            Package.update(reviewed_at=clock.now(), reviewed_by=by).where(Package.id == self.id).execute()
            Trace.leave(by, "package.reviewed", self, person=self.person, of=self.claim.code, look=look)

    def release(self, *, by: User) -> None:
        """Let it go: it is packed, and whoever asked gets a letter with the way to it; only after the look (RED-01, DSR-21)."""
        by.require(Permission.COMPLIANCE)
        with db.atomic():
            self._require(Stage.REVIEWED)
            Package.update(released_at=clock.now(), released_by=by).where(
                Package.id == self.id, Package.reviewed_at.is_null(False)
            ).execute()
            Trace.leave(by, "package.released", self, person=self.person, of=self.claim.code)
            Job.put("package", self.id)

    def call_back(self, *, by: User) -> None:
        """Delete it now: it was wrong, or nobody wants it any more."""
        by.require(Permission.COMPLIANCE)
        self.delete_bytes(by=by)

    def changed(self) -> None:
        """A picture has to be made anew: whatever was said of them all counts no more; within the caller's transaction."""
        Package.update(
            prepared_at=None, reviewed_at=None, reviewed_by=None, released_at=None, released_by=None
        ).where(Package.id == self.id).execute()
        Job.put("package", self.id)

    def _require(self, stage: Stage) -> None:
        now = Package.get_by_id(self.id).stage
        if now is stage:
            return
        raise Refusal(
            _l("Somebody has to look at every picture first, and say that they are good.")
            if now in (Stage.MAKING, Stage.REVIEW)
            else _l("This package has gone on meanwhile. Look at where it stands.")
        )

    @property
    def token(self) -> str:
        """The secret of its page, worked out from our key: kept nowhere."""
        raw = hmac.new(tools.keys.secret("package-links"), self.code.encode(), hashlib.sha256).digest()
        return f"{self.code}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"

    @property
    def link(self) -> str:
        """The page on which it can be taken."""
        return f"{tools.base_url}/privacy/package/{self.token}"

    @classmethod
    def open(cls, token: str) -> Package:
        """The package of a link, while it is there; Gone for one that is over and for one that never was, which look alike."""
        package: Package | None = cls.get_or_none(cls.code == token.partition(".")[0])
        right = package is not None and hmac.compare_digest(package.token.encode(), token.encode())
        if package is None or not right or package.stage is not Stage.READY:
            raise Gone(
                _l(
                    "These files are no longer here, or the link was not copied whole. You may ask for them again."
                )
            )
        return package

    def take(self, part: str, *, by: User | str) -> tuple[int, Iterator[bytes]]:
        """The bytes of the whole or of the paper alone, and how many, a piece at a time; each time it is taken leaves a trace."""
        if part not in PARTS:
            raise Missing
        if self.stage is not Stage.READY:
            raise Gone(_l("These files are no longer here. You may ask for them again."))
        reader = tools.vault.open(self.vault_id, part)
        with db.atomic():
            Package.update(taken_at=clock.now()).where(Package.id == self.id).execute()
            Trace.leave(by, "package.taken", self, person=self.person, of=self.claim.code, part=part)
        return reader.size, reader.chunks()

    def writing(self, paper: bytes) -> Writer:
        """Keep the paper, and a context in which the ZIP is written; what a worker that died has left goes first."""
        tools.vault.put(self.vault_id, "pdf", paper)
        tools.vault.drop(self.vault_id, "zip")
        writer: Writer = tools.vault.writer(self.vault_id, "zip")
        return writer

    def drop_pictures(self) -> None:
        """Drop the single pictures once they lie in the ZIP."""
        for row in list(self.pictures.where(PackagePicture.size > 0)):
            tools.vault.drop(self.vault_id, row.role)

    def delete_bytes(self, *, by: User | str) -> None:
        """Destroy its key, then its bytes, and say so in the trail; twice does no harm (DSR-21)."""
        tools.vault.destroy(self.vault_id)
        with db.atomic():
            gone = Package.update(gone_at=clock.now()).where(Package.id == self.id, Package.gone_at.is_null())
            if gone.execute():
                Trace.leave(by, "package.deleted", self, person=self.person, of=self.claim.code)

    @classmethod
    def sweep(cls) -> int:
        """Delete what is over, what holds a photo that was erased, and what was never let go; returns how many."""
        now = clock.now()
        left = PackagePicture.select(fn.COUNT(PackagePicture.id)).where(PackagePicture.package == cls.id)
        over = (cls.expires_at <= now) | (cls.expires_at.is_null() & (cls.at < now - UNFINISHED))
        rows = list(cls.living().where(over | (cls.count.is_null(False) & (cls.count != left))))
        for package in rows:
            package.delete_bytes(by="system")
        return len(rows)


class PackagePicture(Record):
    """One photo in a package, with everybody else covered; `look` is what was covered, `own` whether she can be seen."""

    package = ForeignKeyField(Package, backref="pictures", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, backref="+", on_delete="CASCADE")
    made_at = Moment(null=True)
    look = TextField(default="")
    sha256 = TextField(default="")
    size = IntegerField(default=0)
    width = IntegerField(default=0)
    height = IntegerField(default=0)
    covered = IntegerField(default=0)
    own = TextField(default="")  # open, covered, or none where no face of hers is marked
    why = TextField(default="")  # why it can't be shown

    class Meta:
        personal, plain = (
            (),
            ("made_at", "look", "sha256", "size", "width", "height", "covered", "own", "why"),
        )
        indexes = ((("package", "photo"), True),)

    @property
    def role(self) -> str:
        """Where its bytes lie within the package's place in the vault."""
        return f"image-{self.photo.code}"

    def keep(self, data: bytes) -> None:
        """Keep its bytes until it is packed."""
        tools.vault.put(self.package.vault_id, self.role, data)

    @property
    def data(self) -> bytes:
        """The very bytes that are handed out; Missing while there are none."""
        if not self.size or self.made_at is None:
            raise Missing
        return bytes(tools.vault.read(self.package.vault_id, self.role))


class PackageCover(Record):
    """One more place that is covered in a picture, drawn by whoever looked."""

    picture = ForeignKeyField(PackagePicture, backref="covers", on_delete="CASCADE")
    left = FloatField()
    top = FloatField()
    width = FloatField()
    height = FloatField()
    at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal, plain = ("left", "top", "width", "height"), ("at",)


class Unmasking(Record):
    """Somebody else who stays visible: on the privacy officer's written weighing, or without a note on that person's own line (RED-05)."""

    picture = ForeignKeyField(PackagePicture, backref="unmaskings", on_delete="CASCADE")
    face = ForeignKeyField(Face, backref="+", on_delete="CASCADE")
    note = TextField()
    at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")

    class Meta:
        personal, plain = ("note",), ("at",)
        indexes = ((("picture", "face"), True),)


def work_on(package_id: int) -> None:
    """The worker's part: make the pictures that are missing, or pack what was let go; a job that may run twice and break off."""
    from models import package_pictures, packing

    package = Package.get_or_none(Package.id == package_id)
    if package is None or package.stage is Stage.GONE or package.made_at is not None:
        return
    if package.released_at is None:
        package_pictures.make_missing(package)
    else:
        packing.pack(package)


def forget(_before: object) -> int:
    """Erase packages whose page is over; each knows its own day. Returns how many."""
    return Package.sweep()


def _handed_over(claim: Claim, outcome: Outcome) -> str | None:
    """A copy that is said to be given was made, looked through and let go (Art. 15(3), 20)."""
    asked = claim.right in (Right.ACCESS, Right.PORTABILITY) and outcome in (Outcome.GRANTED, Outcome.PARTLY)
    if asked and not any(package.made_at for package in Package.of(claim)):
        return _l("Make the package first, look through it and let it go.")
    return None


HINDRANCES.append(_handed_over)
