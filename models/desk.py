"""The desk: one face, who it may be, and everything said there taken back in the order it was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import ModelSelect

from adapters import clock, seal
from models import burst, claims, faces, line, retention
from models.album import Album
from models.base import clear, db
from models.burst import Alike
from models.errors import Invalid, _l
from models.face import Act, Appearance, Face, Rejection, Step, Word
from models.faces import Seen
from models.folding import folded_name
from models.line import Progress
from models.person import Person
from models.photo import Photo
from models.user import User

KEPT = timedelta(days=1)  # how long a step can be taken back with a key; each act has its own undo for ever
CHOICES = 5  # one digit each
LOOKED_BACK = 40  # own steps in which those of the same shoot are looked for
MOST_PORTRAITS = 200
MOST_FOUND = 8
PORTRAITS = 2  # confirmed faces shown beside a choice


@dataclass(frozen=True)
class Choice:
    """Somebody this may be: named in the file at this place (band `claimed`), a machine's guess, or one named in this
    shoot a moment ago (`recent`).
    """

    person: Person
    band: str
    risk: bool = False  # the machine can't tell her from another: a human compares before choosing
    portraits: tuple[Face, ...] = ()


@dataclass(frozen=True)
class Desk:
    """What the desk shows: a face with its choices, or a photo whose last look is due, or that nothing waits."""

    face: Face | None
    asked: Photo | None  # everyone has an answer: is that everyone?
    seen: Seen | None
    choices: tuple[Choice, ...]
    alike: tuple[Alike, ...]
    next: tuple[Photo, ...]
    album: Album | None
    albums: list[Album]
    progress: Progress | None
    put_off: int
    crowd: bool
    claimed: list[str]  # names the file gives to this place
    last: list[Step]

    @property
    def shown(self) -> Photo | None:
        """The photo on the desk."""
        return self.face.photo if self.face else self.asked

    @property
    def risky(self) -> bool:
        """Whether look-alikes are among the choices."""
        return any(choice.risk for choice in self.choices)

    @property
    def waits(self) -> int:
        """How many faces of the photo on the desk have no answer."""
        return sum(not one.answered for one in self.seen.faces) if self.seen else 0


def look(
    user: User,
    *,
    album: Album | None = None,
    photo: Photo | None = None,
    near: str = "",
    face: Face | None = None,
    asked: Photo | None = None,
) -> Desk:
    """Lay out the next face of a photo, of an album, or of everything, staying in the album `near`.

    `face` comes first while it waits, `asked` while nobody has said that everyone in it is named.
    """
    albums = line.albums(user)
    due = asked if asked is not None and _is_last_look(asked) else None
    here = album or (
        None if photo else next((one for one in albums if one.code == near), None) or _first(albums)
    )
    queue = line.ahead(user, album=here, photo=photo) if here or photo else []
    chosen = None if due else face if face is not None and face.waiting_since else next(iter(queue), None)
    shown = due or (chosen.photo if chosen else None)
    seen = faces.seen(shown) if shown else None
    claimed = claims.at(chosen) if chosen else []
    choices = _choices(user, chosen, seen, claimed) if chosen and seen else ()
    guessed = next((one.person for one in choices if one.band in ("likely", "possible")), None)
    return Desk(
        face=chosen, asked=due, seen=seen, choices=choices,
        alike=tuple(burst.alike(chosen, guessed)) if chosen else (),
        next=tuple({one.photo_id: one.photo for one in queue if one.photo != shown}.values()),
        album=shown.album if shown else here, albums=albums,
        progress=line.progress(album=shown.album if shown else here, photo=photo) if shown or here or photo else None,
        put_off=line.put_off(user), crowd=bool(chosen and faces.may_be_crowd(chosen.photo.album)), claimed=claimed, last=last(user),
    )  # fmt: skip


@dataclass(frozen=True)
class Found:
    """People whose names hold what was typed, and which of them are in the photo already."""

    text: str
    people: list[Person]
    there: frozenset[int]


def look_up(user: User, text: str, photo: Photo) -> Found:
    """The people this user may look up by these letters, accents or not, the likeliest first."""
    text = " ".join(text.split())[:200]
    query: Any = user.people()
    people: list[Any] = list(Person.nearest_to(query, text).limit(MOST_FOUND)) if text else []
    there = Appearance.select(Appearance.person).where(
        Appearance.photo == photo, Appearance.undone_at.is_null()
    )
    return Found(text, people, frozenset(row.person_id for row in there))


def answer(
    face: Face, said: Person | Word | str, *, by: User, also: Collection[str] = (), compared: bool = False
) -> list[Face]:
    """A person, a new person's name, or a word, for this face and for those of the same moment with these codes.

    Returns the faces answered: none when somebody else answered first. A face of the same moment is left out where
    that person already stands in its photo or was rejected. Look-alikes need `compared`.
    """
    if isinstance(said, Person) and not compared and _is_risky(face):
        raise Invalid(
            _l(
                "The machine can't tell these people apart. Compare the photos, tick that you did, and choose."
            ),
            field="compared",
        )
    others = [one.face for one in burst.alike(face, None) if one.face.code in also] if also else []
    press, done = seal.new_code(), list[Face]()
    with db.atomic():
        for one in (face, *others):
            if one != face and not (done and _fits(one, said)):
                continue
            if _claim(one):
                said = (
                    Person.add(said, by=by) if isinstance(said, str) and not isinstance(said, Word) else said
                )
                _say(one, said, press, by)
                done.append(one)
    return done


def reject(face: Face, people: Iterable[Person], *, by: User) -> None:
    """A human says that the face is none of these; the pairs never come back (BIO-05)."""
    press = seal.new_code()
    with db.atomic():
        for person in people:
            faces.reject(face, person, by=by)
            _note(press, Act.REJECTED, face.photo, by, face=face, person=person)


def put_off(face: Face, *, by: User) -> None:
    """Leave a face for later; for this user it waits behind all others, for a day at most."""
    with db.atomic():
        _note(seal.new_code(), Act.LATER, face.photo, by, face=face)


def look_again(*, by: User) -> None:
    """Bring back every face this user left for later."""
    Step.update(undone_at=clock.now()).where(
        Step.user == by, Step.act == Act.LATER, Step.undone_at.is_null()
    ).execute()


def finish(photo: Photo, *, by: User) -> None:
    """A human's word that nobody else in the photo can be recognised, and that everyone else is named (A4).

    Every face without an answer is marked as not recognisable, each as an act of its own.
    """
    press = seal.new_code()
    with db.atomic():
        for face in photo.faces.where(Face.waiting_since.is_null(False)):
            if _claim(face):
                _say(face, Word.NOT_RECOGNISABLE, press, by)
        photo.review(by=by)
        _note(press, Act.REVIEWED, photo, by)


def last(user: User) -> list[Step]:
    """Everything this user's last key did that still stands, with whom it named."""
    newest = steps(user).select(Step.press).order_by(Step.id.desc()).limit(1)
    rows = Step.select(Step, Photo).join(Photo).where(Step.press == newest, Step.undone_at.is_null())
    found = list(rows.order_by(Step.id))
    people = {
        row.id: row
        for row in Person.select().where(Person.id.in_([s.person_id for s in found if s.person_id]))
    }
    places = {
        row.id: row for row in Face.select().where(Face.id.in_([s.face_id for s in found if s.face_id]))
    }
    for step in found:
        step.person, step.face = people.get(step.person_id), places.get(step.face_id)
    return found


