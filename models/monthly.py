"""The month in numbers for management: what is counted, kept at each month's end, and never about a colleague (AUD-06)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from peewee import JSONField, TextField, fn

from adapters import clock
from models import claim_register, index, modes, states
from models.base import Moment, Record, db, tools
from models.claims import Claimed
from models.consent import About, Line, Withdrawal
from models.erasure import PHOTO, Erasure
from models.errors import Missing
from models.face import Face, Faceprint, Match
from models.index import Indexed
from models.inquiry import Inquiry
from models.opting_in import opted_in
from models.photo import Photo, Review
from models.reasons import State
from models.stumps import Stump
from models.takedown import TakeDown
from models.tally import Tally
from models.trail import Trace
from models.use import Use

AHEAD = 12  # months of endings
Numbers = dict[str, Any]


class Month(Record):
    """The numbers of one month as they were at its end; numbers and codes of uses alone."""

    month = TextField(primary_key=True)  # YYYY-MM
    at = Moment(default=clock.now)
    numbers = JSONField()

    class Meta:
        personal, plain = (), ("at", "numbers")


@dataclass(frozen=True)
class Span:
    """One calendar month in the organisation's zone."""

    first: date

    @classmethod
    def of(cls, text: str) -> Span:
        """The month of a text such as 2026-11; Missing for what is none."""
        try:
            return (
                cls(date(int(text[:4]), int(text[5:]), 1))
                if len(text) == 7 and text[4] == "-"
                else cls._none()
            )
        except ValueError as odd:
            raise Missing from odd

    @classmethod
    def _none(cls) -> Span:
        raise Missing

    @property
    def name(self) -> str:
        """As it is written: 2026-11."""
        return f"{self.first:%Y-%m}"

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])

    def after(self, months: int) -> Span:
        """The month so many months later."""
        return Span(clock.months_after(self.first, months))

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Its beginning, and that of the next."""
        zone = ZoneInfo(tools.zone)
        begin, end = (datetime.combine(day, time.min, zone) for day in (self.first, self.after(1).first))
        return begin, end


def this_month() -> Span:
    """The month that runs."""
    return Span(clock.today(tools.zone).replace(day=1))


def of(text: str) -> tuple[Span, Numbers, datetime | None]:
    """A month's numbers: as they were kept at its end, or as they are so far; Missing for one that was not kept or lies ahead."""
    span = Span.of(text) if text else this_month()
    kept = Month.get_or_none(Month.month == span.name)
    if kept is not None:
        return span, kept.numbers, kept.at
    if span != this_month():
        raise Missing
    return span, count(span), None


def kept() -> list[str]:
    """The months that can be shown, the newest first."""
    rows = Month.select(Month.month).where(Month.month != this_month().name).order_by(Month.month.desc())
    return [this_month().name, *(row.month for row in rows)]


def keep() -> bool:
    """Keep the numbers of the month that has just ended, once; a job of the first day, made up for on a later one."""
    span = this_month().after(-1)
    with db.atomic():
        begun = Trace.select().where(Trace.at < span.moments[1]).exists() or Stump.select().exists()
        if not begun or Month.get_or_none(Month.month == span.name) is not None:
            return False
        Month.create(month=span.name, numbers=count(span))
    return True


def count(span: Span) -> Numbers:
    """Every number of a month: stocks as they are now, flows within it."""
    return {name: counted(span) for name, counted in _COUNTED.items()}


def _cleared(_span: Span) -> list[Numbers]:
    """Per use on offer, photos by state; from the stored index in one walk."""
    today, soon = clock.today(tools.zone), index.soon()
    state = fn.SUM
    ends = Indexed.until
    gone = (Indexed.state == "cleared") & ends.is_null(False) & (ends < today)
    near = (Indexed.state == "cleared") & ends.is_null(False) & ends.between(today, soon)
    clear = (Indexed.state == "cleared") & (ends.is_null() | (ends > soon))

    def number(where: Any) -> Any:
        return fn.COALESCE(state(where.cast("integer")), 0)

    rows: Any = Indexed.select(
        Indexed.use, number(clear), number(near), number((Indexed.state == "unclear") | (gone & (Indexed.turns_to == "unclear"))),
        number((Indexed.state == "blocked") | (gone & (Indexed.turns_to == "blocked"))),
    ).group_by(Indexed.use).tuples()  # fmt: skip
    found = {use: [int(value) for value in values] for use, *values in rows}
    return [
        {"use": use.code, **dict(zip(map(str, State), found.get(use.id, [0, 0, 0, 0]), strict=True))}
        for use in Use.of_photos()
    ]


