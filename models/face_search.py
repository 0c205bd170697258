"""One search by the face of who asks, on her own explicit yes to exactly this one; everything of it goes at once when it ends (DSR-11, BIO-04, BIO-07)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import BinaryIO

from peewee import DateField, ForeignKeyField, IntegerField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock, imaging, seal
from models import gallery, retention
from models.base import Moment, Record, code_field, db, tools
from models.claim import Claim
from models.claim_letter import ClaimLetter, LetterKind
from models.errors import Gone, Invalid, Missing, Refusal, TooMany, _l, within
from models.gather import today
from models.job import Job
from models.may_search import require, why_not
from models.permission import Permission
from models.photo import Arrival
from models.search_of_claim import forget_faces
from models.trail import Trace
from models.user import User

MOST_PICTURES = 3  # at once
MOST_GIVEN = 5  # times, under one yes
MOST_BYTES = 25 << 20
CHUNK = 1 << 20
SHORTEST_EVIDENCE = 20
LONGEST_WAIT = timedelta(hours=24)  # of a picture the worker has not measured
# What lies in the vault of a search, by role.
NUMBERS = "numbers"
ROLES = (
    NUMBERS,
    *(f"{kind}-{number}" for kind in ("picture", "shown") for number in range(1, MOST_PICTURES + 1)),
)
JOB, MEASURE = "face-search", "face-picture"

# What stands above the line she ticks, and in the record as what she was told.
TOLD = (
    _l("A computer on our own machine measures your face in the pictures you give, once, and compares it with faces in our photos that nobody has named. It only proposes: a person looks at every photo."),
    _l("For that it measures the faces of other people too, only in photos where this was weighed and allowed. What it measured of them is overwritten at once, and nothing of it is kept."),
    _l("Your pictures and what was measured of you are deleted when you take this yes back, when your request is closed, and after 14 days at the latest."),
    _l("You don't have to. Without it we look by name, event, place and day. Taking it back costs nothing and works at any time: the search stops, and everything of it is deleted."),
)  # fmt: skip
AGREE = _l("Yes, search once by my face for this request.")


class Means(StrEnum):
    """How she said yes."""

    PAGE = "page"  # on her own page, behind six digits
    LETTER = "letter"  # in a letter, noted with where it is


class Over(StrEnum):
    """Why a search ended."""

    DONE = "done"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    OFF = "off"  # it may not be made any more
    LATE = "late"  # its days were over
    PERSON = "person"  # the request is about somebody else
    RESTORED = "restored"  # a backup came back, which knows nothing of what was taken back since


class FaceSearch(Record):
    """One yes to one search, what she was told, and how far the search came; pictures and numbers lie in the vault and nowhere else."""

    code = code_field()
    claim = ForeignKeyField(Claim, backref="face_searches", on_delete="CASCADE")
    means = EnumField(Means)
    statement = TextField()  # the words she said yes to, in her language
    evidence = TextField(default="")  # where the letter is
    letter_on = DateField(null=True)
    at = Moment(default=clock.now, index=True)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    tries = IntegerField(default=0)
    pictures = IntegerField(default=0)
    place = TextField(default="")  # of these pictures in the vault
    given_at = Moment(null=True)
    why = TextField(default="")  # why the pictures given last did not do
    measured_at = Moment(null=True)
    cursor = IntegerField(null=True)  # the photo looked at last; what is older is still to come
    total = IntegerField(default=0)
    seen = IntegerField(default=0)  # photos looked at
    compared = IntegerField(default=0)  # faces
    missed = IntegerField(default=0)  # photos that could not be read
    proposed = IntegerField(default=0)  # photos with a face near hers
    unsearchable = IntegerField(default=0)  # faces without a name that were not compared
    withdrawn_at = Moment(null=True)
    ended_at = Moment(null=True, index=True)
    over = EnumField(Over, null=True)

    class Meta:
        personal = ("evidence",)
        plain = (
            "code", "means", "statement", "letter_on", "at", "tries", "pictures", "place", "given_at", "why", "measured_at", "cursor",
            "total", "seen", "compared", "missed", "proposed", "unsearchable", "withdrawn_at", "ended_at", "over",
        )  # fmt: skip

    @classmethod
    def of(cls, claim: Claim) -> FaceSearch | None:
        """The newest of a claim."""
        found: FaceSearch | None = cls.select().where(cls.claim == claim).order_by(cls.id.desc()).first()
        return found

    @classmethod
    def open(cls) -> ModelSelect[FaceSearch]:
        """Those of which something may still lie here."""
        return cls.select().where(cls.ended_at.is_null() | (cls.pictures > 0))

    @classmethod
    def agree(
        cls, claim: Claim, *, actor: User | str, locale: str, letter_on: date | None = None, evidence: str = ""
    ) -> FaceSearch:  # fmt: skip
        """Keep her yes to one search, with the words she was told; by herself behind her digits, or by the DPO from her letter.

        Refusal where no search may be made or one is open already, Invalid for a letter without its day or where it is.
        """
        means = Means.LETTER if isinstance(actor, User) else Means.PAGE
        if isinstance(actor, User):
            _check_letter(actor, letter_on, evidence)
        with db.atomic():
            gallery.take_turn()
            require(claim)
            newest = cls.of(claim)
            if newest is not None and newest.ended_at is None:
                raise Refusal(_l("A yes to this search is on file already."))
            said = [tools.typesetter.gettext(words, locale) for words in (*TOLD, AGREE)]
            row: FaceSearch = cls.create(
                claim=claim, means=means, statement="\n".join(said), evidence=within(evidence, 1000, "evidence"), letter_on=letter_on,
                by=actor if isinstance(actor, User) else None,
            )  # fmt: skip
            Trace.leave(
                actor, "claim.face-agreed", claim, person=claim.person, search=row.code, means=means.value
            )
        return row

    def give(self, streams: Sequence[BinaryIO], *, actor: User | str) -> None:
        """Keep pictures of her face, encrypted as they arrive, until they are measured and seen beside what is proposed.

        Refusal where none are asked for, TooMany after a handful, Invalid for what is no picture, too large, or too many.
        """
        if isinstance(actor, User):
            actor.require(Permission.COMPLIANCE)
        if not streams:
            raise Invalid(_l("Choose a picture first."), field="pictures")
        if len(streams) > MOST_PICTURES:
            raise Invalid(_l("Choose at most three pictures."), field="pictures")
        self._check_waits()
        self.place = seal.new_code()  # of its own for each giving: what goes and what comes never meet
        with db.atomic():
            Arrival.create(code=self.vault_id)  # what breaks off is found by it
        try:
            for number, stream in enumerate(streams, 1):
                self._write(number, stream)
            self._admit(len(streams), actor)
        except BaseException:
            tools.vault.destroy(self.vault_id)
            raise

    def _write(self, number: int, stream: BinaryIO) -> None:
        chunk = stream.read(CHUNK)
        kind = imaging.sniff(chunk)
        if kind is None or not kind.supported:
            raise Invalid(_l("This is no picture we can read. Choose a JPEG, PNG or WebP."), field="pictures")
        with tools.vault.writer(self.vault_id, f"picture-{number}") as writer:
            while chunk:
                writer.write(chunk)
                if writer.size > MOST_BYTES:
                    raise Invalid(_l("This picture is too large. Take a smaller one."), field="pictures")
                chunk = stream.read(CHUNK)

    def _admit(self, count: int, actor: User | str) -> None:
        with db.atomic():
            gallery.take_turn()
            FaceSearch.get_by_id(self.id)._check_waits()  # she may have taken it back while the bytes came in
            FaceSearch.update(
                pictures=count, place=self.place, given_at=clock.now(), why="", tries=FaceSearch.tries + 1
            ).where(FaceSearch.id == self.id).execute()
            Arrival.delete().where(Arrival.code == self.vault_id).execute()
            Trace.leave(
                actor, "claim.face-given", self.claim, person=self.claim.person, search=self.code, count=count
            )
            Job.put(MEASURE, self.id)

    def _check_waits(self) -> None:
        require(self.claim)
        if self.ended_at is not None or self.pictures:
            raise Refusal(_l("No picture is needed now: one is here already, or the search is over."))
        if self.tries >= MOST_GIVEN:
            raise TooMany(_l("That was enough pictures. Look by name, event, place and day."))

    @property
    def vault_id(self) -> str:
        """Where her pictures lie."""
        return f"face-pictures-{self.place}"

    @property
    def numbers_id(self) -> str:
        """Where what was measured of her lies, while the search goes on."""
        return f"face-search-{self.code}"

    @property
    def stage(self) -> str:
        """agreed, given, searching, or why it is over."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.over is not None:
            return str(self.over.value)
        if self.measured_at is not None:
            return "searching"
        return "given" if self.pictures else "agreed"

    def picture(self, number: int) -> bytes:
        """One of her pictures, small and clean, for whoever compares it with what was proposed; Missing when it is gone."""
        if self.measured_at is None or not 1 <= number <= self.pictures:
            raise Missing
        return bytes(tools.vault.read(self.vault_id, f"shown-{number}"))

    def withdraw(self, *, actor: User | str) -> None:
        """Take the yes back: the search stops, and keys, numbers, pictures and what was proposed by it go in this transaction."""
        if isinstance(actor, User):
            actor.require(Permission.COMPLIANCE)
        with db.atomic():
            gallery.take_turn()
            taken = FaceSearch.update(withdrawn_at=clock.now()).where(
                FaceSearch.id == self.id, FaceSearch.withdrawn_at.is_null()
            )
            if self.claim.closed_at is not None or taken.execute() != 1:
                raise Refusal(_l("This search is over already, and nothing of it is left."))
            self.end(Over.WITHDRAWN)
            forget_faces(self.claim, all_of_them=True)
            Trace.leave(actor, "claim.face-withdrawn", self.claim, person=self.claim.person, search=self.code)

    def end(self, over: Over, **more: int) -> None:
        """End it within the caller's transaction: its keys are destroyed here, a job sees to the bytes. Twice does no harm.

        What was found stays to be answered, with her pictures beside it, only where the search came to its end.
        """
        again = FaceSearch.update(ended_at=clock.now(), over=over, **more).where(
            FaceSearch.id == self.id, FaceSearch.ended_at.is_null()
        )
        fresh = again.execute() == 1
        tools.keys.destroy("object", self.numbers_id)
        if over is not Over.DONE:
            tools.keys.destroy("object", self.vault_id)
            FaceSearch.update(pictures=0).where(FaceSearch.id == self.id).execute()
        if over in (Over.OFF, Over.RESTORED):
            forget_faces(self.claim)
        if fresh and over is not Over.WITHDRAWN:
            Trace.leave(
                "system", "claim.face-ended", self.claim, person=self.claim.person, search=self.code, why=over.value
            )  # fmt: skip
        Job.put(MEASURE, self.id)

    def destroy(self) -> None:
        """Destroy the bytes of what is over, key first; twice does no harm."""
        tools.vault.destroy(self.numbers_id)
        if not self.pictures:
            tools.vault.destroy(self.vault_id)

    def refuse(self, why: str) -> None:
        """These pictures did not do: they go, and others may be given under the same yes; in the caller's transaction, who then sees to the bytes."""
        tools.keys.destroy("object", self.vault_id)
        FaceSearch.update(pictures=0, why=why).where(FaceSearch.id == self.id).execute()
        Trace.leave(
            "system", "claim.face-refused", self.claim, person=self.claim.person, search=self.code, why=why
        )


