"""What fits whom: the text to ask these people with, and until when it is proposed to count (MIN-10, EMP-01)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from models import ages, weighing
from models.album import Album
from models.errors import Invalid, _l
from models.gather import today
from models.person import Person, Relation
from models.photo import Photo
from models.term import last_day
from models.wording import EXPLICIT, Wording, WordingKind

_BY_RELATION = {
    Relation.EMPLOYEE: WordingKind.EMPLOYEE,
    Relation.PATIENT: WordingKind.PATIENT,
    Relation.RESIDENT: WordingKind.PATIENT,
}
SCHOOL_YEAR_ENDS = (7, 31)


def fitting(
    people: Sequence[Person], photos: Sequence[Photo] = (), album: Album | None = None
) -> Wording | None:
    """The first text on offer of the kind that fits all these people, else the first general one; None when there is none."""
    on_offer = Wording.current()
    kinds = {WordingKind.PATIENT} if is_special(photos, album) else _kinds(people)
    for kind in (*(kinds if len(kinds) == 1 else ()), WordingKind.GENERAL):
        for wording in on_offer:
            if wording.kind is kind:
                return wording
    return on_offer[0] if on_offer else None


def is_special(photos: Sequence[Photo], album: Album | None = None) -> bool:
    """Whether the place itself says something private, so that only an explicit yes opens these photos (SPC-01)."""
    return (album is not None and album.special_context) or any(photo.special_context for photo in photos)


def check_place(wording: Wording, photos: Sequence[Photo], album: Album | None) -> None:
    """Raise Invalid when the place itself says something private and the text asks for no explicit yes (SPC-01), and a
    Refusal while the event waits for its impact assessment (GOV-02).
    """
    weighing.must_be_open(album)
    if is_special(photos, album) and wording.kind not in EXPLICIT:
        words = _l(
            "Photos taken at such a place need a text for an explicit consent. Choose the one for patients."
        )
        raise Invalid(words, field="wording")


def _kinds(people: Sequence[Person]) -> set[WordingKind]:
    minor = _minors(people)
    return {
        WordingKind.MINOR if person in minor else _BY_RELATION.get(person.relation, WordingKind.GENERAL)
        for person in people
    }


def _minors(people: Sequence[Person]) -> list[Person]:
    age, now = ages.profile().publication_age, today()
    return [person for person in people if person.born and ages.birthday(person.born, age) > now]


def proposed_until(people: Sequence[Person]) -> date | None:
    """The end of the school year when all of these are pupils under age (MIN-10); None: as long as the organisation decided."""
    if not people or any(person.relation != Relation.PUPIL for person in people):
        return None
    return school_end() if len(_minors(people)) == len(people) else None


def school_end() -> date:
    """The coming 31 July after today, or the last day the organisation allows when that is sooner."""
    now = today()
    end = date(now.year, *SCHOOL_YEAR_ENDS)
    return min(end if end > now else end.replace(year=now.year + 1), last_day(None))