def steps(user: User) -> ModelSelect[Step]:
    """The steps this user can still take back."""
    return Step.select().where(Step.user == user, Step.undone_at.is_null(), Step.at > clock.now() - KEPT)


def take_back(these: Sequence[Step], *, by: User) -> None:
    """Undo these steps, the newest first; one that was undone already, or overtaken, is left alone."""
    with db.atomic():
        for step in sorted(these, key=lambda step: step.id, reverse=True):
            now = Step.update(undone_at=clock.now()).where(Step.id == step.id, Step.undone_at.is_null())
            if now.execute() == 1:
                _undo(step, by)


def sweep(before: datetime | None = None) -> int:
    """Forget steps too old to be taken back; the acts themselves stay."""
    return clear(Step, Step.at < (before or retention.limit("step")))


def _undo(step: Any, by: User) -> None:
    if step.act in (Act.NAMED, Act.REMARKED):
        faces.undo(step.face, by=by)
    elif step.act is Act.REJECTED:
        faces.unreject(step.face, step.person, by=by)
    elif step.act is Act.REVIEWED:
        step.photo.unreview(by=by)


def _say(face: Face, said: Person | Word | str, press: str, by: User) -> None:
    if isinstance(said, Person):
        faces.name(face, said, by=by)
        _note(press, Act.NAMED, face.photo, by, face=face, person=said)
    else:
        faces.remark(face, Word(said), by=by)
        _note(press, Act.REMARKED, face.photo, by, face=face, word=Word(said))


