"""The pictures of a package: chosen, everybody else covered, looked at, covered more or unmasked with a note (RED-01 to RED-06)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, ModelSelect, chunked, fn

from adapters import clock
from adapters.keys import KeyGone
from adapters.sandbox import Unfit, Unreadable
from models import disclosure, masking
from models.base import db, find, tuples
from models.covering import Box, Style, share, sparing
from models.errors import Invalid, Refusal, _l, within
from models.face import Appearance, Face, Remark, Word
from models.package import SHORTEST_NOTE, Package, PackageCover, PackageKind, PackagePicture, Stage, Unmasking
from models.permission import Permission
from models.person import Person
from models.photo import Photo, Review
from models.search_of_claim import Found
from models.trail import Trace
from models.user import User

BATCH = 50
MOST_COVERS = 50
TOO_MUCH = 0.25  # of her own face under somebody else's cover: then nobody would know her


@dataclass(frozen=True)
class Mask:
    """What is covered in one picture, and whether her own face can be seen."""

    places: tuple[Box, ...]
    own: str

    @property
    def look(self) -> str:
        """A fingerprint of it: another face, another cover, another fingerprint."""
        edges = [[round(edge, 4) for edge in box] for box in sorted(self.places)]
        return hashlib.sha256(f"{edges}|{self.own}".encode()).hexdigest()[:32]


def photos(package: Package) -> ModelSelect[Photo]:
    """Whose photos go in: where a human saw her or confirmed a find for this claim, without those that were found not to be hers."""
    there = Appearance.select(Appearance.photo).where(
        Appearance.person == package.person, Appearance.undone_at.is_null()
    )
    found = Found.select(Found.photo).where(Found.claim == package.claim)
    yes, no = found.where(Found.confirmed_at.is_null(False)), found.where(Found.rejected_at.is_null(False))
    query = Photo.select().where(Photo.id.in_(there) | Photo.id.in_(yes), Photo.id.not_in(no))
    return query if package.kind is PackageKind.ACCESS else query.where(Photo.id.in_(_alone(package)))


def _alone(package: Package) -> ModelSelect[Photo]:
    """Photos somebody looked through in which she is the only one who can be recognised (Art. 20(4))."""
    said = Remark.select(Remark.face).where(
        Remark.undone_at.is_null(), Remark.word.in_((Word.NOT_A_PERSON, Word.NOT_RECOGNISABLE))
    )
    hers = Appearance.select(Appearance.face).where(
        Appearance.person == package.person, Appearance.undone_at.is_null(), Appearance.face.is_null(False)
    )
    others = Face.select(Face.photo).where(Face.id.not_in(hers), Face.id.not_in(said))
    named = Appearance.select(Appearance.photo).where(
        Appearance.person != package.person, Appearance.undone_at.is_null()
    )
    seen = Review.select(Review.photo).where(Review.undone_at.is_null())
    return Photo.select(Photo.id).where(
        Photo.id.in_(seen), Photo.id.not_in(others), Photo.id.not_in(named),
        Photo.id.in_(Face.select(Face.photo).where(Face.id.in_(hers))),
    )  # fmt: skip


def choose(package: Package) -> int:
    """Note which photos go in, within the caller's transaction; returns how many."""
    ids = [photo.id for photo in photos(package).select(Photo.id).order_by(Photo.id)]
    for some in chunked(ids, 500):
        PackagePicture.insert_many([{"package": package, "photo": id} for id in some]).execute()
    return len(ids)


def make_missing(package: Package) -> None:
    """Make each picture that is not there yet, one at a time; what is done stays done when the work breaks off."""
    while some := list(_missing(package).limit(BATCH)):
        for picture, mask in zip(some, masks(package, some), strict=True):
            _make(package, picture, mask)
    with db.atomic():
        done = Package.update(prepared_at=clock.now()).where(
            Package.id == package.id, Package.prepared_at.is_null()
        )
        if done.execute():
            Trace.leave(
                "system", "package.prepared", package, person=package.person, of=package.claim.code, photos=package.count,
            )  # fmt: skip


def _missing(package: Package) -> ModelSelect[PackagePicture]:
    query = PackagePicture.select(PackagePicture, Photo).join(Photo).where(PackagePicture.package == package)
    return query.where(PackagePicture.made_at.is_null()).order_by(PackagePicture.id)


def _make(package: Package, picture: PackagePicture, mask: Mask) -> None:
    values = {
        "made_at": clock.now(),
        "look": mask.look,
        "own": mask.own,
        "covered": len(mask.places),
        "why": "",
    }
    try:
        whole = masking.cover(picture.photo, mask.places, style=Style.SOLID)
        picture.keep(whole.data)
        values |= {
            "sha256": hashlib.sha256(whole.data).hexdigest(), "size": len(whole.data), "width": whole.width, "height": whole.height,
        }  # fmt: skip
    except (Unreadable, Unfit, KeyGone, FileNotFoundError) as error:
        values |= {"why": getattr(error, "reason", "gone"), "sha256": "", "size": 0}
    PackagePicture.update(**values).where(PackagePicture.id == picture.id).execute()


