"""The register of claims: what waits how long, and a year in numbers without a name (DSR-30)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from statistics import median

from adapters import clock, tables
from models import inquiry, retaining
from models.base import db, tools
from models.claim import Claim, Outcome, Right, require_dpo
from models.deadlines import WorkingDays
from models.gather import today
from models.holders import holding
from models.holidays import working_days
from models.notice import Notice, NoticeKind
from models.package import Package
from models.permission import Role
from models.trail import Trace
from models.user import User

SOON = timedelta(days=3)


@dataclass(frozen=True)
class Year:
    """One right in one year: how many came, ended, were refused or late, and the median of days to the answer."""

    year: int
    right: Right
    received: int
    closed: int
    refused: int
    extended: int
    late: int
    median_days: float | None


def years(before: datetime | None = None) -> list[Year]:
    """The whole register, newest year first, or what stood in it before a moment; joined requests count once."""
    rows = [row for row in Claim.select() if before is None or _stood(row, before)]
    rows = [row for row in rows if row.outcome != Outcome.JOINED]
    keys = sorted(
        {(row.received_on.year, row.right) for row in rows}, key=lambda key: (-key[0], key[1].value)
    )
    on = min(today(), clock.day_of(before - timedelta(seconds=1), tools.zone)) if before else today()
    return [
        _year(year, right, [row for row in rows if row.received_on.year == year and row.right is right], on)
        for year, right in keys
    ]


def _stood(row: Claim, before: datetime) -> bool:
    """Whether it was on file by then; what came of it later is taken from the row, which nobody saves."""
    if row.closed_at and row.closed_at >= before:
        row.closed_at, row.outcome = None, None
    if row.extended_at and row.extended_at >= before:
        row.extended_at = None
    return bool(row.at < before)


def _year(year: int, right: Right, rows: list[Claim], on: date) -> Year:
    spans = [_ended_on(row) - row.received_on for row in rows if row.closed_at]
    days = working_days()
    return Year(
        year=year, right=right, received=len(rows), closed=len(spans),
        refused=sum(row.outcome in (Outcome.REFUSED, Outcome.PARTLY) for row in rows),
        extended=sum(row.extended_at is not None for row in rows), late=sum(was_late(row, days, on) for row in rows),
        median_days=float(median(each.days for each in spans)) if spans else None,
    )  # fmt: skip


def was_late(claim: Claim, days: WorkingDays | None = None, on: date | None = None) -> bool:
    """Whether its answer came, or today or on another day still had to come, after its day."""
    return (_ended_on(claim) if claim.closed_at else on or today()) > claim.due_on(days or working_days()).day


def month(begin: datetime, end: datetime) -> dict[str, int]:
    """Between two moments: how many came, were answered in time or late, and waited past their day at the end."""
    days = working_days()
    rows = [row for row in _counted() if row.at < end and (row.closed_at is None or row.closed_at >= begin)]
    answered = [row for row in rows if row.closed_at and row.closed_at < end]
    last = min(clock.day_of(end, tools.zone), today())
    waiting = [row for row in rows if row.closed_at is None or row.closed_at >= end]
    return {
        "came": sum(row.at >= begin for row in rows), "in_time": sum(not was_late(row, days) for row in answered),
        "late": sum(was_late(row, days) for row in answered), "overdue": sum(row.due_on(days).day < last for row in waiting),
    }  # fmt: skip


def _counted() -> Iterable[Claim]:
    return Claim.select().where((Claim.outcome.is_null()) | (Claim.outcome != Outcome.JOINED))


def _ended_on(claim: Claim) -> date:
    return clock.day_of(claim.closed_at, tools.zone) if claim.closed_at else today()


def stage(claim: Claim, days: WorkingDays | None = None) -> str:
    """How near its day is: "late", "soon" within three days, "aim" after our own aim, else ""."""
    due, now = claim.due_on(days or working_days()), today()
    if now > due.day:
        return "late"
    if now + SOON >= due.day:
        return "soon"
    return "aim" if now > due.target else ""


def steps(claim: Claim) -> list[Trace]:
    """What was done about a claim, from its lines in the trail, oldest first."""
    return list(
        Trace.select().where(Trace.kind == "claim", Trace.code == claim.code).order_by(Trace.seq).limit(500)
    )


def remind() -> int:
    """Tell every privacy officer of a claim whose aim or day comes near or has passed, once for each; returns how many."""
    count, days = 0, working_days()
    for claim in Claim.open_ones():
        now = stage(claim, days)
        if not now:
            continue
        with db.atomic():
            told = [
                Notice.put(
                    NoticeKind.CLAIM_LATE, f"claim-{now}|{claim.code}|{claim.due.day}|{dpo.code}", user=dpo,
                    claim=claim.code,
                )
                for dpo in holding(Role.DPO)
            ]  # fmt: skip
            if any(told):
                count += 1
                Trace.leave("system", "claim.reminded", claim, stage=now)
    return count


def forget(before: datetime) -> int:
    """Erase what was closed or answered before a moment, claims and messages, with their letters; returns how many."""
    count = inquiry.forget(before)
    old = Claim.select().where(Claim.closed_at < before, ~retaining.spared(Claim.person))
    for claim in list(old.limit(10_000)):
        for package in claim.packages.where(Package.gone_at.is_null()):
            package.delete_bytes(by="system")
        with db.atomic():
            Trace.forget(retaining.codes(Claim, [claim.id]))
            count += claim.delete_instance()
    return count


def export(user: User) -> bytes:
    """The years as CSV for a sheet, without a name in it, and a line that it was taken out."""
    require_dpo(user)
    names = [field.name for field in fields(Year)]
    sheet = tables.written(names, ([getattr(row, name) for name in names] for row in years()))
    with db.atomic():
        Trace.leave(user, "claim.register-exported")
    return sheet
