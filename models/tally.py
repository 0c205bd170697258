"""How often the machine's guesses were right, by distance, without any faceprint or person (BIO-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peewee import IntegerField, TextField

from adapters import recognition
from models.base import Record
from models.face import Face, Match

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


def answered(face: Face, person_id: int | None) -> None:
    """Count the guesses for a face as a human answered it: right for the one she named, wrong for the others.

    Within the caller's transaction, before the guesses are forgotten; `person_id` None: nobody of them.
    """
    for match in Match.select().where(Match.face == face):
        _count(match, right=match.person_id == person_id)


def refused(face: Face, person_id: int) -> None:
    """Count one guess a human said no to; within the caller's transaction, before it is forgotten."""
    for match in Match.select().where(Match.face == face, Match.person == person_id):
        _count(match, right=False)


def _count(match: Match, *, right: bool) -> None:
    key = {"model": recognition.MODEL, "band": match.band, "step": int(match.distance / STEP)}
    Tally.insert(**key).on_conflict_ignore().execute()
    column = Tally.confirmed if right else Tally.rejected
    Tally.update({column: column + 1}).where(
        Tally.model == key["model"], Tally.band == key["band"], Tally.step == key["step"]
    ).execute()


def table() -> Sequence[Count]:
    """The counts of the recogniser in use, nearest first."""
    rows = Tally.select().where(Tally.model == recognition.MODEL).order_by(Tally.step, Tally.band)
    return [Count(row.band, round((row.step + 1) * STEP, 3), row.confirmed, row.rejected) for row in rows]
