"""Switching recognition on and off: the privacy officer weighs it first, and switching off forgets it all (BIO-01, BIO-07)."""

from __future__ import annotations

from datetime import date

from adapters import recognition as recogniser
from models import deviation, face_search, faceprints, scan, selfie, weighing
from models.album import Album, Mode
from models.assessment import About, Assessment, Condition, Covers, Reopening, Risk, weighed_uses
from models.base import db, tools
from models.circumstance import Circumstance, Kind
from models.errors import Invalid, Refusal, _l, within
from models.face import Face, Faceprint, Match
from models.index import refresh
from models.job import Job
from models.opting_in import opted_in
from models.permission import Permission
from models.person import Person, Relation
from models.photo import Photo
from models.roster import Ending, Roster
from models.setting import Setting
from models.trail import Trace
from models.use import Use
from models.user import User, clean_email

QUESTIONS = weighing.QUESTIONS  # asked of recognition as of everything that is weighed


def everything() -> Covers:
    """Every kind of adult and every purpose there is now; neither children nor places that say something private."""
    return Covers(frozenset(map(str, Relation)), frozenset(purposes()))


def purposes() -> list[str]:
    """The purposes of the uses on offer, each once."""
    return sorted({use.purpose for use in Use.select().where(Use.ended_at.is_null())})


def switch_on(
    mode: Mode,
    answers: dict[str, str],
    expires_on: date,
    *,
    by: User,
    condition: Condition = Condition.EXPLICIT,
    risk: Risk = Risk.LOW,
    covers: Covers | None = None,
) -> Assessment:
    """Approve the assessment and switch recognition on; the DPO alone, and every question answered (BIO-01, GOV-02).

    A newer one takes the place of the one before: what it no longer covers is forgotten, what it covers anew is made.
    """
    by.require(Permission.COMPLIANCE)
    covers = covers or everything()
    given = _checked(mode, answers, expires_on, risk, covers)
    with db.atomic():
        weighing.end(About.RECOGNITION, "newer", by)
        made = Assessment.create(
            mode=mode, answers=given, model=recogniser.MODEL, by=by, expires_on=expires_on, condition=condition, risk=risk,
            covers=covers.as_json(), place=tools.place, uses=weighed_uses(),
        )  # fmt: skip
        before = {"recognition_mode": Setting.of("recognition_mode")}
        Setting.put("recognition_mode", mode.value)
        deviation.record(before, {"recognition_mode": mode.value}, f"{made.code}: {given['purpose']}", by=by)
        Trace.leave(
            by, "recognition.on", made, mode=mode.value, expires_on=expires_on, condition=condition.value, risk=risk.value,
            digest=made.digest(), **made.covers,
        )  # fmt: skip
        for person in _numbered() + opted_in():
            Job.put("faceprints", person.id)
        weighing.recolour()
    return made


def switch_off(*, by: User, why: str = "") -> None:
    """Switch recognition off: keys, numbers, guesses and what waited in the queue go in this transaction (BIO-07)."""
    by.require(Permission.COMPLIANCE)
    with db.atomic():
        Setting.put("recognition_mode", Mode.OFF.value)
        weighing.end(About.RECOGNITION, within(why, 1000, "why") or "off", by)
        weighing.recolour()
        people = _numbered()
        for person in people:
            faceprints.forget(person, "off")
        for code in tools.keys.ids(faceprints.KEY):  # of whom no row was left
            tools.keys.destroy(faceprints.KEY, code)
        selfie.forget()
        left = {match.photo_id for match in Face.select(Face.photo).join(Match).distinct()}
        Match.delete().execute()
        refresh(left)
        scan.stop_all(scan.Over.OFF)
        face_search.end_all(face_search.Over.OFF)
        Job.drop("compare", "faceprints")
        Trace.leave(by, "recognition.off", people=len(people))


def _numbered() -> list[Person]:
    return list(Person.select().where(Person.id.in_(Faceprint.select(Faceprint.person))))


def _checked(
    mode: Mode, answers: dict[str, str], expires_on: date, risk: Risk, covers: Covers
) -> dict[str, str]:
    if mode is Mode.OFF:
        raise Invalid(_l("Choose how faces may be compared."), field="mode")
    if not covers.kinds:
        raise Invalid(_l("Choose at least one kind of people."), field="kinds")
    return weighing.checked(answers, expires_on, risk, covers)


def attest_roster(album: Album, *, by: User) -> None:
    """A named human attests that everyone in this album is on the roster and opted in (M1)."""
    Roster.attest(album, by=by)
    with db.atomic():
        for person in opted_in():
            Job.put("faceprints", person.id)


def close(album: Album, *, by: User) -> None:
    """Switch recognition off for one album: guesses in it go, and what was made of faces in it is made without (BIO-07)."""
    by.require(Permission.RESTRAIN)
    if album.mode is Mode.OFF:
        raise Refusal(_l("It is off for this album already."))
    with db.atomic():
        Roster.close(album, Ending.OFF)
        Album.update(mode=Mode.OFF).where(Album.id == album.id).execute()
        faces = Face.select(Face.id).join(Photo).where(Photo.album == album)
        sources = list(Face.select().where(Face.id.in_(faces), Face.id.in_(Faceprint.select(Faceprint.face))))
        faceprints.lose(sources, "off here")
        left = {row.photo_id for row in Face.select(Face.photo).join(Match).where(Match.face.in_(faces))}
        Match.delete().where(Match.face.in_(faces)).execute()
        refresh(left)
        Trace.leave(by, "recognition.closed", album, sources=len(sources))


def open_again(album: Album, *, by: User, reason: str) -> None:
    """Let an album follow the organisation again; the DPO alone, with the reason written down (DBD-02)."""
    by.require(Permission.COMPLIANCE)
    if album.mode is not Mode.OFF:
        raise Refusal(_l("It is not switched off for this album."))
    with db.atomic():
        Album.update(mode=None).where(Album.id == album.id).execute()
        deviation.note(f"{deviation.ALBUM}{album.code}", Mode.OFF.value, "", reason, by=by)
        Reopening.create(album=album, by=by, reason=reason.strip()[:400])
        Trace.leave(by, "recognition.opened", album)
        for person in opted_in():
            Job.put("faceprints", person.id)


def register(name: str, email: str, *, by: User) -> Person:
    """Someone asks not to be recognised, perhaps before any photo exists: a name and an address, and nothing biometric (BIO-13)."""
    address = clean_email(email) if email.strip() else None
    with db.atomic():
        known = Person.get_or_none(Person.email == address) if address else None
        person = known or Person.add(name, by=by, email=email)
        Circumstance.record(person, Kind.UNRECOGNISED, by=by)
    return person


def registered() -> list[Person]:
    """Who asked not to be recognised, by name."""
    rows = Circumstance.select(Circumstance.person).where(
        Circumstance.kind == Kind.UNRECOGNISED, Circumstance.ended_at.is_null()
    )
    return list(Person.select().where(Person.id.in_(rows)).order_by(Person.name, Person.id))