def ask(claim: Claim, *, by: User) -> ClaimLetter:
    """Ask her, by letter, whether she wants to be searched for by her face; the link in it shows nothing without her digits."""
    by.require(Permission.COMPLIANCE)
    require(claim)
    if not claim.email:
        raise Refusal(
            _l("There is no e-mail address to send a code to. Ask by post, and note what the answer says.")
        )
    with db.atomic():
        Trace.leave(by, "claim.face-asked", claim, person=claim.person)
        return ClaimLetter.write(claim, LetterKind.FACE, by=by, link=link_of(claim))


def token_of(claim: Claim) -> str:
    """The secret of a claim's page for a search by face."""
    raw = hmac.new(tools.keys.secret("face-search-links"), claim.code.encode(), hashlib.sha256).digest()
    return f"{claim.code}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def link_of(claim: Claim) -> str:
    """The page on which she answers."""
    return f"{tools.base_url}/privacy/face/{token_of(claim)}"


def opened_by(token: str) -> Claim:
    """The claim of a link while it is open; Gone for one that is closed and for one that never was, which look alike."""
    claim: Claim | None = Claim.get_or_none(Claim.code == token.partition(".")[0])
    right = claim is not None and hmac.compare_digest(token_of(claim).encode(), token.encode())
    if claim is None or not right or claim.closed_at is not None:
        raise Gone(
            _l(
                "This page is over, or the link was not copied whole. Nothing of a search by your face is kept."
            )
        )
    return claim


