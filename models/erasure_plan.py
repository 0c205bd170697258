"""The plan of an erasure: every photo of her exactly once, seen by four eyes, carried out by the worker, proven by a certificate (ERA-01, ERA-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from peewee import BooleanField, ForeignKeyField, JSONField, TextField
from playhouse.fields import EnumField

from adapters import clock
from adapters.imaging import Rendered
from models import erasure, hold, masking, papers, recipients, replacing
from models.base import Moment, Record, code_field, db, tools
from models.claim import Claim, Identity, Outcome, Right, require_dpo
from models.claim_desk import HINDRANCES
from models.covering import WHOLE, Box, Style, part_without, sparing
from models.errors import Invalid, Missing, Refusal, _l
from models.face import Appearance, Face, Remark, Word
from models.job import Job
from models.person import Person
from models.photo import Photo
from models.setting import Setting
from models.trail import Trace
from models.user import User

JOB = "erasure-plan"
SHORTEST_REASON = 10
SIDE = 800  # of a preview
FAST = timedelta(hours=72)  # from the second pair of eyes to the end (ERA-13)


class Fate(StrEnum):
    """What becomes of a photo."""

    DELETE = "delete"
    MASK = "mask"  # she is covered for good, in the original and in all that was made of it
    CROP = "crop"  # she is cut off, where that leaves everybody else whole
    RETAIN = "retain"  # with a ground of Art. 17(3)


_CANT = {
    Fate.MASK: _l("Her place in this photo is not marked, so it can't be covered. Draw a box in the photo first."),
    Fate.CROP: _l("She can't be cut off here without cutting into somebody else, or little would be left. Cover her instead."),
}  # fmt: skip


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
            fate = Fate.DELETE if alone or not _can(photo, person, Fate.MASK) else Fate.MASK
            PlanLine.create(plan=self, photo=photo, photo_was=photo.code, fate=fate)

    def decide(self, line: PlanLine, fate: str, ground: str, *, by: User) -> None:
        """Change what becomes of one photo; kept ones need a ground of the law."""
        require_dpo(by)
        self._require_open()
        if fate not in set(Fate):
            raise Invalid(_l("Choose one of the list."), field="fate")
        if fate == Fate.RETAIN and len(ground.strip()) < SHORTEST_REASON:
            raise Invalid(_l("Say which ground of the law keeps this photo."), field="ground")
        wanted = Fate(fate)
        if wanted in _CANT and (line.photo is None or not _can(line.photo, self.person, wanted)):
            raise Invalid(_CANT[wanted], field="fate")
        with db.atomic():
            PlanLine.update(fate=Fate(fate), ground=ground.strip()[:1000]).where(
                PlanLine.id == line.id
            ).execute()
            Plan.update(by=by).where(
                Plan.id == self.id
            ).execute()  # four eyes: who changes it last can't approve it
            Trace.leave(by, "plan.changed", self, person=self.person, photo=line.photo_was, fate=fate)

    def choices(self, line: PlanLine) -> list[Fate]:
        """What may become of a photo: nobody is covered where her place is not marked, or cut off where others would be too."""
        own, others = _boxes(line.photo, self.person) if line.photo else ([], [])
        return [fate for fate in Fate if fate not in _CANT or _fits(own, others, fate)]

    def preview(self, line: PlanLine, fate: str, *, by: User) -> bytes:
        """A JPEG of what would be left of a photo; Missing where nothing would."""
        require_dpo(by)
        if line.photo is None or fate not in set(_CANT):
            raise Missing
        return _without(line.photo, self.person, Fate(fate), SIDE)[0].data

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
        if line.fate is Fate.CROP and line.photo and person and not _can(line.photo, person, Fate.CROP):
            line.fate = Fate.MASK  # somebody was found beside her since
            PlanLine.update(fate=line.fate).where(PlanLine.id == line.id).execute()
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


def _take_out(line: PlanLine, plan: Plan, person: Person | None) -> None:
    """Put a photo in its place in which she can't be seen, then erase the one that showed her."""
    old, sure = line.photo, plan.approved_by
    if old is None or person is None or sure is None:
        return
    whole, part = _without(old, person, line.fate)
    replacing.replace(old, whole, part=part, without=person, by=sure)
    erasure.erase_photo(old, by=None, why=plan.claim.code)


_FATES = {Fate.DELETE: _delete, Fate.MASK: _take_out, Fate.CROP: _take_out, Fate.RETAIN: _retain}


def _without(photo: Photo, person: Person, fate: Fate, longest: int | None = None) -> tuple[Rendered, Box]:
    """What is left of a photo, and which part of it: she is cut off, or covered where she stands; Refusal where neither can be."""
    own, others = _boxes(photo, person)
    part = part_without(own, others) if fate is Fate.CROP else WHOLE
    if not own or part is None:
        raise Refusal(_CANT[fate])
    places = [sparing(box, others) for box in own] if fate is Fate.MASK else []
    return masking.cover(photo, places, style=Style.SOLID, longest=longest, part=part), part


def _boxes(photo: Photo, person: Person) -> tuple[list[Box], list[Box]]:
    """The faces in a photo that are hers, and those of everybody else, named or not."""
    hers = {
        row.face_id
        for row in Appearance.select(Appearance.face).where(
            Appearance.photo == photo, Appearance.person == person, Appearance.undone_at.is_null()
        )
    }
    things = Remark.select(Remark.face).where(Remark.word == Word.NOT_A_PERSON, Remark.undone_at.is_null())
    own = [face.box for face in photo.faces if face.id in hers]
    return own, [face.box for face in photo.faces.where(Face.id.not_in(things)) if face.id not in hers]


def _can(photo: Photo, person: Person, fate: Fate) -> bool:
    return _fits(*_boxes(photo, person), fate)


def _fits(own: list[Box], others: list[Box], fate: Fate) -> bool:
    return bool(own) and (fate is not Fate.CROP or part_without(own, others) is not None)


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
