"""The plan of an erasure: every photo of her exactly once, seen by four eyes, carried out by the worker, proven by a certificate (ERA-01, ERA-12)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from peewee import BooleanField, ForeignKeyField, JSONField, TextField
from playhouse.fields import EnumField

from adapters import clock
from models import erasure, faces, hold, masking, papers, recipients
from models.base import Moment, Record, code_field, db, tools
from models.claim import Claim, Identity, Outcome, Right, require_dpo
from models.claim_desk import HINDRANCES
from models.consent import LinePhoto
from models.covering import Extent, Style, place
from models.errors import Invalid, Refusal, _l
from models.face import Appearance, Face
from models.job import Job
from models.person import Person
from models.photo import Photo
from models.setting import Setting
from models.trail import Trace
from models.unnaming import Known
from models.user import User

JOB = "erasure-plan"
SHORTEST_REASON = 10
FAST = timedelta(hours=72)  # from the second pair of eyes to the end (ERA-13)


class Fate(StrEnum):
    """What becomes of a photo."""

    DELETE = "delete"
    MASK = "mask"  # she is covered for good, in the original and in all that was made of it
    RETAIN = "retain"  # with a ground of Art. 17(3)


class Plan(Record):
    """What becomes of everything of a person; `facts` are the numbers of the certificate."""

    code = code_field()
    claim = ForeignKeyField(Claim, unique=True, backref="plans", on_delete="CASCADE")
    keep_proof = BooleanField(default=True)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    approved_at = Moment(null=True)
    approved_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    done_at = Moment(null=True)
    facts = JSONField(default=dict)

    class Meta:
        personal = ()
        plain = ("code", "keep_proof", "at", "approved_at", "done_at", "facts")

    @classmethod
    def draft(cls, claim: Claim, *, by: User) -> Plan:
        """Lay out every photo of her once: alone in it, it goes; with others, she is covered (ERA-01). The same plan if there is one."""
        require_dpo(by)
        claim.require_open()
        if claim.right is not Right.ERASURE or claim.person is None or claim.identity is Identity.OPEN:
            raise Refusal(_l("Name the person on file and make sure that it is her first."))
        known: Plan | None = claim.plans.first()
        if known is not None:
            return known
        with db.atomic():
            plan: Plan = cls.create(claim=claim, by=by)
            plan._fill(claim.person)
            recipients.RecipientNotice.gather(claim, by=by)
            Trace.leave(
                by, "plan.drafted", plan, person=claim.person, of=claim.code, photos=plan.lines.count()
            )
        return plan

    def _fill(self, person: Person) -> None:
        every: Any = Photo.select()
        theirs: Any = Photo.of_person(every, person)
        for photo in theirs:
            alone = not photo.appearances.where(
                Appearance.person != person, Appearance.undone_at.is_null()
            ).exists()
            fate = Fate.DELETE if alone or not _places(photo, person) else Fate.MASK
            PlanLine.create(plan=self, photo=photo, photo_was=photo.code, fate=fate)

    def decide(self, line: PlanLine, fate: str, ground: str, *, by: User) -> None:
        """Change what becomes of one photo; kept ones need a ground of the law."""
        require_dpo(by)
        self._require_open()
        if fate not in set(Fate):
            raise Invalid(_l("Choose one of the list."), field="fate")
        if fate == Fate.RETAIN and len(ground.strip()) < SHORTEST_REASON:
            raise Invalid(_l("Say which ground of the law keeps this photo."), field="ground")
        if fate == Fate.MASK and (line.photo is None or not _places(line.photo, self.person)):
            raise Invalid(_l("Her place in this photo is not marked, so it can't be covered. Draw a box in the photo first."), field="fate")  # fmt: skip
        with db.atomic():
            PlanLine.update(fate=Fate(fate), ground=ground.strip()[:1000]).where(
                PlanLine.id == line.id
            ).execute()
            Plan.update(by=by).where(
                Plan.id == self.id
            ).execute()  # four eyes: who changes it last can't approve it
            Trace.leave(by, "plan.changed", self, person=self.person, photo=line.photo_was, fate=fate)

    def keep(self, *, proof: bool, by: User) -> None:
        """Say whether the sealed proof of her consents stays (Art. 17(3)(e)) or goes too."""
        require_dpo(by)
        self._require_open()
        with db.atomic():
            Plan.update(keep_proof=proof, by=by).where(Plan.id == self.id).execute()
            Trace.leave(by, "plan.changed", self, person=self.person, proof=proof)

    def approve(self, *, by: User) -> None:
        """The second pair of eyes: somebody else than who drafted it; the worker begins (issue part 5)."""
        require_dpo(by)
        self._require_open()
        if by == self.by:
            raise Refusal(
                _l(
                    "Somebody else must look at it: four eyes. Ask a second privacy officer; an administrator can give the role."
                )
            )
        hold.check_person_free(self.person)
        with db.atomic():
            done = Plan.update(approved_at=clock.now(), approved_by=by).where(
                Plan.id == self.id, Plan.approved_at.is_null()
            )
            if done.execute() != 1:
                raise Refusal(_l("This plan was approved already."))
            Trace.leave(by, "plan.approved", self, person=self.person, of=self.claim.code)
            Job.put(JOB, self.id)

    def _require_open(self) -> None:
        self.claim.require_open()  # who took her request back is not erased
        if self.approved_at is not None:
            raise Refusal(_l("This plan was approved already."))

    @property
    def person(self) -> Person:
        """Whom it is about; Refusal once she is gone."""
        if self.claim.person is None:
            raise Refusal(_l("Nothing of this person is on file any more."))
        person: Person = self.claim.person
        return person

    def counted(self) -> dict[str, int]:
        """How many photos meet which fate."""
        return {fate.value: self.lines.where(PlanLine.fate == fate).count() for fate in Fate}

    def certificate(self, locale: str) -> bytes:
        """What was erased, how and until when copies of it last in backups; no picture and no name but the addressee's (ERA-12)."""
        if self.done_at is None:
            raise Refusal(_l("The erasure is still under way."))
        return papers.make(
            "erasure-certificate.html", locale, plan=self, claim=self.claim, facts=self.facts,
            recipients=list(self.claim.recipients), organisation=str(Setting.of("organisation")),
            retained=list(self.lines.where(PlanLine.fate == Fate.RETAIN)), day=_days(self),
            address=str(Setting.of("organisation_address")),
        )  # fmt: skip


