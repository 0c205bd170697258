"""Gathers the facts that decide needs, for a whole page of photos in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from peewee import JOIN, fn

from adapters import clock
from models import facts
from models.base import tools
from models.setting import Setting

if TYPE_CHECKING:
    from models.photo import Photo
    from models.use import Use

# The age from which a young person consents alone (MIN-01; counsel confirms before a country is added).
SELF_CONSENT_AGE = {"NL": 16, "DE": 16, "BE": 13}


@dataclass
class Gathered:
    """Facts of photos and people, keyed by photo id; masking and use are put in per question."""

    photos: dict[int, facts.PhotoFacts]
    people: dict[int, list[Any]]  # photo id -> persons in it
    lines: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))  # person id -> lines
    covered: set[tuple[int, int]] = field(default_factory=set)  # (line id, photo id) of chosen photos
    vetoed: set[int] = field(default_factory=set)  # ids of lines another guardian refused
    # person id -> asked uses
    pending: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    albums: dict[int, int] = field(default_factory=dict)  # photo id -> album id
    age: int = 16
    authority: bool = False  # a public task may stand in for consent
    window: int = 30  # days before an end that count as soon

    def people_facts(self, photo_id: int, masked: frozenset[str] = frozenset()) -> list[facts.PersonFacts]:
        """What decide wants to know of everyone in this photo; `masked` are codes of people hidden in the copy."""
        return [
            self._person(person, photo_id, person.code in masked) for person in self.people.get(photo_id, ())
        ]

    def use_facts(self, use: Use) -> facts.UseFacts:
        """A use as decide knows it."""
        return facts.UseFacts(
            code=use.code,
            purpose=use.purpose,
            channel=use.channel,
            territory=use.territory,
            irreversible=use.irreversible,
            direct_marketing=use.direct_marketing,
            authority_task=self.authority,
        )

    def _person(self, person: Any, photo_id: int, masked: bool) -> facts.PersonFacts:
        lines = [self._line(line, photo_id) for line in self.lines[person.id]]
        lines += [_asked(row) for row in self.pending[person.id]]
        return facts.PersonFacts(
            code=person.code,
            erasure_pending=False,
            restricted=False,
            protected=False,
            objects_to_marketing=False,
            objects=False,
            died_on=None,
            of_age_on=birthday(person.born, self.age) if person.born else None,
            masked_here=masked,
            lines=tuple(lines),
        )

    def _line(self, line: Any, photo_id: int) -> facts.LineFact:
        ended = line.withdrawn_at is not None
        covers = (
            line.scope == "all"
            or (line.scope == "album" and line.album_id == self.albums[photo_id])
            or (line.id, photo_id) in self.covered
        )
        return facts.LineFact(
            code=line.code,
            state=facts.LineState.WITHDRAWN if ended else facts.LineState(line.answer),
            decided_at=_aware(line.withdrawn_at if ended else line.decided_at),
            purpose=line.purpose,
            channel=line.channel,
            territory=line.territory,
            valid_from=line.valid_from,
            valid_until=line.valid_until,
            signer=facts.Signer.GUARDIAN if line.guardian_id else facts.Signer.PERSON,
            guardian_veto=line.id in self.vetoed,
            covers_photo=covers,
            explicit=line.explicit,
            evidence_complete=bool(line.version_id)
            and (line.means != "paper" or line.checked_at is not None),
        )


def gather(photos: Sequence[Photo]) -> Gathered:
    """Read the facts of these photos: six queries for one photo or for forty."""
    ids = [photo.id for photo in photos]
    settings = Setting.all()
    found = Gathered(
        photos={},
        people=_people(ids),
        age=SELF_CONSENT_AGE.get(str(settings["country"]), 16),
        authority=bool(settings["authority"]),
        window=int(settings["ends_soon_days"]),
    )
    found.albums = {photo.id: photo.album_id for photo in photos}
    said = _said(ids)
    places = _faces(ids)
    for photo in photos:
        reviewed, names = said.get(photo.id, (False, 0))
        found.photos[photo.id] = facts.PhotoFacts(
            code=photo.code,
            erased=False,
            held=None,
            special_context=photo.special_context,
            unresolved_names=names,
            faces=tuple(places.get(photo.id, ())),
            licence=facts.Licence(photo.licence),
            reviewed=reviewed,
            crowd_basis=facts.CrowdBasis.MISSING,
        )
    _consents(found, {person.id for people in found.people.values() for person in people}, ids)
    return found


def birthday(born: date, age: int) -> date:
    """The day someone reaches an age; born on 29 February, the first of March in other years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def _said(ids: list[int]) -> dict[int, tuple[bool, int]]:
    from models.photo import Claimed, Photo, Review

    reviews = Review.select(fn.COUNT(Review.id)).where(Review.photo == Photo.id, Review.undone_at.is_null())
    names = Claimed.select(fn.COUNT(Claimed.id)).where(
        Claimed.photo == Photo.id, Claimed.answered_at.is_null()
    )
    rows: Any = (
        Photo.select(Photo.id, reviews.alias("reviews"), names.alias("names"))
        .where(Photo.id.in_(ids))
        .tuples()
    )
    return {photo_id: (bool(count), names) for photo_id, count, names in rows}


