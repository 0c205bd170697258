"""What is done with masked copies: offered where a refusal stands, made by the worker, checked by a human, thrown away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from peewee import JOIN, ModelSelect

from adapters import clock
from adapters.sandbox import Unreadable
from models import masking
from models.base import db
from models.copy import Copy, CopyCheck, CopyWord, Cover, Stage, say, stages
from models.covering import Box, Covering, Extent, Style, place
from models.errors import Invalid, Refusal, _l
from models.face import Face, Word
from models.faces import FaceSeen
from models.job import Job
from models.permission import Permission
from models.photo import Photo
from models.reasons import Clearance, Code
from models.trail import Trace
from models.use import Use
from models.user import User

MOST_PLACES = 200
MOST_AT_ONCE = 50
SMALLEST = 0.005  # of the photo, so that a slip of the hand is no place
# What refuses a crowd as a whole rather than one person in it (A9).
CROWD = frozenset(
    {
        Code.OBJECTION,
        Code.ART9_CONDITION_MISSING,
        Code.LI_NOT_AVAILABLE_TO_AUTHORITY,
        Code.ASSESSMENT_MISSING,
    }
)
OPEN = (Stage.MAKING, Stage.WAITING, Stage.GOOD, Stage.STALE)


@dataclass(frozen=True)
class Offer:
    """A copy that would open the door: whom it covers, and how many faces."""

    photo: Photo
    use: Use
    faces: list[Face]
    people: list[str]  # codes of those among them who have a name
    refusal: Clearance  # what is said of the photo itself


def offer(photo: Photo, use: Use) -> Offer | None:
    """The copy that a refused photo may be used by, once somebody has looked at it; None where covering faces helps not."""
    if not photo.ready or photo.set_aside.exists():
        return None
    now = photo.clearance(use)
    shut = [] if now.allows else in_the_way(photo, now)
    if not shut:
        return None
    places = tuple(place(seen.face.box, Extent.HEAD) for seen in shut)
    then = Photo.clearances([photo], use, masked={photo.code: Covering(places, reviewed=True)})
    if not then[photo.code].allows:
        return None
    named = list(dict.fromkeys(seen.person.code for seen in shut if seen.person))
    return Offer(photo, use, [seen.face for seen in shut], named, now)


def in_the_way(photo: Photo, clearance: Clearance) -> list[FaceSeen]:
    """The faces for whose sake the verdict refuses: unnamed, of people who didn't agree, of a crowd that may not be shown."""
    people = {reason.person for reason in clearance.obstacles if reason.person}
    places = {reason.face for reason in clearance.obstacles if reason.face}
    crowd = any(
        reason.code in CROWD and reason.person is None and reason.face is None
        for reason in clearance.obstacles
    )
    return [
        seen
        for seen in photo.who_is_in_it().faces
        if seen.face.code in places
        or (seen.person is not None and seen.person.code in people)
        or (crowd and seen.word is Word.CROWD)
    ]


def order(
    photo: Photo,
    use: Use,
    *,
    by: User,
    faces: Sequence[Face],
    drawn: Sequence[Box] = (),
    extent: Extent = Extent.HEAD,
    style: Style = Style.SOLID,
) -> Copy:
    """Have a copy made in which these faces, and places drawn by hand, are covered; the one that is there already, if it is.

    Raises Invalid for nothing to cover, for a place outside the photo, and while the photo is not ready.
    """
    by.require(Permission.DELIVER)
    places = [place(face.box, extent) for face in faces]
    places += [place(_checked(box), Extent.FACE) for box in drawn]
    _check(photo, places)
    with db.atomic():
        same = _same(photo, use, places, style)
        if same is not None:
            return same
        copy = Copy.create(photo=photo, use=use, by=by, extent=extent, style=style)
        for left, top, width, height in places:
            Cover.create(copy=copy, left=left, top=top, width=width, height=height)
        Trace.leave(
            by, "copy.ordered", copy, photo=photo, use=use, faces=list(faces), drawn=len(drawn), extent=extent.value,
            style=style.value,
        )  # fmt: skip
        Job.put("copy", copy.id)
    return copy


def order_offered(photos: Iterable[Photo], use: Use, *, by: User) -> tuple[list[Copy], int]:
    """Have a copy made of each refused photo that one would open; returns them, and how many are shut for other reasons."""
    by.require(Permission.DELIVER)
    refused = [photo for photo in photos if not photo.clearance(use).allows]
    if len(refused) > MOST_AT_ONCE:
        raise Invalid(_l("Choose at most %(count)s photos that can't be used yet."), count=MOST_AT_ONCE)
    found = [offer(photo, use) for photo in refused]
    made = [order(one.photo, use, faces=one.faces, by=by) for one in found if one]
    return made, len(refused) - len(made)


def make(copy_id: int) -> None:
    """The worker's part: cover the places in the original's picture and keep the bytes; may run twice."""
    copy = Copy.get_or_none(Copy.id == copy_id)
    if copy is None or copy.made_at is not None or copy.stage is Stage.THROWN_AWAY:
        return
    try:
        whole = masking.cover(copy.photo, copy.places, style=copy.style)
        copy.keep(whole)
    except Unreadable as why:
        Copy.update(why=why.reason).where(Copy.id == copy.id).execute()
        return
    with db.atomic():
        values = {"made_at": clock.now(), "width": whole.width, "height": whole.height, "why": ""}
        Copy.update(**values).where(Copy.id == copy.id).execute()
        digest = hashlib.sha256(whole.data).hexdigest()
        Trace.leave("system", "copy.made", copy, photo=copy.photo, use=copy.use, sha256=digest)
    if Copy.get_by_id(copy.id).stage is Stage.THROWN_AWAY:  # while it was being made
        copy.forget()


