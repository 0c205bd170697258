"""Masked copies: a photo with some places covered for good; the original stays as it is (GRP-01, RED-01)."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from peewee import JOIN, FloatField, ForeignKeyField, IntegerField, JSONField, TextField
from playhouse.fields import EnumField

from adapters import clock, imaging
from adapters.kinds import JPEG
from models.base import Moment, Record, code_field, tools
from models.covering import Box, Covering, Extent, Style
from models.errors import Gone, Missing, Refusal, _l
from models.face import Appearance, Face
from models.facts import Period
from models.person import Person
from models.photo import Photo
from models.reasons import Clearance
from models.use import Use
from models.user import User

SIZES = (320, 1600)  # to look at; what leaves is made from the whole


class CopyWord(StrEnum):
    """What a human said of a copy after looking at it."""

    GOOD = "good"
    THROWN_AWAY = "thrown_away"


class Stage(StrEnum):
    """Where a copy stands; only a good one may leave."""

    MAKING = "making"
    FAILED = "failed"
    WAITING = "waiting"
    GOOD = "good"
    STALE = "stale"
    THROWN_AWAY = "thrown_away"


class Copy(Record):
    """One photo with places covered, made for a use; its bytes lie under the photo's own key and are erased with it."""

    code = code_field()
    photo = ForeignKeyField(Photo, backref="copies", on_delete="CASCADE")
    use = ForeignKeyField(Use)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    extent = EnumField(Extent)
    style = EnumField(Style)
    made_at = Moment(null=True)
    width = IntegerField(null=True)
    height = IntegerField(null=True)
    why = TextField(default="")  # the sandbox's reason when it could not be made

    class Meta:
        personal = ()
        plain = ("code", "at", "extent", "style", "made_at", "width", "height", "why")

    @property
    def stage(self) -> Stage:
        """Where this copy stands now."""
        return stages([self])[self.id]

    @property
    def look(self) -> str:
        """A fingerprint of everyone the photo is known to show now: a word given on another look does not count."""
        return _look(_seen([self.photo_id])[self.photo_id])

    @property
    def places(self) -> tuple[Box, ...]:
        """What is covered in its bytes, margin included."""
        return tuple((row.left, row.top, row.width, row.height) for row in self.covers.order_by(Cover.id))

    def clearance(self, use: Use, period: Period | None = None) -> Clearance:
        """The verdict on this copy: the photo's, without those who are hidden in these bytes."""
        masked = coverings([self])
        return Photo.clearances([self.photo], use, period, masked=masked)[self.photo.code]

    def prospect(self, use: Use) -> Clearance:
        """The verdict it would have once a human has found it good."""
        masked = {self.photo.code: Covering(self.places, reviewed=True)}
        return Photo.clearances([self.photo], use, masked=masked)[self.photo.code]

    def trouble(self) -> Refusal | None:
        """Why it may not leave, whatever the verdict: nobody found it good, or somebody was found in the photo since."""
        stage = self.stage
        if stage is Stage.THROWN_AWAY:
            return Gone(_l("This copy was thrown away. Make another one."))
        if stage is Stage.STALE:
            return Refusal(_l("The photo has changed since this copy was checked. Look at the copy again."))
        if stage is not Stage.GOOD:
            return Refusal(_l("Somebody has to look at this copy before it may leave."))
        return None

    def must_be_good(self) -> None:
        """Raise what troubles it; asked at every door."""
        trouble = self.trouble()
        if trouble is not None:
            raise trouble

    def keep(self, whole: imaging.Rendered) -> None:
        """Put its bytes beside the original's, in place of what an interrupted run left."""
        tools.vault.put(self.photo.code, self._role(), whole.data)
        for side in SIZES:
            small = imaging.render(tools.sandbox, whole.data, JPEG, longest=side)
            tools.vault.put(self.photo.code, self._role(side), small.data)

    def picture(self, longest: int | None = None) -> bytes:
        """Its JPEG, whole or in one of SIZES; Missing for another size, Refusal while it is not made."""
        if longest is not None and longest not in SIZES:
            raise Missing
        if self.made_at is None:
            raise Refusal(_l("This copy is still being made."))
        if self.stage is Stage.THROWN_AWAY:
            raise Gone(_l("This copy was thrown away. Make another one."))
        return bytes(tools.vault.read(self.photo.code, self._role(longest)))

    def forget(self) -> None:
        """Take its bytes away; that it was made, and what became of it, stays on record."""
        for side in (None, *SIZES):
            tools.vault.drop(self.photo.code, self._role(side))

    def _role(self, side: int | None = None) -> str:
        return f"copy-{self.code}" + (f"-{side}" if side else "")