class PlanLine(Record):
    """One photo of the plan."""

    plan = ForeignKeyField(Plan, backref="lines", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, null=True, on_delete="SET NULL", backref="+")
    photo_was = TextField()
    fate = EnumField(Fate)
    ground = TextField(default="")
    done_at = Moment(null=True)

    class Meta:
        personal = ("ground",)
        plain = ("photo_was", "fate", "done_at")
        indexes = ((("plan", "photo_was"), True),)


def carry_out(plan_id: int) -> None:
    """Do what an approved plan says, a photo at a time, then the person herself; a job that goes on where it broke off."""
    plan = Plan.get_or_none(Plan.id == plan_id)
    if plan is None or plan.approved_at is None or plan.done_at is not None:
        return
    person: Person | None = plan.claim.person
    for line in list(plan.lines.where(PlanLine.done_at.is_null()).order_by(PlanLine.id)):
        if line.photo is not None and line.fate is not Fate.RETAIN and hold.held([line.photo_id]).exists():
            line.fate = Fate.RETAIN  # somebody else in it is under a hold that came later
            PlanLine.update(fate=line.fate, ground=hold.KEPT).where(PlanLine.id == line.id).execute()
        _FATES[line.fate](line, plan, person)
        PlanLine.update(done_at=clock.now()).where(PlanLine.id == line.id).execute()
    facts = _facts(plan)
    if person is not None:
        erasure.erase_person(person, by=None, why=plan.claim.code, keep_proof=plan.keep_proof)
    with db.atomic():
        Plan.update(done_at=clock.now(), facts=facts).where(Plan.id == plan.id).execute()
        Trace.leave("system", "plan.done", plan, of=plan.claim.code, **facts["photos"])


