"""Take-downs: what is still out there although the gate would refuse it now; each with an owner, a day and an end (WDR-03 to WDR-05)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from peewee import DateField, ForeignKeyField, ModelSelect, TextField, chunked

from adapters import clock
from models.base import Moment, Record, code_field, db
from models.delivery import Delivery
from models.errors import Invalid, Refusal, _l
from models.facts import Period
from models.gather import today
from models.holders import holding
from models.notice import Notice, NoticeKind
from models.permission import Permission, Role
from models.person import Person
from models.photo import Photo
from models.publication import Publication
from models.reasons import State
from models.trail import Trace
from models.user import User

WORKING_DAYS = 3  # WDR-04


class TakeDown(Record):
    """One copy outside the house that must go: a publication, or a file handed to someone."""

    code = code_field()
    delivery = ForeignKeyField(Delivery, backref="takedowns", on_delete="CASCADE")
    publication = ForeignKeyField(Publication, null=True, backref="takedowns", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, null=True, backref="takedowns", on_delete="SET NULL")
    person = ForeignKeyField(
        Person, null=True, backref="takedowns", on_delete="SET NULL"
    )  # whose word it follows
    cause = TextField()  # the reason the gate gives, such as WITHDRAWN
    owner = ForeignKeyField(User, null=True, on_delete="SET NULL")
    due_on = DateField(index=True)
    at = Moment(default=clock.now)
    done_at = Moment(null=True)
    done_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    done_how = TextField(default="")  # removed, replaced, asked, or why it could not be
    note = TextField(default="")

    class Meta:
        personal = ("note",)
        plain = ("code", "cause", "due_on", "at", "done_at", "done_how")
        indexes = ((("done_at", "due_on"), False),)

    def finish(self, how: str, *, note: str, by: User) -> None:
        """It is gone, or it can't be made to go and why; a publication ends with it (WDR-04)."""
        by.require(Permission.WITHDRAW)
        if how not in HOWS:
            raise Invalid(_l("Choose one of the list."), field="how")
        if how in NEEDS_NOTE and len(note.strip()) < 5:
            raise Invalid(
                _l("Say in a few words whom you asked or why it can't be taken down."), field="note"
            )
        with db.atomic():
            done = TakeDown.update(
                done_at=clock.now(), done_by=by, done_how=how, note=note.strip()[:1000]
            ).where(TakeDown.id == self.id, TakeDown.done_at.is_null())
            if done.execute() != 1:
                raise Refusal(_l("This was finished already."))
            if self.publication is not None and self.publication.ended_at is None and how in GONE:
                self.publication.end(by=by, note=how)
            Trace.leave(by, "takedown.finished", self, photo=self.photo, person=self.person, how=how)

    def hand_over(self, owner: User, *, by: User) -> None:
        """Give it to a colleague; Invalid for one who would not find it on the board."""
        by.require(Permission.WITHDRAW)
        if not owner.is_active or not owner.may(Permission.WITHDRAW) or not self._is_seen_by(owner):
            raise Invalid(
                _l("%(name)s can't see this photo or this list. Choose somebody else."),
                field="owner",
                name=owner.name,
            )
        with db.atomic():
            TakeDown.update(owner=owner).where(TakeDown.id == self.id, TakeDown.done_at.is_null()).execute()
            Trace.leave(by, "takedown.handed-over", self, to=owner)
            _tell(owner, [self])

    def _is_seen_by(self, user: User) -> bool:
        if self.photo is None:
            return True  # of an erased photo the task alone is left, and its owner finds it
        return bool(user.photos().where(Photo.id == self.photo_id).exists())

    @property
    def is_late(self) -> bool:
        """Whether it should have been done."""
        return self.done_at is None and self.due_on < today()

    @classmethod
    def seen_by(cls, user: User, *, open_ones: bool = True) -> ModelSelect[TakeDown]:
        """The tasks about photos this user may see: open ones by their day, done ones newest first.

        A photo that was erased lies in no album: its tasks are their owner's, and those of whoever sees everything.
        """
        erased = cls.photo.is_null() & (user.may(Permission.SEE_ALL) | (cls.owner == user))
        query = cls.select().where(
            cls.done_at.is_null(open_ones), cls.photo.in_(user.photos().select(Photo.id)) | erased
        )
        return (
            query.order_by(cls.due_on, cls.id)
            if open_ones
            else query.order_by(cls.done_at.desc(), cls.id.desc())
        )


GONE = ("removed", "replaced")
NEEDS_NOTE = ("asked", "impossible")
HOWS = (*GONE, *NEEDS_NOTE)


def check(photo_ids: Iterable[int], *, person: Person | None = None) -> list[TakeDown]:
    """Open a task for every copy of these photos that is out and that the gate refuses today; within the caller's transaction.

    A publication that was planned for a later day is called off at once; a task that stands already is not doubled.
    """
    made: list[TakeDown] = []
    for ids in chunked(photo_ids, 500):
        made += [task for row in _shown(ids) if (task := _for(row.delivery, row, person))]
        made += [task for row in _handed_out(ids) if (task := _for(row, None, person))]
    return _told(made)


