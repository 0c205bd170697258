"""Switching recognition on and off: the privacy officer weighs it first, and switching off forgets it all (BIO-01, BIO-07)."""

from __future__ import annotations

from datetime import date, timedelta

from adapters import clock
from adapters import recognition as recogniser
from models import faceprints, selfie
from models.album import Album, Mode
from models.assessment import Assessment
from models.base import db
from models.errors import Invalid, _l
from models.face import Face, Faceprint, Match
from models.gather import today
from models.index import refresh
from models.job import Job
from models.opting_in import opted_in
from models.permission import Permission
from models.person import Person
from models.setting import Setting
from models.trail import Trace
from models.user import User

LONGEST_ASSESSMENT = timedelta(days=366)

QUESTIONS = ("purpose", "need", "ground", "bystanders", "risks", "measures")


def switch_on(mode: Mode, answers: dict[str, str], expires_on: date, *, by: User) -> Assessment:
    """Approve the assessment and switch recognition on; the DPO alone, and every question answered (BIO-01)."""
    by.require(Permission.COMPLIANCE)
    if mode is Mode.OFF:
        raise Invalid(_l("Choose how faces may be compared."), field="mode")
    for question in QUESTIONS:
        if len(answers.get(question, "").strip()) < 10:
            raise Invalid(_l("Answer this in a sentence or two."), field=question)
    if not today() < expires_on <= today() + LONGEST_ASSESSMENT:
        raise Invalid(_l("Choose a day within a year from now."), field="expires_on")
    given = {question: answers[question].strip()[:4000] for question in QUESTIONS}
    with db.atomic():
        Assessment.update(ended_at=clock.now()).where(Assessment.ended_at.is_null()).execute()
        made = Assessment.create(
            mode=mode, answers=given, model=recogniser.MODEL, by=by, expires_on=expires_on
        )
        Setting.put("recognition_mode", mode.value)
        Trace.leave(by, "recognition.on", made, mode=mode.value, expires_on=expires_on)
        for person in opted_in():
            Job.put("faceprints", person.id)
    return made


def switch_off(*, by: User) -> None:
    """Switch recognition off: keys, numbers and guesses go in this transaction (BIO-07)."""
    by.require(Permission.COMPLIANCE)
    with db.atomic():
        Setting.put("recognition_mode", Mode.OFF.value)
        Assessment.update(ended_at=clock.now()).where(Assessment.ended_at.is_null()).execute()
        people = list(Person.select().join(Faceprint).distinct())
        for person in people:
            faceprints.forget(person)
        selfie.forget()
        left = {match.photo_id for match in Face.select(Face.photo).join(Match).distinct()}
        Match.delete().execute()
        refresh(left)
        Trace.leave(by, "recognition.off", people=len(people))


def attest_roster(album: Album, *, by: User) -> None:
    """A named human attests that everyone in this album is on the roster and opted in (M1)."""
    with db.atomic():
        Album.update(mode=Mode.ROSTER).where(Album.id == album.id).execute()
        Trace.leave(by, "recognition.roster", album)
