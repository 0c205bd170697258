"""The end of evidence: consents and contracts whose claims have lapsed, and the log of what left the house (section 8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from peewee import fn

from adapters import clock
from models import erasure, retention
from models.base import breathe, db, tools
from models.basis import Basis
from models.consent import Consent, Line, Withdrawal
from models.delivery import Delivery
from models.person import Person
from models.publication import Publication
from models.retaining import batches, codes, spared, spared_photos
from models.retention import Done
from models.share import Share, SharedPhoto
from models.takedown import TakeDown
from models.trail import Trace
from models.voiding import Voiding

FAR = date.max


def forget(_before: datetime) -> Done:
    """Erase consents and contracts that ended so long ago that nothing can follow from them; their numbers stay in the trail.

    Of a person the oldest goes first, and none before an older one: no earlier yes may come to life by it.
    """
    done, day = Done(), retention.limit_day("evidence")
    candidates = Consent.select(Consent.person).where(Consent.signed_at < _midnight(day)).distinct()
    old = Person.select().where(Person.id.in_(candidates))
    kept = old.where(spared(Person.id)).count()
    if kept:
        done.leave("held", kept)
    for people in batches(old.where(~spared(Person.id)), Person.id):
        ids = [person.id for person in people]
        ends, theirs = _ends(ids), defaultdict(list)
        for consent in (
            Consent.select().where(Consent.person.in_(ids)).order_by(Consent.signed_at, Consent.id)
        ):
            theirs[consent.person_id].append(consent)
        for consents in theirs.values():
            for consent in consents:
                done.looked += 1
                if ends.get(consent.id, FAR) >= day:
                    done.leave("in its time")
                    break
                if done.acted:
                    breathe()
                erasure.erase_evidence(consent)
                done.acted += 1
    _forget_contracts(done, day)
    return done


def _forget_contracts(done: Done, day: date) -> None:
    old = Basis.select().where(fn.COALESCE(Basis.valid_until, Basis.review_on) < day, ~spared(Basis.person))
    for rows in batches(old, Basis.id):
        with db.atomic():
            for basis in rows:
                done.looked += 1
                ended = clock.day_of(basis.ended_at, tools.zone) if basis.ended_at else basis.last_day
                if ended >= day:
                    done.leave("in its time")
                    continue
                Trace.forget([basis.code])
                Trace.leave("system", "basis.erased", basis, article=basis.article)
                basis.delete_instance()
                done.acted += 1


def _ends(people: Iterable[int]) -> dict[int, date]:
    """By consent, the day on which the last of its lines ended; far away while one may still hold."""
    lines = list(Line.select().where(Line.person.in_(list(people))))
    ids = [line.id for line in lines]
    over: dict[int, datetime] = {
        row.line_id: row.at for row in Withdrawal.select().where(Withdrawal.line.in_(ids))
    }
    over |= {row.line_id: row.confirmed_at for row in Voiding.select().where(Voiding.line.in_(ids), Voiding.confirmed_at.is_null(False))}  # fmt: skip
    ends: dict[int, date] = {}
    for line in lines:
        at = over.get(line.id) or (None if line.is_yes else line.decided_at)
        day = min(filter(None, (line.valid_until, clock.day_of(at, tools.zone) if at else None)), default=FAR)
        ends[line.consent_id] = max(day, ends.get(line.consent_id, day))
    return ends


def forget_shared(_before: datetime) -> Done:
    """Erase deliveries with their publications and take-downs, and shares, whose last day of use lies so far back."""
    done, day = Done(), retention.limit_day("shared")
    still: Any = Publication.select(Publication.delivery).where(
        fn.COALESCE(Publication.until_on, FAR) >= day,
        Publication.ended_at.is_null() | (Publication.ended_at >= _midnight(day)),
    )
    open_tasks = TakeDown.select(TakeDown.delivery).where(TakeDown.done_at.is_null())
    old = Delivery.select().where(
        Delivery.at < _midnight(day), Delivery.until.is_null() | (Delivery.until < day),
        Delivery.id.not_in(still), Delivery.id.not_in(open_tasks),
        Delivery.photo.is_null() | Delivery.photo.not_in(spared_photos()),
    )  # fmt: skip
    for rows in batches(old, Delivery.id):
        with db.atomic():
            ids = [row.id for row in rows]
            Trace.forget(codes(Delivery, ids))
            Trace.leave("system", "delivery.erased", first=rows[0], deliveries=len(ids))
            done.looked += len(ids)
            done.acted += int(Delivery.delete().where(Delivery.id.in_(ids)).execute())
    held = SharedPhoto.select(SharedPhoto.share).where(SharedPhoto.photo.in_(spared_photos()))
    over = (Share.expires_on < day) & (fn.COALESCE(Share.until, Share.expires_on) < day)
    for rows in batches(Share.select().where(over, Share.id.not_in(held)), Share.id):
        with db.atomic():
            Trace.forget(row.code for row in rows)
            done.looked += len(rows)
            done.acted += int(Share.delete().where(Share.id.in_([row.id for row in rows])).execute())
    return done


def _midnight(day: date) -> datetime:
    from datetime import time
    from zoneinfo import ZoneInfo

    return datetime.combine(day, time.min, ZoneInfo(tools.zone))