def _unclear(_span: Span) -> Numbers:
    """Photos that wait, by what they wait for; one photo may wait for several things."""
    reviewed = Review.select(Review.photo).where(Review.undone_at.is_null())
    return {
        "faces": _distinct(Face.select(Face.photo).where(Face.waiting_since.is_null(False))),
        "suggestions": _distinct(Match.select(Face.photo).join(Face)),
        "names": _distinct(Claimed.select(Claimed.photo).where(Claimed.answered_at.is_null())),
        "review": Photo.select().where(Photo.prepared_at.is_null(False), Photo.id.not_in(reviewed)).count(),
        "preparing": Photo.select().where(Photo.prepared_at.is_null()).count(),
    }


def _endings(span: Span) -> list[Numbers]:
    """Answers that end in each of the months ahead, as far as no newer answer has taken their place."""
    last = span.after(AHEAD).last
    rows: Any = (
        Line.select(Line.valid_until)
        .where(
            Line.about == About.USE,
            states.stands(),
            ~states.overtaken(),
            Line.valid_until.between(span.after(1).first, last),
        )
        .tuples()
    )
    counts = dict.fromkeys((span.after(ahead).name for ahead in range(1, AHEAD + 1)), 0)
    for (until,) in rows:
        counts[f"{until:%Y-%m}"] += 1
    return [{"month": month, "lines": lines} for month, lines in counts.items()]


def _requests(span: Span) -> Numbers:
    """Requests and messages that came, were answered in time or late, and wait past their day."""
    begin, end = span.moments
    answered = list(Inquiry.select().where(Inquiry.answered_at >= begin, Inquiry.answered_at < end))
    in_time = sum(
        clock.day_of(row.answered_at, tools.zone) <= row.due_on for row in answered if row.answered_at
    )
    waiting = Inquiry.select().where(
        Inquiry.at < end, Inquiry.answered_at.is_null() | (Inquiry.answered_at >= end)
    )
    asked = claim_register.month(begin, end)
    messages = {
        "came": _within(Inquiry, Inquiry.at, span), "in_time": in_time, "late": len(answered) - in_time,
        "overdue": sum(row.due_on < min(span.after(1).first, clock.today(tools.zone)) for row in waiting),
    }  # fmt: skip
    return {key: count + asked[key] for key, count in messages.items()}


def _erasures(span: Span) -> Numbers:
    """What was erased, and of it what is wiped from storage too."""
    begin, end = span.moments
    theirs = Erasure.select().where(Erasure.at >= begin, Erasure.at < end)
    photos = theirs.where(Erasure.noun == PHOTO).count()
    people = theirs.where(Erasure.noun.startswith("person")).count()
    return {
        "photos": photos, "people": people, "other": theirs.count() - photos - people,
        "wiped": theirs.where(Erasure.tidied_at.is_null(False)).count(),
    }  # fmt: skip


def _no(span: Span) -> Numbers:
    """Withdrawals, and take-downs that were done by their day, done late, or are overdue."""
    begin, end = span.moments
    done = list(TakeDown.select().where(TakeDown.done_at >= begin, TakeDown.done_at < end))
    in_time = sum(clock.day_of(row.done_at, tools.zone) <= row.due_on for row in done if row.done_at)
    day = min(span.after(1).first, clock.today(tools.zone))
    waits = TakeDown.done_at.is_null() | (TakeDown.done_at >= end)
    return {
        "withdrawals": _within(Withdrawal, Withdrawal.at, span), "in_time": in_time, "late": len(done) - in_time,
        "overdue": TakeDown.select().where(TakeDown.at < end, waits, TakeDown.due_on < day).count(),
    }  # fmt: skip


def _recognition(_span: Span) -> Numbers:
    """Whether faces may be compared, of how many people, and how often guesses were right so far."""
    answers: Any = Tally.select(
        fn.COALESCE(fn.SUM(Tally.confirmed), 0), fn.COALESCE(fn.SUM(Tally.rejected), 0)
    ).tuples()
    ((confirmed, rejected),) = answers
    here = modes.state().mode
    return {
        "mode": here.value, "opted_in": len(opted_in()), "people": _distinct(Faceprint.select(Faceprint.person)),
        "confirmed": int(confirmed), "rejected": int(rejected),
    }  # fmt: skip


_COUNTED: dict[str, Callable[[Span], Any]] = {
    "photos": lambda _span: Photo.select().count(),
    "cleared": _cleared, "unclear": _unclear, "endings": _endings, "requests": _requests, "erasures": _erasures,
    "no": _no, "recognition": _recognition,
}  # fmt: skip


def _within(record: Any, column: Any, span: Span) -> int:
    begin, end = span.moments
    return int(record.select().where(column >= begin, column < end).count())


def _distinct(query: Any) -> int:
    return int(query.distinct().count())
