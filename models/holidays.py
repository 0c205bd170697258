"""The calendar that moves the days of the law: a kept list per country and region, which the privacy officer may correct (DSR-02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from peewee import BooleanField, DateField, ForeignKeyField, TextField

from adapters import clock, public_holidays
from models.base import Moment, Record, db
from models.deadlines import WorkingDays
from models.errors import Invalid, _l
from models.gather import today
from models.permission import Permission
from models.setting import Setting
from models.trail import Trace
from models.user import User

# Days of which it is disputed whether they are public holidays: they move no deadline unless the privacy officer says so.
DISPUTED = {"NL": frozenset({(5, 5)})}
YEARS_AHEAD = 3


class Holiday(Record):
    """A correction of the list: this day counts, or does not."""

    day = DateField(unique=True)
    counts = BooleanField()
    name = TextField(default="")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("day", "counts", "name", "at")

    @classmethod
    def say(cls, day: date | None, *, counts: bool, name: str = "", by: User) -> None:
        """Note that a day moves deadlines, or does not; the newest word on a day holds."""
        by.require(Permission.COMPLIANCE)
        if day is None or abs(day.year - today().year) > YEARS_AHEAD:
            raise Invalid(_l("Give a day within three years from now."), field="day")
        with db.atomic():
            cls.insert(day=day, counts=counts, name=name.strip()[:100], by=by, at=clock.now()).on_conflict(
                conflict_target=[cls.day], preserve=[cls.counts, cls.name, cls.by, cls.at]
            ).execute()
            Trace.leave(by, "holiday.counted" if counts else "holiday.struck", day=day)


@dataclass(frozen=True)
class Listed:
    """A day of the list, whether it moves deadlines, and whether somebody here said so."""

    day: date
    name: str
    counts: bool
    ours: bool = False


def listed(year: int) -> list[Listed]:
    """Every day of a year's list with the corrections, in order."""
    country, region = str(Setting.of("country")), str(Setting.of("region"))
    days = {
        day: Listed(day, name, (day.month, day.day) not in DISPUTED.get(country, ()))
        for day, name in public_holidays.of(country, region, year).items()
    }
    for month, number in DISPUTED.get(country, ()):
        days.setdefault(date(year, month, number), Listed(date(year, month, number), "", counts=False))
    for row in Holiday.select().where(Holiday.day.between(date(year, 1, 1), date(year, 12, 31))):
        known = days.get(row.day)
        days[row.day] = Listed(row.day, row.name or (known.name if known else ""), row.counts, ours=True)
    return sorted(days.values(), key=lambda one: one.day)


def working_days() -> WorkingDays:
    """The organisation's working days, read once per year that is asked for."""
    years: dict[int, frozenset[date]] = {}

    def is_holiday(day: date) -> bool:
        if day.year not in years:
            years[day.year] = frozenset(one.day for one in listed(day.year) if one.counts)
        return day in years[day.year]

    return WorkingDays(is_holiday)
