"""Two entries for one person made one, and undone within thirty days with nothing lost (MIG-03)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from peewee import JOIN, ForeignKeyField, IntegrityError, JSONField, chunked

from adapters import clock
from models import faceprints, search
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, Refusal, _l
from models.face import Appearance, Face
from models.import_rows import plain
from models.job import Job
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from models.trail import Trace
from models.user import User

UNDO = timedelta(days=30)
MOST = 200


class Merging(Record):
    """That `gone` is the same person as `kept`, and which rows moved, so that they can move back."""

    code = code_field()
    kept = ForeignKeyField(Person, on_delete="CASCADE", backref="+")
    gone = ForeignKeyField(Person, on_delete="CASCADE", backref="+")
    moved = JSONField()  # {"table.column": [row ids]}
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    undone_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("code", "moved", "at", "undone_at")

    @classmethod
    def merge(cls, kept: Person, gone: Person, *, by: User) -> Merging:
        """Everything of `gone` becomes `kept`'s; the newest answer still decides, whoever it was filed under."""
        from models import cascade

        by.require(Permission.CONTACTS)
        if kept == gone:
            raise Invalid(_l("Choose two people."))
        with db.atomic():
            if cls.select().where(cls.gone.in_([kept, gone]), cls.undone_at.is_null()).exists():
                raise Refusal(_l("One of them was merged already."))
            # Faceprints of either may not speak for the other: they are made anew if the consent covers it (BIO-04).
            faceprints.forget(kept, "merged")
            faceprints.forget(gone, "merged")
            merging = cls.create(kept=kept, gone=gone, by=by, moved=_move(gone, kept))
            Trace.leave(by, "person.merged", merging, person=kept, gone=gone.code)
            _find_again(kept)
            cascade.after(kept, "merged")
            Job.put("faceprints", kept.id)
        return merging

    def undo(self, *, by: User, theirs: Collection[str] = ()) -> None:
        """They are two again, each with what was hers; of what was named since, the codes in `theirs` are the other's."""
        from models import cascade

        by.require(Permission.CONTACTS)
        if self.at < clock.now() - UNDO:
            raise Refusal(_l("After thirty days this can't be undone any more."))
        with db.atomic():
            # The later merging moved these rows too: undone in the wrong order, they would end up with a third person.
            if Merging.select().where(Merging.gone == self.kept, Merging.undone_at.is_null()).exists():
                raise Refusal(_l("This person was merged into another since. Undo that first."))
            done = Merging.update(undone_at=clock.now()).where(
                Merging.id == self.id, Merging.undone_at.is_null()
            )
            if done.execute() != 1:
                raise Refusal(_l("This was undone already."))
            faceprints.forget(self.kept, "merged")
            for model, field in _references():
                ids = self.moved.get(_name(model, field), [])
                # Only what is still hers: the number of a row that is gone may have been given to another.
                for some in chunked(ids, 500):
                    model.update(**{field.name: self.gone}).where(
                        model._meta.primary_key.in_(some), field == self.kept
                    ).execute()
            chosen = [row.id for row in self.named_since() if row.code in theirs]
            for some in chunked(chosen, 500):
                Appearance.update(person=self.gone).where(Appearance.id.in_(some)).execute()
            Trace.leave(
                by, "person.merge-undone", self, person=self.kept, gone=self.gone.code, since=len(chosen)
            )
            for person in (self.kept, self.gone):
                _find_again(person)
                cascade.after(person, "merged")
                Job.put("faceprints", person.id)

    def named_since(self) -> list[Appearance]:
        """Where somebody was named under the one name since they became one: whose are these when they are two again?"""
        moved = self.moved.get(_name(Appearance, Appearance.person), [])
        rows = (
            Appearance.select(Appearance, Photo, Face)
            .join(Photo)
            .join_from(Appearance, Face, JOIN.LEFT_OUTER)
            .where(Appearance.person == self.kept, Appearance.undone_at.is_null(), Appearance.at >= self.at)
            .order_by(Appearance.id)
        )
        return [row for row in rows if row.id not in set(moved)]

    @classmethod
    def standing_for(cls, person: Person) -> Person:
        """Under whom this person stands now: herself, or the one she was merged into."""
        row = cls.get_or_none(cls.gone == person, cls.undone_at.is_null())
        return row.kept if row else person

    @classmethod
    def of(cls, person: Person) -> list[Merging]:
        """Mergings into this person that can still be undone, newest first."""
        since = clock.now() - UNDO
        return list(
            cls.select()
            .where(cls.kept == person, cls.undone_at.is_null(), cls.at > since)
            .order_by(cls.id.desc())
        )


class Distinct(Record):
    """A human's word that two people with the same name are two."""

    one = ForeignKeyField(Person, on_delete="CASCADE", backref="+")
    other = ForeignKeyField(Person, on_delete="CASCADE", backref="+")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("at",)
        indexes = ((("one", "other"), True),)

    @classmethod
    def note(cls, one: Person, other: Person, *, by: User) -> None:
        """They are two; they aren't suggested again."""
        by.require(Permission.CONTACTS)
        first, second = sorted((one, other), key=lambda person: person.id)
        with db.atomic():
            cls.get_or_create(one=first, other=second, defaults={"by": by})
            Trace.leave(by, "person.distinct", first, other=second.code)


def suspects(user: User) -> list[tuple[Person, Person]]:
    """Pairs that may be one person: the same name, or the same address; at most two hundred."""
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in user.people().order_by(Person.id):
        groups[f"name:{plain(person.name)}"].append(person)
        if person.email:
            groups[f"mail:{person.email}"].append(person)
    apart = {(row.one_id, row.other_id) for row in Distinct.select()}
    pairs = {
        (group[0].id, other.id): (group[0], other)
        for group in groups.values()
        for other in group[1:]
        if (group[0].id, other.id) not in apart
    }
    return list(pairs.values())[:MOST]


def _move(gone: Person, kept: Person) -> dict[str, list[int]]:
    moved: dict[str, list[int]] = {}
    for model, field in _references():
        ids = []
        for row in model.select(model._meta.primary_key).where(field == gone).tuples():
            try:
                with db.atomic():
                    model.update(**{field.name: kept}).where(model._meta.primary_key == row[0]).execute()
            except IntegrityError:
                continue  # the other has that very row already; this one stays where it was
            ids.append(row[0])
        if ids:
            moved[_name(model, field)] = ids
    return moved


def _find_again(person: Person) -> None:
    """The words of her photos hold the name she stands under now."""
    there = Appearance.select(Appearance.photo).where(
        Appearance.person == person, Appearance.undone_at.is_null()
    )
    for photo in Photo.select().where(Photo.id.in_(there)):
        search.note(photo)


def _references() -> list[tuple[Any, Any]]:
    """Every column of the house that points at a person, so that none is forgotten."""
    from models import schema

    return [
        (model, field)
        for model in schema.records()
        if model not in (Merging, Distinct)
        for field in model._meta.sorted_fields
        if isinstance(field, ForeignKeyField) and field.rel_model is Person
    ]


def _name(model: Any, field: Any) -> str:
    return f"{model._meta.table_name}.{field.name}"
