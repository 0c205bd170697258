"""How often the machine's guesses were right, by distance, without any faceprint or person (BIO-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peewee import Case, IntegerField, TextField

from adapters import recognition
from models.base import Record
from models.face import Appearance, Face, Match, Remark

STEP = 0.025  # distances are counted in steps, so that no row tells of one face


class Tally(Record):
    """Answers of humans to guesses of one model and band, in one step of distance: counts and nothing else."""

    model = TextField()
    band = TextField()
    step = IntegerField()  # the distance in STEPs, rounded down
    confirmed = IntegerField(default=0)
    rejected = IntegerField(default=0)

    class Meta:
        personal, plain = (), ("model", "band", "step", "confirmed", "rejected")
        indexes = ((("model", "band", "step"), True),)


@dataclass(frozen=True)
class Count:
    """What humans said of the guesses up to a distance."""

    band: str
    up_to: float
    confirmed: int
    rejected: int


def answered(face: Face, person_id: int | None, *, count: int = 1) -> None:
    """Count the guesses for a face as a human answered it: right for the one she named, wrong for the others.

    Within the caller's transaction; `person_id` None: nobody of them; `count` -1 takes an answer back.
    """
    for match in Match.select().where(Match.face == face):
        _count(match, right=match.person_id == person_id, count=count)


def refused(face: Face, person_id: int) -> None:
    """Count one guess a human said no to; within the caller's transaction, before it is forgotten."""
    for match in Match.select().where(Match.face == face, Match.person == person_id):
        _count(match, right=False, count=1)


def taken_back(face: Face) -> None:
    """The word that stands on a face is about to go, and no longer counts; within the caller's transaction."""
    named = Appearance.get_or_none(Appearance.face == face, Appearance.undone_at.is_null())
    said = Remark.select().where(Remark.face == face, Remark.undone_at.is_null()).exists()
    if named is not None or said:
        answered(face, named.person_id if named is not None else None, count=-1)


def _count(match: Match, *, right: bool, count: int) -> None:
    key = {"model": recognition.MODEL, "band": match.band, "step": int(match.distance / STEP)}
    Tally.insert(**key).on_conflict_ignore().execute()
    column = Tally.confirmed if right else Tally.rejected
    # Never below nothing: the guess may have come after the word that is taken back.
    Tally.update({column: Case(None, [(column + count > 0, column + count)], 0)}).where(
        Tally.model == key["model"], Tally.band == key["band"], Tally.step == key["step"]
    ).execute()


def table() -> Sequence[Count]:
    """The counts of the recogniser in use, nearest first."""
    rows = Tally.select().where(Tally.model == recognition.MODEL).order_by(Tally.step, Tally.band)
    return [Count(row.band, round((row.step + 1) * STEP, 3), row.confirmed, row.rejected) for row in rows]