def check_erased(codes: list[str]) -> list[TakeDown]:
    """The same for photos that were just erased; within the caller's transaction."""
    gone = Delivery.select().where(Delivery.photo_was.in_(codes))
    shown = list(Publication.live().where(Publication.delivery.in_(gone)))
    handed = list(_handed_out(None, Delivery.photo_was.in_(codes)))
    made = [task for row in shown if (task := _for(row.delivery, row, None))]
    return _told(made + [task for row in handed if (task := _for(row, None, None))])


def _told(made: list[TakeDown]) -> list[TakeDown]:
    _tell_recipients(made)
    for owner in {task.owner for task in made if task.owner is not None}:
        _tell(owner, [task for task in made if task.owner_id == owner.id])
    return made


def sweep() -> int:
    """Find what turned by date alone, and tell the DPO of what is late, once each; returns how many tasks are new (WDR-05)."""
    out = {row.photo_id for row in Publication.live()} | {row.photo_id for row in _handed_out(None)}
    out.discard(None)  # what is out of erased photos has its tasks since then
    made: list[TakeDown] = []
    for ids in chunked(sorted(out), 50):  # a few at a time: nobody else can write meanwhile
        with db.atomic():
            made += check(ids)
    with db.atomic():
        for task in TakeDown.select().where(TakeDown.done_at.is_null(), TakeDown.due_on < today()):
            for dpo in holding(Role.DPO):
                Notice.put(
                    NoticeKind.LATE_TAKEDOWN, f"late|{task.code}|{dpo.code}", user=dpo, takedown=task.code
                )
    return len(made)


def _shown(ids: list[int]) -> list[Publication]:
    return list(Publication.live().where(Publication.photo.in_(ids)))


def _handed_out(ids: list[int] | None, *which: Any) -> list[Delivery]:
    """Files somebody fetched, whose planned days last, and that no publication speaks for."""
    published = Publication.select(Publication.delivery)
    query = Delivery.select().where(
        Delivery.digest != "",
        Delivery.until.is_null() | (Delivery.until >= today()),
        Delivery.id.not_in(published),
        *which,
    )
    return list(query if ids is None else query.where(Delivery.photo.in_(ids)))


def _for(delivery: Delivery, publication: Publication | None, person: Person | None) -> TakeDown | None:
    day = today()
    last = publication.until_on if publication else delivery.until
    # Only what says no counts: a doubt, such as a face nobody has named yet, takes nothing down, unless it was let stand.
    clearance = delivery.clearance(Period(day, max(last, day) if last else day))
    shut = clearance.state is State.BLOCKED or (not clearance.allows and delivery.is_by_exception)
    if not shut or _stands(delivery, publication):
        return None
    worst = clearance.reasons[0]
    if publication is not None and publication.from_on > day:
        publication.end(by=None, note="called off")
        return None
    task = TakeDown.create(
        delivery=delivery, publication=publication, photo=delivery.photo, person=person or _person(worst.person),
        cause=worst.code.value, owner=_owner(delivery), due_on=working_days_after(day, WORKING_DAYS),
    )  # fmt: skip
    Trace.leave("system", "takedown.opened", task, photo=delivery.photo, person=task.person, cause=task.cause)
    return task


def _stands(delivery: Delivery, publication: Publication | None) -> bool:
    mine = TakeDown.publication == publication if publication else TakeDown.publication.is_null()
    return bool(TakeDown.select().where(TakeDown.delivery == delivery, mine).exists())


def _person(code: str | None) -> Person | None:
    return Person.get_or_none(Person.code == code) if code else None


def _owner(delivery: Delivery) -> User | None:
    """Whoever took the file out, while she works here; else a consent officer."""
    if delivery.by is not None and delivery.by.is_active:
        return delivery.by
    return next(iter(holding(Role.CONSENT_OFFICER) or holding(Role.EDITOR)), None)


def _tell_recipients(tasks: list[TakeDown]) -> None:
    """Ask whoever took files by a share, and gave an address, to delete them."""
    from models.share import Share

    by_share: dict[str, list[TakeDown]] = {}
    for task in tasks:
        if task.delivery.share and task.publication is None:
            by_share.setdefault(task.delivery.share, []).append(task)
    for share in Share.select().where(Share.code.in_(list(by_share)), Share.email.is_null(False)):
        concerned = by_share[share.code]
        Notice.put(
            NoticeKind.SHARE_RECALL, f"recall|{share.code}|{concerned[0].code}", share=share.code,
            photos=[task.delivery.of for task in concerned], deliveries=[task.delivery.code for task in concerned],
        )  # fmt: skip


def _tell(owner: User, tasks: list[TakeDown]) -> None:
    key = f"takedown|{owner.code}|{tasks[0].code}"
    Notice.put(NoticeKind.TAKEDOWN, key, user=owner, takedowns=[task.code for task in tasks])


def working_days_after(day: date, count: int) -> date:
    """The day so many working days later, Saturdays and Sundays left out."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day
