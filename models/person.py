"""People: who was photographed, how to reach them, who speaks for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from peewee import Case, DateField, ForeignKeyField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock
from models import ages
from models.base import Moment, Record, code_field, db, find
from models.errors import Invalid, NotAllowed, _l
from models.folding import folded_name
from models.gather import today
from models.names import clean_email, tidy
from models.permission import Permission
from models.trail import Trace
from models.user import User


class Relation(StrEnum):
    """What ties a person to the organisation; some ties make a free choice harder (EMP-01)."""

    VISITOR = "visitor"
    EMPLOYEE = "employee"
    VOLUNTEER = "volunteer"
    PATIENT = "patient"
    PUPIL = "pupil"
    RESIDENT = "resident"
    OTHER = "other"


class Speaking(StrEnum):
    """In which capacity someone speaks for another."""

    GUARDIAN = "guardian"
    RELATIVE = "relative"  # of someone who died


class Person(Record):
    """Someone photographed. A birth date is kept for minors only, where the age rules need it (CON-13)."""

    code = code_field()
    name = TextField(index=True)
    folded = TextField(default="")  # the name as it is looked for
    email = TextField(null=True)
    born = DateField(null=True)
    relation = EnumField(Relation, default=Relation.VISITOR)
    locale = TextField(default="")
    note = TextField(default="")
    created_at = Moment(default=clock.now)

    class Meta:
        personal = ("name", "folded", "email", "born", "relation", "locale", "note")
        plain = ("code", "created_at")

    @classmethod
    def names(cls, codes: Iterable[str | None]) -> dict[str, str]:
        """Names by code, in one query."""
        wanted = {code for code in codes if code}
        if not wanted:
            return {}
        return {row.code: row.name for row in cls.select(cls.code, cls.name).where(cls.code.in_(wanted))}

    @classmethod
    def seen_by(cls, user: User) -> ModelSelect[Person]:
        """The people a user may look up; whoever was merged into another stands there as that other."""
        from models.merging import Merging

        if not user.may(Permission.PEOPLE):
            return cls.select().where(cls.id.is_null())
        return cls.select().where(
            cls.id.not_in(Merging.select(Merging.gone).where(Merging.undone_at.is_null())),
            cls.name != "",  # of whom nothing is left but the proof
        )

    @classmethod
    def named(cls, query: ModelSelect, text: str = "", *, after: str = "") -> ModelSelect:
        """People whose name holds every word, accents or not, in alphabetical order, after the person of a code."""
        query = cls.holding(query, text)
        if after:
            last = find(query, after)
            query = query.where((cls.name > last.name) | ((cls.name == last.name) & (cls.id > last.id)))
        return query.order_by(cls.name, cls.id)

    @classmethod
    def holding(cls, query: ModelSelect, text: str) -> ModelSelect:
        """Those of a query whose name holds every word of a text, whatever its accents and capitals."""
        for word in folded_name(text).split()[:6]:
            query = query.where(cls.folded.contains(word))
        return query

    @classmethod
    def nearest_to(cls, query: ModelSelect, text: str) -> ModelSelect:
        """The same, names that begin with the text first, then those of which a word does."""
        asked = folded_name(text)
        begins = Case(None, [(cls.folded.startswith(asked), 0), (cls.folded.contains(f" {asked}"), 1)], 2)
        return cls.holding(query, text).order_by(begins, cls.name, cls.id)

    @classmethod
    def in_photos(cls, query: ModelSelect[Person], photos: Iterable[Any]) -> ModelSelect[Person]:
        """Those of a query whom somebody named in one of these photos, by name."""
        from models.face import Appearance

        there = Appearance.select(Appearance.person).where(
            Appearance.photo.in_(list(photos)), Appearance.undone_at.is_null()
        )
        return query.where(cls.id.in_(there)).order_by(cls.name, cls.id)

    @classmethod
    def add(
        cls,
        name: str,
        *,
        by: User | str,
        email: str = "",
        born: date | None = None,
        relation: str = "visitor",
        locale: str = "",
        note: str = "",
    ) -> Person:
        """Add someone; Invalid without a name or with an address that can't be one."""
        values = cls._checked(name=name, email=email, born=born, relation=relation, locale=locale, note=note)
        with db.atomic():
            person = cls.create(**values)
            Trace.leave(by, "person.added", person)
        return person

    def change(self, *, by: User, **given: Any) -> None:
        """Correct what is known of someone; photos found by the old name are found by the new one (REC-01)."""
        from models import index, search
        from models.face import Appearance
        from models.photo import Photo

        values = self._checked(**given)
        photos = (
            Photo.select()
            .join(Appearance)
            .where(Appearance.person == self, Appearance.undone_at.is_null())
            .distinct()
        )
        with db.atomic():
            Person.update(**values).where(Person.id == self.id).execute()
            for photo in photos:
                search.note(photo)
            index.refresh([photo.id for photo in photos])
            Trace.leave(by, "person.changed", self)

    @classmethod
    def _checked(
        cls, *, name: str, email: str, born: date | None, relation: str, locale: str, note: str = ""
    ) -> dict[str, Any]:
        if not tidy(name) or len(name) > 200:
            raise Invalid(_l("Fill in the name."), field="name")
        if relation not in set(Relation):
            raise Invalid(_l("Choose one of the list."), field="relation")
        if born is not None and not date(1900, 1, 1) <= born <= today():
            raise Invalid(_l("This birth date can't be right."), field="born")
        return {
            "name": tidy(name),
            "folded": folded_name(name),
            "email": clean_email(email) if email.strip() else None,
            "born": born,
            "relation": relation,
            "locale": locale if locale in ("en", "nl", "de") else "",
            "note": note.strip()[:2000],
        }

    def is_minor(self) -> bool:
        """Whether a guardian must decide for this person today (MIN-01)."""
        return self.born is not None and self.of_age_on() > today()

    def of_age_on(self) -> date:
        """The birthday from which this person alone decides about photos of her; a person without a birth date is of age."""
        return ages.birthday(self.born, ages.profile().publication_age) if self.born else date.min

    def speakers(self, kind: Speaking | None = None) -> list[Guardian]:
        """Who may speak for this person now, in the order they were added."""
        query = self.guardians.where(Guardian.ended_at.is_null()).order_by(Guardian.id)
        return list(query if kind is None else query.where(Guardian.kind == kind))

    def died_on(self) -> date | None:
        """The day of death, if one is on file."""
        from models.circumstance import Circumstance, Kind

        row = self.circumstances.where(
            Circumstance.kind == Kind.DECEASED, Circumstance.ended_at.is_null()
        ).first()
        return row.since if row else None

    def add_guardian(
        self, *, name: str, email: str = "", locale: str = "", by: User | str, kind: str = "guardian"
    ) -> Guardian:
        """Add someone who speaks for this person: a guardian of a minor (MIN-03), or a relative of the deceased (DCD-01)."""
        if kind not in set(Speaking):
            raise Invalid(_l("Choose one of the list."), field="kind")
        if not tidy(name):
            raise Invalid(_l("Fill in the name."), field="guardian")
        with db.atomic():
            guardian = Guardian.create(
                person=self,
                name=tidy(name)[:200],
                email=clean_email(email) if email.strip() else None,
                locale=locale,
                kind=Speaking(kind),
            )
            Trace.leave(by, "guardian.added", guardian, person=self)
        return guardian