def _note(press: str, act: Act, photo: Photo, by: User, **about: Any) -> None:
    Step.create(press=press, act=act, photo=photo, user=by, **about)


def _claim(face: Face) -> bool:
    """Take a face out of the line, once: of two who answer at the same moment, one is told that it was done."""
    taken = Face.update(waiting_since=None).where(Face.id == face.id, Face.waiting_since.is_null(False))
    return int(taken.execute()) == 1


def _fits(face: Face, said: Person | Word | str) -> bool:
    if not isinstance(said, Person):
        return True
    no = Rejection.select().where(Rejection.face == face, Rejection.person == said)
    there = Appearance.select().where(
        Appearance.photo == face.photo_id, Appearance.person == said, Appearance.undone_at.is_null(),
        Appearance.face.is_null(False),
    )  # fmt: skip
    return not (no.exists() or there.exists())


def _is_risky(face: Face) -> bool:
    return any(guess.risk for guess in faces.suggestions(face))


def _is_last_look(photo: Photo) -> bool:
    waits = photo.faces.where(Face.waiting_since.is_null(False)).exists()
    return not waits and not faces.is_reviewed(photo)


def _first(albums: list[Album]) -> Album | None:
    return albums[0] if albums else None


def _choices(user: User, face: Face, seen: Seen, claimed: list[str]) -> tuple[Choice, ...]:
    """The machine's guesses, whom the file names here, whom this user named in the same shoot last.

    Nobody who is in the photo already or was rejected.
    """
    there = {one.person.id for one in seen.faces if one.person} | {one.person_id for one in seen.others}
    guesses = [guess for guess in faces.suggestions(face) if guess.person_id not in there]
    out = there | {guess.person_id for guess in guesses} | {row.person_id for row in face.rejections}
    recent = [person for person in _recent(user, face) if person.id not in out]
    found = [Choice(guess.person, guess.band, bool(guess.risk)) for guess in guesses]
    found += [Choice(person, "claimed") for person in _named_so(user, claimed) if person.id not in out]
    known = {choice.person.id for choice in found}
    found += [Choice(person, "recent") for person in recent if person.id not in known]
    portraits = _portraits(user, [choice.person for choice in found[:CHOICES]])
    return tuple(
        Choice(one.person, one.band, one.risk, tuple(portraits[one.person.id])) for one in found[:CHOICES]
    )


def _named_so(user: User, names: list[str]) -> list[Person]:
    """The people of exactly these names; of two of one name neither, because the file can't tell them apart."""
    query: Any = user.people()
    wanted = [folded_name(name) for name in names]
    found: list[Any] = list(query.where(Person.folded.in_(wanted)).order_by(Person.id).limit(CHOICES * 2))
    return [one for one in found if sum(other.folded == one.folded for other in found) == 1]


def _recent(user: User, face: Face) -> list[Person]:
    rows: Any = (
        Step.select(Step, Person, Photo)
        .join(Person)
        .switch(Step)
        .join(Photo)
        .where(Step.user == user, Step.act == Act.NAMED, Step.undone_at.is_null())
        .order_by(Step.id.desc())
        .limit(LOOKED_BACK)
    )
    same = {row.person_id: row.person for row in rows if row.photo.album_id == face.photo.album_id}
    return list(same.values())


def _portraits(user: User, people: list[Person]) -> dict[int, list[Face]]:
    """The largest confirmed faces of these people in photos this user may see, for a human to compare with."""
    found: dict[int, list[Face]] = defaultdict(list)
    if not people:
        return found
    rows: Any = (
        Appearance.select(Appearance.person, Face, Photo)
        .join(Face)
        .join(Photo)
        .where(
            Appearance.person.in_([person.id for person in people]), Appearance.undone_at.is_null(),
            Photo.album.in_(user.albums().select(Album.id)),
        )
        .order_by(Face.pixels.desc())
        .limit(MOST_PORTRAITS)
    )  # fmt: skip
    for row in rows:
        if len(found[row.person_id]) < PORTRAITS:
            found[row.person_id].append(row.face)
    return found