def approve(copy: Copy, *, look: str, by: User) -> None:
    """A human's word that nobody in the copy can be recognised but those who are named (RED-01); the maker may give it.

    `look` is the copy's fingerprint of what was shown: Refusal when the photo has changed under the eyes.
    """
    by.require(Permission.DELIVER)
    with db.atomic():
        if copy.stage not in (Stage.WAITING, Stage.STALE, Stage.GOOD):
            raise Refusal(_l("There is nothing to check: the copy isn't made yet, or was thrown away."))
        if look != copy.look:
            raise Refusal(_l("The photo changed while you looked. Look at the copy once more."))
        check = say(copy, CopyWord.GOOD, by=by)
        Trace.leave(by, "copy.checked", copy, photo=copy.photo, use=copy.use, found=check.word.value)


def throw_away(copy: Copy, *, by: User) -> None:
    """A human's word that it is no good: its bytes go at once, and copies of it that left are no longer vouched for."""
    by.require(Permission.DELIVER)
    with db.atomic():
        if copy.stage is Stage.THROWN_AWAY:
            raise Refusal(_l("This copy was thrown away already."))
        say(copy, CopyWord.THROWN_AWAY, by=by)
        Trace.leave(by, "copy.thrown-away", copy, photo=copy.photo, use=copy.use)
    copy.forget()


def seen_by(user: User) -> ModelSelect[Copy]:
    """The copies of photos this user may see."""
    return Copy.select().where(Copy.photo.in_(user.photos().select(Photo.id)))


def of_photo(photo: Photo) -> list[tuple[Copy, Stage, list[CopyCheck]]]:
    """The last ten copies of a photo that were not thrown away, newest first, where they stand and who looked."""
    return _told(_kept().where(Copy.photo == photo).limit(10))


def to_check(user: User) -> list[tuple[Copy, Stage, list[CopyCheck]]]:
    """The copies that wait for a human's look, newest first."""
    theirs = Copy.photo.in_(user.photos().select(Photo.id))
    return [row for row in _told(_kept().where(theirs).limit(200)) if row[1] is not Stage.GOOD]


def words_on(copy: Copy) -> list[CopyCheck]:
    """What was said of it, the first word first."""
    return _words([copy])[copy.id]


def _told(query: ModelSelect[Copy]) -> list[tuple[Copy, Stage, list[CopyCheck]]]:
    rows = list(query)
    stands, words = stages(rows), _words(rows)
    return [(copy, stands[copy.id], words[copy.id]) for copy in rows]


def _words(rows: Sequence[Copy]) -> dict[int, list[CopyCheck]]:
    said: dict[int, list[CopyCheck]] = {copy.id: [] for copy in rows}
    query = (
        CopyCheck.select(CopyCheck, User).join(User, JOIN.LEFT_OUTER).where(CopyCheck.copy.in_(list(said)))
    )
    for check in query.order_by(CopyCheck.id):
        said[check.copy_id].append(check)
    return said


def _kept() -> ModelSelect[Copy]:
    """Copies that were not thrown away, newest first, with all that a list tells of them."""
    thrown = CopyCheck.select(CopyCheck.copy).where(CopyCheck.word == CopyWord.THROWN_AWAY)
    query = Copy.select(Copy, Photo, Use, User).join(Photo).join_from(Copy, Use)
    query = query.join_from(Copy, User, JOIN.LEFT_OUTER)
    return query.where(Copy.id.not_in(thrown)).order_by(Copy.id.desc())


def _same(photo: Photo, use: Use, places: Sequence[Box], style: Style) -> Copy | None:
    wanted = {tuple(round(edge, 3) for edge in box) for box in places}
    rows = list(photo.copies.where(Copy.use == use, Copy.style == style).order_by(Copy.id.desc()).limit(20))
    stands = stages(rows)
    for copy in rows:
        there = {tuple(round(edge, 3) for edge in box) for box in copy.places}
        if there == wanted and stands[copy.id] in OPEN:
            return copy
    return None


def _checked(box: Box) -> Box:
    left, top, width, height = box
    inside = 0 <= left <= 1 and 0 <= top <= 1 and width <= 1 - left + 1e-6 and height <= 1 - top + 1e-6
    if not (inside and width >= SMALLEST and height >= SMALLEST):
        raise Invalid(_l("Draw the box inside the photo."), field="boxes")
    return box


def _check(photo: Photo, places: Sequence[Box]) -> None:
    if not photo.ready or photo.set_aside.exists():
        raise Invalid(_l("This photo isn't ready yet. Try again in a moment."))
    if not places:
        raise Invalid(_l("Choose at least one face, or draw a box over what must not be seen."), field="face")
    if len(places) > MOST_PLACES:
        raise Invalid(_l("At most %(count)s places can be covered."), field="face", count=MOST_PLACES)
