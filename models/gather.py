"""Gathers the facts that decide needs, for a whole page of photos in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from peewee import JOIN, fn

from adapters import clock
from models import facts, grounds
from models.base import tools
from models.covering import Box, Covering, is_hidden
from models.grounds import Grounds
from models.setting import Setting

if TYPE_CHECKING:
    from models.photo import Photo
    from models.use import Use


@dataclass
class Gathered:
    """Facts of photos and people, keyed by photo id; masking and use are put in per question."""

    photos: dict[int, facts.PhotoFacts]
    people: dict[int, list[Any]]  # photo id -> persons in it
    grounds: Grounds
    albums: dict[int, int] = field(default_factory=dict)  # photo id -> album id
    authority: bool = False  # a public task may stand in for consent
    window: int = 30  # days before an end that count as soon
    boxes: dict[str, Box] = field(default_factory=dict)  # by face code
    bare: set[tuple[int, int]] = field(default_factory=set)  # photo id, person id: seen without a face (A10)

    def about(
        self, photo: Photo, copy: Covering | None = None
    ) -> tuple[facts.PhotoFacts, list[facts.PersonFacts]]:
        """What decide wants to know of a photo, or of a copy of it, and of everyone in it."""
        return self._photo_facts(photo.id, copy), self.people_facts(photo.id, copy)

    def _photo_facts(self, photo_id: int, copy: Covering | None) -> facts.PhotoFacts:
        photo = self.photos[photo_id]
        if copy is None:
            return photo
        seen = tuple(
            replace(face, word=facts.FaceWord.MASKED) if self._is_hidden(face, copy) else face
            for face in photo.faces
        )
        return replace(photo, faces=seen, reviewed=photo.reviewed or copy.reviewed)

    def people_facts(self, photo_id: int, copy: Covering | None = None) -> list[facts.PersonFacts]:
        """What decide wants to know of everyone in this photo, and who of them is hidden in the copy."""
        album, hidden = self.albums[photo_id], self._hidden(photo_id, copy)
        return [
            self.grounds.about(person, photo_id, album, masked=person.code in hidden)
            for person in self.people.get(photo_id, ())
        ]

    def _hidden(self, photo_id: int, copy: Covering | None) -> set[str]:
        """Who has a face here, has each of them covered, and is seen in no other way, such as from behind (A10)."""
        if copy is None:
            return set()
        theirs = [face for face in self.photos[photo_id].faces if face.word is facts.FaceWord.PERSON]
        shown = {face.person for face in theirs if not self._is_hidden(face, copy)}
        shown |= {p.code for p in self.people.get(photo_id, ()) if (photo_id, p.id) in self.bare}
        return {face.person for face in theirs if face.person} - shown

    def _is_hidden(self, face: facts.FaceFact, copy: Covering) -> bool:
        return is_hidden(self.boxes[face.code], copy.places)

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


def gather(photos: Sequence[Photo]) -> Gathered:
    """Read the facts of these photos: a fixed number of queries for one photo or for forty."""
    ids = [photo.id for photo in photos]
    settings = Setting.all()
    people, bare = _people(ids)
    places, boxes = _faces(ids)
    found = Gathered(
        photos={},
        people=people,
        grounds=grounds.gather({person.id for seen in people.values() for person in seen}, ids, settings),
        albums={photo.id: photo.album_id for photo in photos},
        authority=bool(settings["authority"]),
        window=int(settings["ends_soon_days"]),
        boxes=boxes,
        bare=bare,
    )
    crowds = _crowds(set(found.albums.values()))
    kept_back = _held(ids, found.albums)
    said, overrides = _said(ids), _overrides(ids)
    for photo in photos:
        reviewed, names, checked = said.get(photo.id, (False, 0, False))
        found.photos[photo.id] = facts.PhotoFacts(
            code=photo.code,
            erased=False,
            held=kept_back.get(photo.id),
            special_context=photo.special_context,
            unresolved_names=names,
            faces=tuple(places.get(photo.id, ())),
            licence=facts.Licence(photo.licence),
            reviewed=reviewed,
            crowd_basis=crowds.get(photo.album_id, facts.CrowdBasis.MISSING),
            secrecy_checked=checked,
            overrides=tuple(overrides.get(photo.id, ())),
        )
    return found


def _held(ids: list[int], albums: dict[int, int]) -> dict[int, facts.Held]:
    from models import hold, weighing

    shut = weighing.shut(set(albums.values()))
    unweighed = {photo: facts.Held.UNWEIGHED for photo, album in albums.items() if album in shut}
    return unweighed | {row.photo_id: facts.Held.LEGAL_HOLD for row in hold.held(ids)}


def _overrides(ids: list[int]) -> dict[int, list[facts.OverrideFact]]:
    from models.override import Override
    from models.use import Use

    found: dict[int, list[facts.OverrideFact]] = defaultdict(list)
    for row in Override.holding(ids).select(Override, Use).join(Use):
        found[row.photo_id].append(row.fact())
    return found


def _crowds(album_ids: set[int]) -> dict[int, facts.CrowdBasis]:
    from models.event import Event

    return {event.album_id: event.basis for event in Event.select().where(Event.album.in_(album_ids))}


def _said(ids: list[int]) -> dict[int, tuple[bool, int, bool]]:
    from models.claims import Claimed
    from models.photo import Photo, Review
    from models.secrecy import SecrecyCheck

    reviews = Review.select(fn.COUNT(Review.id)).where(Review.photo == Photo.id, Review.undone_at.is_null())
    names = Claimed.select(fn.COUNT(Claimed.id)).where(
        Claimed.photo == Photo.id, Claimed.answered_at.is_null()
    )
    checks = SecrecyCheck.select(fn.COUNT(SecrecyCheck.id)).where(
        SecrecyCheck.photo == Photo.id, SecrecyCheck.undone_at.is_null()
    )
    rows: Any = (
        Photo.select(Photo.id, reviews.alias("reviews"), names.alias("names"), checks.alias("checks"))
        .where(Photo.id.in_(ids))
        .tuples()
    )
    return {photo_id: (bool(count), names, bool(checked)) for photo_id, count, names, checked in rows}


def _faces(ids: list[int]) -> tuple[dict[int, list[facts.FaceFact]], dict[str, Box]]:
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
            Face.left,
            Face.top,
            Face.width,
            Face.height,
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
    boxes: dict[str, Box] = {}
    for photo_id, code, word, person, guesses, *box in rows:
        places[photo_id].append(_face(code, word, person, guesses))
        boxes[code] = (box[0], box[1], box[2], box[3])
    return places, boxes


def _face(code: str, word: str | None, person: str | None, guesses: int) -> facts.FaceFact:
    if person:
        return facts.FaceFact(code=code, word=facts.FaceWord.PERSON, person=person)
    if word:
        return facts.FaceFact(code=code, word=facts.FaceWord(word))
    return facts.FaceFact(
        code=code, word=facts.FaceWord.SUGGESTED if guesses else facts.FaceWord.UNIDENTIFIED
    )


def _people(ids: list[int]) -> tuple[dict[int, list[Any]], set[tuple[int, int]]]:
    from models.face import Appearance
    from models.person import Person

    rows = (
        Appearance.select(Appearance.photo, Appearance.face, Person)
        .join(Person)
        .where(Appearance.photo.in_(ids), Appearance.undone_at.is_null())
    )
    people: dict[int, dict[int, Any]] = defaultdict(dict)
    bare = set()
    for row in rows:
        people[row.photo_id][row.person.id] = row.person
        if row.face_id is None:
            bare.add((row.photo_id, row.person.id))
    return {photo_id: list(found.values()) for photo_id, found in people.items()}, bare


def today() -> date:
    """The organisation's calendar day."""
    return clock.today(tools.zone)