class Guardian(Record):
    """Someone who declared to have authority over a minor (MIN-03): declaration and contact, nothing more."""

    code = code_field()
    person = ForeignKeyField(Person, backref="guardians", on_delete="CASCADE")
    name = TextField()
    email = TextField(null=True)
    locale = TextField(default="")
    declared_at = Moment(null=True)
    kind = EnumField(Speaking, default=Speaking.GUARDIAN)
    ended_at = Moment(null=True)

    class Meta:
        personal = ("name", "email", "locale", "kind")
        plain = ("code", "declared_at", "ended_at")

    @property
    def may_speak(self) -> bool:
        """Whether this person speaks for the other today: a guardian's say ends on the birthday (MIN-08)."""
        if self.ended_at is not None:
            return False
        return self.kind is Speaking.RELATIVE or self.person.is_minor()

    def check_speaks(self) -> None:
        """Raise NotAllowed from the day on which the other decides alone (MIN-08)."""
        if not self.may_speak:
            raise NotAllowed(
                _l(
                    "You no longer decide for this person: from the day of coming of age, only they do. Nothing was changed."
                )
            )

    def end(self, *, by: User) -> None:
        """The authority is over; what was signed stays as it is."""
        with db.atomic():
            Guardian.update(ended_at=clock.now()).where(
                Guardian.id == self.id, Guardian.ended_at.is_null()
            ).execute()
            Trace.leave(by, "guardian.ended", self, person=self.person)