def _delete(line: PlanLine, plan: Plan, _person: Person | None) -> None:
    if line.photo is not None:
        erasure.erase_photo(line.photo, by=None, why=plan.claim.code)


def _retain(_line: PlanLine, _plan: Plan, _person: Person | None) -> None:
    """It stays as it is; her name goes with her."""


def _mask(line: PlanLine, plan: Plan, person: Person | None) -> None:
    """Put a photo in its place in which she is covered for good, then erase the one that showed her."""
    old, sure = line.photo, plan.approved_by
    if old is None or person is None or sure is None:
        return
    whole = masking.cover(old, _places(old, person), style=Style.SOLID)
    with db.atomic():
        new = Photo.take_in(
            io.BytesIO(whole.data), f"{old.code}.jpg", old.album, by=sure, caption=Known(person).without(old.caption),
            tags=[tag.word for tag in old.tags if not Known(person).is_in(tag.word)],
        ).photo  # fmt: skip
        _carry_over(old, new, person)
        for row in old.appearances.where(Appearance.person != person, Appearance.undone_at.is_null()):
            if not new.appearances.where(Appearance.person == row.person).exists():
                faces.add_person(new, row.person, by=sure)
        for covered in LinePhoto.select().where(LinePhoto.photo == old):
            if covered.line.person_id != person.id:
                LinePhoto.insert(line=covered.line, photo=new).on_conflict_ignore().execute()
        Trace.leave("system", "photo.replaced", new, was=old.code)
    erasure.erase_photo(old, by=None, why=plan.claim.code)


_FATES = {Fate.DELETE: _delete, Fate.MASK: _mask, Fate.RETAIN: _retain}
_KEPT = ("creator", "credit", "copyright", "place", "taken_at", "licence", "special_context")


def _carry_over(old: Photo, new: Photo, person: Person) -> None:
    without = Known(person).without
    values: dict[str, Any] = {name: getattr(old, name) for name in _KEPT}
    values |= {name: " ".join(without(getattr(old, name)).split()) for name in ("title", "alt_text")}
    Photo.update(**values).where(Photo.id == new.id).execute()


def _places(photo: Photo, person: Person) -> list[Any]:
    """The places to cover so that nobody knows her: head and hair of each face that is hers."""
    theirs = (
        Face.select()
        .join(Appearance, on=Appearance.face == Face.id)
        .where(Appearance.photo == photo, Appearance.person == person, Appearance.undone_at.is_null())
    )
    return [place(face.box, Extent.HEAD) for face in theirs]


def _facts(plan: Plan) -> dict[str, Any]:
    counted = plan.facts or {}
    return {
        "photos": counted.get("photos") or plan.counted(),
        "proof": plan.keep_proof,
        "keys_days": tools.backups.keys_days,
        "days": tools.backups.days,
    }


def _days(plan: Plan) -> Mapping[str, Any]:
    done = plan.done_at
    return {
        "live": done.date(), "key_store": (done + timedelta(days=plan.facts["keys_days"])).date(),
        "backups": (done + timedelta(days=plan.facts["days"])).date(),
    }  # fmt: skip


def _carried_out(claim: Claim, outcome: Outcome) -> str | None:
    """An erasure that is said to be done was done (ERA-13)."""
    if claim.right is not Right.ERASURE or outcome not in (Outcome.GRANTED, Outcome.PARTLY):
        return None
    plan = claim.plans.first()
    if plan is None or plan.done_at is None:
        return _l(
            "Draft the plan first, have it looked at by a second pair of eyes, and let it be carried out."
        )
    return None


HINDRANCES.append(_carried_out)