def masks(package: Package, pictures: Sequence[PackagePicture]) -> list[Mask]:
    """What has to be covered in these pictures today, in a fixed number of queries."""
    ids = [picture.photo_id for picture in pictures]
    faces, shown = defaultdict[int, list[Face]](list), _shown(pictures)
    for face in Face.select().where(Face.photo.in_(ids)).order_by(Face.id):
        faces[face.photo_id].append(face)
    hers = {
        face for (face,) in tuples(Appearance.select(Appearance.face).where(
            Appearance.photo.in_(ids), Appearance.person == package.person, Appearance.undone_at.is_null(),
            Appearance.face.is_null(False),
        ))
    }  # fmt: skip
    drawn = defaultdict[int, list[Box]](list)
    for cover in PackageCover.select().where(PackageCover.picture.in_(list(pictures))):
        drawn[cover.picture_id].append((cover.left, cover.top, cover.width, cover.height))
    return [_mask(faces[picture.photo_id], hers, shown, drawn[picture.id]) for picture in pictures]


def _shown(pictures: Sequence[PackagePicture]) -> set[int]:
    """Faces nobody has to be covered for: what is no person, and whom the privacy officer unmasked."""
    things = Remark.select(Remark.face).join(Face).where(
        Face.photo.in_([picture.photo_id for picture in pictures]), Remark.word == Word.NOT_A_PERSON,
        Remark.undone_at.is_null(),
    )  # fmt: skip
    weighed = Unmasking.select(Unmasking.face).where(
        Unmasking.picture.in_(list(pictures)), Unmasking.note != ""
    )
    return {face for query in (things, weighed) for (face,) in tuples(query)} | _agreed_to(pictures)


def _agreed_to(pictures: Sequence[PackagePicture]) -> set[int]:
    """Faces left visible on their own line, as long as it stands: after a withdrawal they are covered again."""
    seen = Appearance.select(Appearance.face, Appearance.photo, Person.code, Photo.code).join(Person)
    rows = list(tuples(
        seen.join_from(Appearance, Photo).join_from(Appearance, Unmasking, on=Unmasking.face == Appearance.face)
        .where(Unmasking.picture.in_(list(pictures)), Unmasking.note == "", Appearance.undone_at.is_null())
    ))  # fmt: skip
    if not rows:
        return set()
    yes = disclosure.agreed(
        [picture.photo for picture in pictures if picture.photo_id in {row[1] for row in rows}]
    )
    return {face for face, _, person, photo in rows if person in yes.get(photo, ())}


def _mask(faces: Sequence[Face], hers: Collection[int], shown: Collection[int], drawn: Sequence[Box]) -> Mask:
    own = [face.box for face in faces if face.id in hers]
    others = [face.box for face in faces if face.id not in hers and face.id not in shown]
    places = [*(sparing(box, own) for box in others), *drawn]  # more would cover her own face (RED-06)
    hidden = any(sum(share(box, there) for there in places) > TOO_MUCH for box in own)
    return Mask(tuple(places), "none" if not own else "covered" if hidden else "open")


def listed(package: Package) -> ModelSelect[PackagePicture]:
    """The pictures in their order: what needs a second look first."""
    query = PackagePicture.select(PackagePicture, Photo).join(Photo).where(PackagePicture.package == package)
    return query.order_by(PackagePicture.own == "open", PackagePicture.id)


def own_counts(package: Package) -> dict[str, int]:
    """How many of the pictures show her own face, hide it, know of none, or could not be made."""
    rows = PackagePicture.select(PackagePicture.own, fn.COUNT(PackagePicture.id)).where(
        PackagePicture.package == package, PackagePicture.size > 0
    )
    counts = dict(tuples(rows.group_by(PackagePicture.own)))
    lost = package.pictures.where(PackagePicture.why != "").count()
    return {**{key: counts.get(key, 0) for key in ("open", "covered", "none")}, "lost": lost}


def of_photo(package: Package, code: str) -> PackagePicture:
    """One picture by its photo's code, or Missing."""
    photo = find(Photo.select().join(PackagePicture).where(PackagePicture.package == package), code)
    picture: PackagePicture = PackagePicture.get(
        PackagePicture.package == package, PackagePicture.photo == photo
    )
    return picture


@dataclass(frozen=True)
class Seen:
    """Somebody else in a picture: the face, the name if somebody said it, why it stays visible if it does, whether she agreed to."""

    face: Face
    name: str
    unmasked: Unmasking | None
    agreed: bool


