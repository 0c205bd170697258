"""Legal bases other than consent: a contract, a weighed interest, a public task (section 1.6, BAS-01, BAS-02, MIN-09)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from peewee import BooleanField, DateField, ForeignKeyField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models import ages
from models.album import Album
from models.base import Moment, Record, code_field, db, tools
from models.errors import Invalid, NotAllowed, _l
from models.facts import BasisKind
from models.gather import today
from models.permission import Permission
from models.person import Person
from models.trail import Trace
from models.use import Use
from models.user import User

ARTICLES = {
    BasisKind.CONTRACT: "6(1)(b)",
    BasisKind.LI: "6(1)(f)",
    BasisKind.PUBLIC_TASK: "6(1)(e)",
}
LONGEST_UNREVIEWED = timedelta(days=730)  # 24 months (BAS-01)


class Basis(Record):
    """One ground for one person and one use, with its evidence, its owner and the day it is looked at again."""

    code = code_field()
    person = ForeignKeyField(Person, backref="bases", on_delete="CASCADE")
    use = ForeignKeyField(Use)
    kind = EnumField(BasisKind)
    article = TextField()  # exactly one condition of Art. 6
    evidence = TextField()  # what was signed, weighed or decreed, and where it lies
    album = ForeignKeyField(Album, null=True, on_delete="SET NULL")  # None: every photo
    owner = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    valid_from = DateField()
    valid_until = DateField(null=True)
    review_on = DateField()
    after_leaving = BooleanField(default=False)  # a contract that says so outlives the work (EMP-02, V10)
    guardian_signed = BooleanField(default=False)  # a contract with someone under the contract age (MIN-09)
    informed_on = DateField(null=True)  # when the person was told of it (Art. 13, 14; BAS-04)
    reviewed_at = Moment(null=True)  # the DPO's look where a child is concerned
    reviewed_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    reason = TextField(default="")  # why it was put on file although the person had said no (BAS-02)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    ended_at = Moment(null=True)

    class Meta:
        personal = ("evidence", "reason")
        plain = (
            "code", "kind", "article", "valid_from", "valid_until", "review_on", "after_leaving", "guardian_signed",
            "informed_on", "reviewed_at", "at", "ended_at",
        )  # fmt: skip
        indexes = ((("person", "ended_at"), False),)

    @classmethod
    def add(
        cls, person: Person, use: Use, given: Mapping[str, Any], *, by: User, album: Album | None = None
    ) -> Basis:
        """Put a ground on file: {kind, evidence, valid_from, valid_until, review_on, after_leaving, guardian_signed, informed_on,
        reason}.

        Invalid names what is missing (BAS-01); after a no of the person only the DPO may add one, saying why, and never past
        the no itself: decide lets no other ground step in (BAS-02, CON-22).
        """
        from models import cascade

        by.require(Permission.BASES)
        values = _checked(given)
        values["reason"] = _why_although(person, use, str(given.get("reason") or ""), by)
        with db.atomic():
            basis = cls.create(
                person=person,
                use=use,
                album=album,
                owner=by,
                by=by,
                article=ARTICLES[values["kind"]],
                **values,
            )
            Trace.leave(by, "basis.added", basis, person=person, use=use, article=basis.article)
            cascade.after(person, "basis")
        return basis

    def end(self, *, by: User) -> None:
        """It no longer holds."""
        self._mark(by, "basis.ended", ended_at=clock.now())

    def review(self, *, by: User) -> None:
        """The DPO has looked at a ground that concerns a child (P18)."""
        by.require(Permission.COMPLIANCE)
        self._mark(by, "basis.reviewed", reviewed_at=clock.now(), reviewed_by=by)

    def inform(self, *, by: User) -> None:
        """The person was told of it (BAS-04)."""
        self._mark(by, "basis.informed", informed_on=today())

    def _mark(self, by: User, act: str, **values: Any) -> None:
        from models import cascade

        by.require(Permission.BASES)
        with db.atomic():
            Basis.update(**values).where(Basis.id == self.id).execute()
            Trace.leave(by, act, self, person=self.person)
            cascade.after(self.person, "basis")

    @property
    def last_day(self) -> date:
        """The last day it counts: its end, or the day it should have been looked at again."""
        return min(filter(None, (self.valid_until, self.review_on)))

    @classmethod
    def of(cls, person: Person) -> list[Basis]:
        """The grounds on file for someone, newest first."""
        return list(person.bases.where(cls.ended_at.is_null()).order_by(cls.id.desc()))

    @classmethod
    def to_tell(cls) -> list[Basis]:
        """Grounds whose person has not been told yet, oldest first: due a month after they were noted (BAS-04)."""
        return list(cls.select().where(cls.ended_at.is_null(), cls.informed_on.is_null()).order_by(cls.id))

    @classmethod
    def to_offer_anew(cls) -> list[Basis]:
        """Contracts made for someone under the contract age who has reached it since, with no newer one beside it (MIN-09)."""
        day, young = today(), ages.profile().contract_age
        contracts = (
            cls.select(cls, Person)
            .join(Person)
            .where(cls.kind == BasisKind.CONTRACT, cls.ended_at.is_null(), Person.born.is_null(False))
        )
        made = [(row, ages.birthday(row.person.born or day, young)) for row in contracts.order_by(cls.id)]
        renewed = {(row.person_id, row.use_id) for row, grown in made if row.valid_from >= grown}
        return [
            row for row, grown in made
            if row.valid_from < grown <= day <= row.last_day and (row.person_id, row.use_id) not in renewed
        ]  # fmt: skip

    @property
    def tell_by(self) -> date:
        """The last day to tell the person: a month after it was noted, by the calendar."""
        return clock.months_after(clock.day_of(self.at, tools.zone), 1)


def signed_too_young(basis: Any, born: date | None, rules: ages.Profile) -> bool:
    """Whether a contract was made under the contract age without a guardian's hand (MIN-09)."""
    if basis.kind != BasisKind.CONTRACT or born is None or basis.guardian_signed:
        return False
    return bool(basis.valid_from < ages.birthday(born, rules.contract_age))


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    kind, evidence = given.get("kind"), str(given.get("evidence") or "").strip()
    start, until, review = (
        given.get("valid_from") or today(),
        given.get("valid_until"),
        given.get("review_on"),
    )
    if kind not in set(BasisKind):
        raise Invalid(_l("Choose one of the list."), field="basis")
    if not evidence:
        raise Invalid(_l("Say what proves it and where that is kept."), field="evidence")
    if review is None or not today() < review <= today() + LONGEST_UNREVIEWED:
        raise Invalid(_l("Say when it is looked at again: within 24 months."), field="review_on")
    if until is not None and until < start:
        raise Invalid(_l("The last day lies before the first."), field="valid_until")
    informed = given.get("informed_on")
    if informed is not None and informed > today():
        raise Invalid(_l("This day lies in the future."), field="informed_on")
    return {
        "kind": BasisKind(kind), "evidence": evidence[:2000], "valid_from": start, "valid_until": until, "review_on": review,
        "after_leaving": bool(given.get("after_leaving")), "guardian_signed": bool(given.get("guardian_signed")),
        # Whoever signs a contract knows of it.
        "informed_on": today() if kind == BasisKind.CONTRACT else informed,
    }  # fmt: skip


def _why_although(person: Person, use: Use, reason: str, by: User) -> str:
    """Why it goes on file although the person said no, which only the DPO may decide (BAS-02); empty where she did not."""
    from models import consents_of

    choice = consents_of.choices(person).get(use.id)
    if choice is None or choice.state not in ("refused", "withdrawn"):
        return ""
    if not by.may(Permission.COMPLIANCE):
        words = _l(
            "This person said no to this use. Only the privacy officer may put another ground on file."
        )
        raise NotAllowed(words)
    if len(reason.strip()) < 10:
        raise Invalid(
            _l("This person said no to this use. Say why it goes on file all the same."), field="reason"
        )
    return reason.strip()[:1000]