class Cover(Record):
    """A place that is covered in a copy, margin included, in fractions of the upright photo."""

    copy = ForeignKeyField(Copy, backref="covers", on_delete="CASCADE")
    left = FloatField()
    top = FloatField()
    width = FloatField()
    height = FloatField()

    class Meta:
        personal, plain = ("left", "top", "width", "height"), ()


class CopyCheck(Record):
    """A human's word on a copy, with everyone the photo was known to show at that moment."""

    copy = ForeignKeyField(Copy, backref="checks", on_delete="CASCADE")
    word = EnumField(CopyWord)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    saw = JSONField()

    class Meta:
        personal, plain = ("saw",), ("word", "at")


def say(copy: Copy, word: CopyWord, *, by: User) -> CopyCheck:
    """Write a human's word down, within the caller's transaction."""
    return CopyCheck.create(copy=copy, word=word, by=by, saw=sorted(_seen([copy.photo_id])[copy.photo_id]))


def stages(copies: Sequence[Copy]) -> dict[int, Stage]:
    """Where each copy stands, by id, in three queries however many they are."""
    last: dict[int, CopyCheck] = {}
    for check in CopyCheck.select().where(CopyCheck.copy.in_([c.id for c in copies])).order_by(CopyCheck.id):
        last[check.copy_id] = check
    now = _seen({copy.photo_id for copy in copies})
    return {copy.id: _stage(copy, last.get(copy.id), now[copy.photo_id]) for copy in copies}


def _stage(copy: Copy, check: CopyCheck | None, now: frozenset[str]) -> Stage:
    if check is not None and check.word is CopyWord.THROWN_AWAY:
        return Stage.THROWN_AWAY
    if copy.made_at is None:
        return Stage.FAILED if copy.why else Stage.MAKING
    if check is None:
        return Stage.WAITING
    # Whoever was found since the last look may be bare; whoever is gone from the photo hides no one.
    return Stage.STALE if now - set(check.saw) else Stage.GOOD


def coverings(copies: Sequence[Copy]) -> dict[str, Covering]:
    """What is covered in each, by the photo's code, for copies of different photos, in four queries."""
    places: dict[int, list[Box]] = defaultdict(list)
    for row in Cover.select().where(Cover.copy.in_([copy.id for copy in copies])):
        places[row.copy_id].append((row.left, row.top, row.width, row.height))
    good = stages(copies)
    return {
        copy.photo.code: Covering(tuple(places[copy.id]), reviewed=good[copy.id] is Stage.GOOD)
        for copy in copies
    }


def _seen(photo_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Every place and person each photo is known to show: a box moved or named anew is another line."""
    ids, lines = list(photo_ids), defaultdict(set)
    named = (Appearance.face == Face.id) & Appearance.undone_at.is_null()
    faces: Any = (
        Face.select(Face.photo, Face.left, Face.top, Face.width, Face.height, Person.code)
        .join(Appearance, JOIN.LEFT_OUTER, on=named)
        .join(Person, JOIN.LEFT_OUTER)
        .where(Face.photo.in_(ids))
        .tuples()
    )
    for photo_id, *box, person in faces:
        lines[photo_id].add(" ".join([*(f"{edge:.3f}" for edge in box), person or "?"]))
    bare: Any = Appearance.select(Appearance.photo, Person.code).join(Person).where(
        Appearance.photo.in_(ids), Appearance.undone_at.is_null(), Appearance.face.is_null()
    )  # fmt: skip
    for photo_id, person in bare.tuples():
        lines[photo_id].add(f"- {person}")
    return {photo_id: frozenset(lines[photo_id]) for photo_id in ids}


def _look(seen: frozenset[str]) -> str:
    return hashlib.sha256(json.dumps(sorted(seen)).encode()).hexdigest()[:32]