def _faces(ids: list[int]) -> dict[int, list[facts.FaceFact]]:
    from models.face import Appearance, Face, Match, Remark
    from models.person import Person

    guess = Match.select(fn.COUNT(Match.id)).where(Match.face == Face.id)
    rows: Any = (
        Face.select(
            Face.photo,
            Face.code,
            Remark.word.alias("word"),
            Person.code.alias("person"),
            guess.alias("guesses"),
        )
        .join(Remark, JOIN.LEFT_OUTER, on=(Remark.face == Face.id) & Remark.undone_at.is_null())
        .join_from(
            Face,
            Appearance,
            JOIN.LEFT_OUTER,
            on=(Appearance.face == Face.id) & Appearance.undone_at.is_null(),
        )
        .join(Person, JOIN.LEFT_OUTER)
        .where(Face.photo.in_(ids))
        .tuples()
    )
    places: dict[int, list[facts.FaceFact]] = defaultdict(list)
    for photo_id, code, word, person, guesses in rows:
        places[photo_id].append(_face(code, word, person, guesses))
    return places


def _face(code: str, word: str | None, person: str | None, guesses: int) -> facts.FaceFact:
    if person:
        return facts.FaceFact(code=code, word=facts.FaceWord.PERSON, person=person)
    if word:
        return facts.FaceFact(code=code, word=facts.FaceWord(word))
    return facts.FaceFact(
        code=code, word=facts.FaceWord.SUGGESTED if guesses else facts.FaceWord.UNIDENTIFIED
    )


def _people(ids: list[int]) -> dict[int, list[Any]]:
    from models.face import Appearance
    from models.person import Person

    rows = (
        Appearance.select(Appearance.photo, Person)
        .join(Person)
        .where(Appearance.photo.in_(ids), Appearance.undone_at.is_null())
        .distinct()
    )
    people: dict[int, dict[int, Any]] = defaultdict(dict)
    for row in rows:
        people[row.photo_id][row.person.id] = row.person
    return {photo_id: list(found.values()) for photo_id, found in people.items()}


def _consents(found: Gathered, person_ids: set[int], photo_ids: list[int]) -> None:
    from models.consent import About, Consent, Line, LinePhoto, Withdrawal
    from models.request import Asked, Request
    from models.use import Use

    if not person_ids:
        return
    # Plain rows: building a model of each line costs more than everything else on a page of the library.
    lines = (
        Line.select(
            Line.id, Line.code, Line.person.alias("person_id"), Line.use.alias("use_id"), Line.answer, Line.scope,
            Line.album.alias("album_id"), Line.explicit, Line.valid_from, Line.valid_until, Line.decided_at, Use.purpose,
            Use.channel, Use.territory, Withdrawal.at.alias("withdrawn_at"), Consent.guardian.alias("guardian_id"),
            Consent.version.alias("version_id"), Consent.means, Consent.checked_at,
        )
        .join(Use)
        .join_from(Line, Consent)
        .join_from(Line, Withdrawal, JOIN.LEFT_OUTER)
        .where(Line.person.in_(person_ids), Line.about == About.USE)
        .namedtuples()
    )  # fmt: skip
    chosen = []
    for line in lines:
        found.lines[line.person_id].append(line)
        if line.scope == "photos":
            chosen.append(line.id)
    if chosen:
        pairs: Any = LinePhoto.select(LinePhoto.line, LinePhoto.photo).where(
            LinePhoto.line.in_(chosen), LinePhoto.photo.in_(photo_ids)
        )
        found.covered = set(pairs.tuples())
    for person_id in person_ids:
        found.vetoed |= _vetoed(found.lines[person_id])
    now = clock.now()
    asked = (
        Asked.select(
            Request.person,
            Request.at,
            Request.valid_until,
            Use.purpose,
            Use.channel,
            Use.territory,
            Request.code,
        )
        .join(Request)
        .join_from(Asked, Use)
        .where(
            Request.person.in_(person_ids),
            Request.used_at.is_null(),
            Request.revoked_at.is_null(),
            Request.expires_at > now,
        )
        .namedtuples()
    )
    for row in asked:
        found.pending[row.person].append(row)


def _vetoed(lines: list[Any]) -> set[int]:
    """Guardian lines that another guardian refused or withdrew for the same use (MIN-04)."""
    against = {(line.use_id, line.guardian_id) for line in lines if line.guardian_id and _is_no(line)}
    return {
        line.id
        for line in lines
        if line.guardian_id and not _is_no(line)
        and any(use == line.use_id and guardian != line.guardian_id for use, guardian in against)
    }  # fmt: skip


def _is_no(line: Any) -> bool:
    return line.withdrawn_at is not None or line.answer == "refused"


def _asked(row: Any) -> facts.LineFact:
    return facts.LineFact(
        code=row.code,
        state=facts.LineState.REQUESTED,
        decided_at=_aware(row.at),
        purpose=row.purpose,
        channel=row.channel,
        territory=row.territory,
        valid_from=_aware(row.at).date(),
        valid_until=row.valid_until,
        signer=facts.Signer.PERSON,
        guardian_veto=False,
        covers_photo=True,
    )


def _aware(value: Any) -> datetime:
    """An instant in the organisation's zone, whose day the age rules compare."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(ZoneInfo(tools.zone))


def today() -> date:
    """The organisation's calendar day."""
    return clock.today(tools.zone)