def end_all(over: Over, claim: Claim | None = None) -> None:
    """End every search, or those of one claim, with what was proposed and not answered; within the caller's transaction."""
    rows = FaceSearch.open() if claim is None else FaceSearch.open().where(FaceSearch.claim == claim)
    for row in list(rows):
        row.end(over)
    if claim is not None:
        forget_faces(claim)


def sweep() -> None:
    """End what may not go on, and give up pictures that nobody measured in time."""
    limit = retention.limit("face-search")
    for row in list(FaceSearch.open()):
        with db.atomic():
            if row.at < limit:
                row.end(Over.LATE)
            elif why_not(row.claim) is not None:
                row.end(Over.OFF)
            elif row.pictures and row.measured_at is None and row.given_at < clock.now() - LONGEST_WAIT:
                row.refuse("lost")
    _strays()


def _strays() -> None:
    """Keys that belong to no search that goes on, or to pictures that did not do: what a crash left between key and row."""
    # Keys first, arrivals next, rows last: what is admitted meanwhile is found in the later reading.
    ids = tools.keys.ids("object", "face-pictures-") | tools.keys.ids("object", "face-search-")
    known = {row.code for row in Arrival.select()}
    known |= {row.numbers_id for row in FaceSearch.select().where(FaceSearch.ended_at.is_null())}
    known |= {row.vault_id for row in FaceSearch.select().where(FaceSearch.pictures > 0)}
    for id in ids - known:
        tools.vault.destroy(id)


def retire(before: datetime) -> int:
    """Whether something of a search lies here longer than it may; the sweep ends it at once."""
    late = FaceSearch.open().where(FaceSearch.at < before).count()
    sweep()
    return int(late)


def _check_letter(user: User, letter_on: date | None, evidence: str) -> None:
    user.require(Permission.COMPLIANCE)
    if letter_on is None or letter_on > today():
        raise Invalid(_l("Give the day of the letter: today or before."), field="letter_on")
    if len(evidence.strip()) < SHORTEST_EVIDENCE:
        raise Invalid(
            _l("Say where the signed letter is and how it says yes to this search, so that it can be shown."),
            field="evidence",
        )