def people_in(picture: PackagePicture) -> list[Seen]:
    """Every face of a picture but hers."""
    there = (Appearance.face == Face.id) & Appearance.undone_at.is_null()
    query = Face.select(Face, Appearance).join(Appearance, JOIN.LEFT_OUTER, on=there).where(
        Face.photo == picture.photo_id,
        fn.COALESCE(Appearance.person, 0) != picture.package.person_id,
    )  # fmt: skip
    weighed = {row.face_id: row for row in picture.unmaskings}
    yes, rows = disclosure.agreed([picture.photo]).get(picture.photo.code, {}), []
    for face in query.order_by(Face.left):
        said = getattr(face, "appearance", None)
        person = said.person if said and said.id else None
        rows.append(
            Seen(
                face, person.name if person else "", weighed.get(face.id), bool(person and person.code in yes)
            )
        )
    return rows


def cover(picture: PackagePicture, boxes: Sequence[Box], *, by: User) -> None:
    """Cover more places: a badge, a tattoo, a mirror; the picture is made anew and waits for another look."""
    _may_change(picture, by)
    if not boxes or len(boxes) > MOST_COVERS:
        raise Invalid(_l("Draw at least one box, and no more than fifty."), field="boxes")
    for left, top, width, height in boxes:
        if not (
            0 <= left <= 1
            and 0 <= top <= 1
            and 0.005 <= width <= 1.0001 - left
            and 0.005 <= height <= 1.0001 - top
        ):
            raise Invalid(_l("Draw the box inside the photo."), field="boxes")
    with db.atomic():
        for left, top, width, height in boxes:
            PackageCover.create(picture=picture, left=left, top=top, width=width, height=height, by=by)
        _anew(picture)
        Trace.leave(by, "package.covered", picture.package, photo=picture.photo, places=len(boxes))


def uncover(picture: PackagePicture, *, by: User) -> None:
    """Take the places drawn by hand away again; faces stay covered."""
    _may_change(picture, by)
    with db.atomic():
        gone = PackageCover.delete().where(PackageCover.picture == picture).execute()
        _anew(picture)
        Trace.leave(by, "package.uncovered", picture.package, photo=picture.photo, places=gone)


def unmask(picture: PackagePicture, face: Face, note: str, *, by: User) -> None:
    """Leave somebody else visible: on that person's own line, or with the weighing written down (Art. 15(4), RED-05)."""
    _may_change(picture, by)
    if face.photo_id != picture.photo_id:
        raise Invalid(_l("Choose one of the list."), field="face")
    line = _line_of(picture, face)
    if len(note.strip()) < SHORTEST_NOTE and (note.strip() or line is None):
        raise Invalid(
            _l("Write down whose interests you weighed and why this person may be seen, in a sentence or two."), field="note"
        )  # fmt: skip
    with db.atomic():
        Unmasking.delete().where(Unmasking.picture == picture, Unmasking.face == face).execute()
        Unmasking.create(picture=picture, face=face, note=within(note, 2000, "note"), by=by)
        _anew(picture)
        facts: dict[str, Any] = {} if note.strip() else {"line": line}
        Trace.leave(by, "package.unmasked", picture.package, photo=picture.photo, face=face.code, **facts)


def _line_of(picture: PackagePicture, face: Face) -> str | None:
    """The line by which whoever has this face agreed to be seen here."""
    named = Appearance.select(Appearance, Person).join(Person).where(
        Appearance.face == face, Appearance.undone_at.is_null()
    ).first()  # fmt: skip
    yes = disclosure.agreed([picture.photo]).get(picture.photo.code, {})
    return yes.get(named.person.code) if named else None


def mask_again(picture: PackagePicture, face: Face, *, by: User) -> None:
    """Cover that person again."""
    _may_change(picture, by)
    with db.atomic():
        Unmasking.delete().where(Unmasking.picture == picture, Unmasking.face == face).execute()
        _anew(picture)
        Trace.leave(by, "package.masked-again", picture.package, photo=picture.photo, face=face.code)


def outdated(package: Package) -> list[PackagePicture]:
    """Pictures whose photo changed since they were made: a face was found, named or moved."""
    rows = list(
        PackagePicture.select(PackagePicture, Photo).join(Photo).where(PackagePicture.package == package)
    )
    return [
        row
        for some in chunked(rows, BATCH)
        for row, mask in zip(some, masks(package, some), strict=True)
        if row.look != mask.look
    ]


def look_again(rows: Sequence[PackagePicture]) -> None:
    """Have these made anew; within the caller's transaction."""
    for row in rows:
        _anew(row)


def _may_change(picture: PackagePicture, by: User) -> None:
    by.require(Permission.COMPLIANCE)
    if picture.package.stage not in (Stage.MAKING, Stage.REVIEW, Stage.REVIEWED):
        raise Refusal(_l("This package was let go already. Have another one made."))


def _anew(picture: PackagePicture) -> None:
    PackagePicture.update(made_at=None).where(PackagePicture.id == picture.id).execute()
    picture.package.changed()
