"""A selfie that somebody adds to her yes: looked at once by the worker, never kept (BIO-02, BIO-04, BIO-09)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import Any, BinaryIO

from peewee import ForeignKeyField, TextField
from playhouse.fields import EnumField

from adapters import clock, imaging, seal
from models import signers
from models.album import Mode
from models.base import Moment, Record, code_field, db, tools
from models.consent import About, Consent, Means
from models.errors import Invalid, Refusal, TooMany, _l
from models.job import Job
from models.modes import mode_of
from models.opting_in import is_opted_in
from models.person import Person
from models.photo import Arrival
from models.request import Request, Way
from models.trail import Trace

CHUNK = 1 << 20
MOST_BYTES = 25 << 20
MOST_GIVEN = 5  # per signature
LONGEST_WAIT = timedelta(
    minutes=45
)  # with the sweep's ten, the picture is gone within the hour whatever happens

# What stands beside the button, and in the proof as what she was told.
TOLD = (
    _l("Our computer measures your face in the selfie. It keeps the result as numbers, on our own machine."),
    _l("The picture is deleted right after that, whatever comes out. Nobody looks at it."),
    _l("With the numbers the computer suggests your name in photos. A person always checks."),
    _l("The numbers are erased when you take back your yes to recognition, and when that yes ends."),
)


class State(StrEnum):
    """What became of a selfie."""

    WAITING = "waiting"
    USED = "used"  # numbers were made of it
    REFUSED = "refused"
    FORGOTTEN = "forgotten"  # with everything else that recognition kept of her


class Selfie(Record):
    """That somebody gave a selfie with a signature, and what became of it; the picture lies in the vault only while it waits."""

    code = code_field()
    consent = ForeignKeyField(Consent, backref="selfies", on_delete="CASCADE")
    state = EnumField(State, default=State.WAITING)
    why = TextField(default="")  # why it could not be used
    locale = TextField()  # the language she was told in
    at = Moment(default=clock.now)
    done_at = Moment(null=True)

    class Meta:
        personal, plain = ("state", "why", "locale"), ("code", "at", "done_at")

    @classmethod
    def of(cls, consent: Consent) -> Selfie | None:
        """The newest of a signature, if she gave one."""
        newest: Selfie | None = consent.selfies.order_by(cls.id.desc()).first()
        return newest

    @classmethod
    def give(cls, consent: Consent, stream: BinaryIO, *, locale: str) -> Selfie:
        """Keep a selfie, encrypted as it arrives, until the worker has looked at it.

        Refusal where none is asked for, TooMany after a handful, Invalid for what is no picture or too large.
        """
        _check_offered(consent)
        first = stream.read(CHUNK)
        kind = imaging.sniff(first)
        if kind is None or not kind.supported:
            words = _l(
                "This is no picture we can read. Take one with your camera, or go on without a selfie."
            )
            raise Invalid(words, field="selfie")
        selfie = cls(code=seal.new_code(), consent=consent, locale=locale)
        with db.atomic():
            Arrival.create(code=selfie.vault_id)  # bytes of an upload that broke off are found by it
        with tools.vault.writer(selfie.vault_id) as writer:
            for chunk in chain([first], iter(lambda: stream.read(CHUNK), b"")):
                writer.write(chunk)
                if writer.size > MOST_BYTES:
                    raise Invalid(_l("This picture is too large. Take a smaller one."), field="selfie")
        try:
            selfie._admit()
        except BaseException:
            selfie.destroy()
            raise
        return selfie

    def _admit(self) -> None:
        with db.atomic():
            # Asked again inside the transaction: she may have changed her mind while the bytes came in.
            _check_offered(self.consent)
            self.save(force_insert=True)
            Arrival.delete().where(Arrival.code == self.vault_id).execute()
            Trace.leave("signer", "selfie.given", self, person=self.consent.person)
            Job.put("selfie", self.id)

    @property
    def vault_id(self) -> str:
        """Where the picture lies while it waits."""
        return f"selfie-{self.code}"

    def picture(self) -> bytes:
        """The picture, for the worker; KeyGone when it was destroyed."""
        return bytes(tools.vault.read(self.vault_id))

    def close(self, state: State, why: str = "") -> None:
        """Note what became of it and destroy the picture's key, within the caller's transaction."""
        self.state, self.why, self.done_at = state, why, clock.now()
        self.save(only=[Selfie.state, Selfie.why, Selfie.done_at])
        tools.keys.destroy("object", self.vault_id)
        Trace.leave("system", f"selfie.{state.value}", self, person=self.consent.person, why=why)

    def destroy(self) -> None:
        """Destroy the picture, key first; twice does no harm."""
        tools.keys.destroy("object", self.vault_id)
        tools.vault.drop(self.vault_id, "original")


def may_follow(request: Request) -> bool:
    """Whether a yes to recognition can be followed by a selfie here: for herself, on her own device, where comparing is on."""
    return (
        request.ask_recognition
        and request.way is not Way.DEVICE  # the picture could stay on somebody else's phone
        and signers.may_be_recognised(request.person, request.guardian)
        and not request.person.is_minor()
        and _compares(request)
    )


def _compares(request: Request | None) -> bool:
    """Whether faces are compared in the album that was asked about."""
    campaign = request.campaign if request else None
    album = request.album or (campaign.album if campaign else None) if request else None
    return album is not None and mode_of(album) is not Mode.OFF


def counts(consent: Consent) -> bool:
    """Whether a selfie given with this signature may be looked at and compared today (BIO-02, BIO-03, BIO-09)."""
    yes = any(line.about is About.RECOGNITION and line.is_yes for line in consent.answers())
    own = consent.means is Means.LINK and not consent.person.is_minor()
    return yes and own and _compares(consent.request) and is_opted_in(consent.person)


def is_offered(consent: Consent) -> bool:
    """Whether she may give one now: her yes holds, and none is waiting or in use."""
    newest = Selfie.of(consent)
    again = newest is None or newest.state is State.REFUSED
    return again and consent.selfies.count() < MOST_GIVEN and counts(consent)


def _check_offered(consent: Consent) -> None:
    if consent.selfies.count() >= MOST_GIVEN:
        raise TooMany(_l("That was enough selfies. Go on without one: we write your name by hand."))
    if not is_offered(consent):
        raise Refusal(
            _l("No selfie is needed here, so nothing was kept. Your answers stay as they are.")
        )  # fmt: skip


def holds(person: Person) -> bool:
    """Whether the numbers of this person's selfie may stay; one whose album compares no more is noted as forgotten.

    Within the caller's transaction.
    """
    used = list(Selfie.select().join(Consent).where(Consent.person == person, Selfie.state == State.USED))
    gone = [selfie for selfie in used if not counts(selfie.consent)]
    for selfie in gone:
        selfie.close(State.FORGOTTEN)
    return len(gone) < len(used)


def forget(person: Person | None = None) -> None:
    """Forget the selfies of a person, or everybody's, with the key of a picture that waits; within the caller's transaction."""
    open_ = Selfie.select(Selfie, Consent).join(Consent).where(Selfie.state.in_((State.WAITING, State.USED)))
    for selfie in list(open_ if person is None else open_.where(Consent.person == person)):
        waiting = selfie.state is State.WAITING
        selfie.close(State.FORGOTTEN)
        if waiting:
            Job.put("selfie", selfie.id)  # the bytes


def sweep() -> None:
    """Destroy what waits longer than a picture may be kept, and have forgotten what came from one where comparing has ended."""
    late = Selfie.select().where(Selfie.state == State.WAITING, Selfie.at < clock.now() - LONGEST_WAIT)
    for selfie in list(late):
        with db.atomic():
            selfie.close(State.REFUSED, "lost")
        selfie.destroy()
    with db.atomic():
        for selfie in Selfie.select().where(Selfie.state == State.USED):
            if not _compares(selfie.consent.request):
                Job.put("faceprints", selfie.consent.person_id)


def retire(_before: datetime) -> int:
    """Whether a picture waits that should be gone; the sweep destroys it at once, within the hour whatever happens."""
    late = (
        Selfie.select().where(Selfie.state == State.WAITING, Selfie.at < clock.now() - LONGEST_WAIT).count()
    )
    sweep()
    return int(late)


def record(consent: Consent) -> dict[str, Any] | None:
    """What a proof says of it: given or not, what she was told, what came of it, never the picture; None without a yes."""
    if not any(line.about is About.RECOGNITION and line.is_yes for line in consent.answers()):
        return None
    selfie = Selfie.of(consent)
    if selfie is None:
        return {"given": "no"}
    told = [tools.typesetter.gettext(words, selfie.locale) for words in TOLD]
    return {
        "given": "yes",
        "given_at": selfie.at.isoformat(),
        "language": selfie.locale,
        "told": told,
        "outcome": selfie.state.value,
        "why": selfie.why,
    }
