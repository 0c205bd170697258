"""The extract of the trail for the person it speaks of: when, why and in which role, never which colleague (AUD-07)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import ModelSelect

from models.delivery import Delivery, OriginalView
from models.errors import _l
from models.face import Appearance
from models.person import Person
from models.trail import Trace

PURPOSES = (
    ("photo.viewed", _l("looking at a photo with you in it")),
    ("original.", _l("taking the original of a photo with you in it")),
    ("delivery.", _l("taking out a photo with you in it for a use")),
    ("share.", _l("looking at photos shared with a recipient")),
    ("publication.", _l("noting where a photo with you in it is shown")),
    ("consent.receipt-", _l("looking at the proof of your choices")),
    ("consent.evidence-", _l("looking at the proof of your choices")),
    ("consent.paper-seen", _l("looking at the proof of your choices")),
    ("consent.", _l("asking for and keeping your choices")),
    ("face.", _l("saying who is in a photo")),
    ("person.", _l("keeping your entry up to date")),
    ("inquiry.", _l("answering your message")),
    ("trail.", _l("checking the trail")),
)
OTHER = _l("other work with your data")


@dataclass(frozen=True)
class Consultation:
    """One time somebody of the organisation or a recipient had to do with a person's data; `purpose` waits for translation."""

    at: datetime
    purpose: str
    role: str


def of(person: Person) -> list[Consultation]:
    """Every line about her and the photos she is in that a colleague or a recipient left, the oldest first."""
    photos = Appearance.select(Appearance.photo).where(
        Appearance.person == person, Appearance.undone_at.is_null()
    )
    shown = [appearance.photo.code for appearance in photos]
    left = [row.code for row in _left(Delivery, photos)] + [row.code for row in _left(OriginalView, photos)]
    about: Any = Trace.person == person.code
    for kind, codes in (("photo", shown), ("delivery", left), ("originalview", left)):
        about = about | ((Trace.kind == kind) & Trace.code.in_(codes))
    lines = Trace.select(Trace.at, Trace.action, Trace.role, Trace.actor).where(
        about, (Trace.role != "") | (Trace.actor == "visitor")
    )
    return [
        Consultation(line.at, _purpose(line.action), line.role or line.actor)
        for line in lines.order_by(Trace.seq)
    ]


def _left(kind: Any, photos: ModelSelect[Appearance]) -> ModelSelect[Any]:
    return kind.select(kind.code).where(kind.photo.in_(photos))  # type: ignore[no-any-return]


def _purpose(action: str) -> str:
    return next((words for prefix, words in PURPOSES if action.startswith(prefix)), OTHER)
