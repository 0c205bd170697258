"""How many files one colleague takes out in a day, and what happens at the end of it: the one place of this rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from peewee import DateField, ForeignKeyField, IntegerField

from adapters import clock
from models import holders
from models.base import Record, db, tools
from models.errors import Invalid, TooMany, _l
from models.notice import Notice, NoticeKind
from models.permission import Permission, Role
from models.setting import Setting
from models.trail import Trace
from models.user import User

WARN = 80  # per cent
MOST_MORE = 10_000


class OverQuota(TooMany):
    """This colleague took out as many files today as the organisation allows."""

    kind = "over-quota"
    words = _l(
        "%(most)s files a day may be taken out by one colleague, and %(files)s were today; %(count)s more are too many. "
        "The privacy officer, who was told, can allow you more for today."
    )


class TakenOut(Record):
    """How many files one user took out on one day, and how many more she was allowed; gone the day after."""

    user = ForeignKeyField(User, backref="+", on_delete="CASCADE")
    day = DateField()
    files = IntegerField(default=0)
    more = IntegerField(default=0)

    class Meta:
        personal, plain = (), ("day", "files", "more")
        indexes = ((("user", "day"), True),)


@dataclass(frozen=True)
class Standing:
    """Where a user stands today."""

    files: int
    most: int

    @property
    def is_near(self) -> bool:
        """Whether she should be warned."""
        return self.files * 100 >= self.most * WARN


def standing(user: User) -> Standing:
    """How many files went out with this user today, and how many may."""
    row = TakenOut.get_or_none(TakenOut.user == user, TakenOut.day == _today())
    return Standing(row.files, _most() + row.more) if row else Standing(0, _most())


def take(user: User, count: int = 1) -> OverQuota | None:
    """Count files that leave, within the caller's transaction; returns the refusal, for who asks to raise once its line stands."""
    row = _row(user)
    allowed = _most() + row.more
    # One statement that compares and counts: of two at once only as many as fit go out.
    counted = TakenOut.update(files=TakenOut.files + count).where(
        TakenOut.id == row.id, TakenOut.files + count <= allowed
    )
    if counted.execute():
        if TakenOut.get_by_id(row.id).files == allowed:
            _tell(user, allowed)
        return None
    files = TakenOut.get_by_id(row.id).files
    Trace.leave(user, "quota.refused", user, files=files, asked=count, most=allowed)
    _tell(user, allowed)
    refusal = OverQuota(most=allowed, files=files, count=count)
    refusal.after = _seconds_left()
    return refusal


def raise_for(user: User, more: int, *, by: User) -> None:
    """Allow one colleague more files for the rest of today; nobody does so for herself."""
    by.require(Permission.COMPLIANCE)
    if by == user:
        raise Invalid(_l("Somebody else must allow you more."))
    if not 1 <= more <= MOST_MORE:
        raise Invalid(
            _l("Give a whole number from %(least)s to %(most)s."), field="more", least=1, most=MOST_MORE
        )
    with db.atomic():
        row = _row(user)
        TakenOut.update(more=TakenOut.more + more).where(TakenOut.id == row.id).execute()
        Trace.leave(by, "quota.raised", user, more=more)


def near() -> list[TakenOut]:
    """Who reached the warning today: only they are named, for nobody's ordinary work is counted on a page (AUD-06)."""
    rows = TakenOut.select(TakenOut, User).join(User).where(TakenOut.day == _today()).order_by(User.name)
    return [row for row in rows if Standing(row.files, _most() + row.more).is_near or row.more]


def allowed(row: TakenOut) -> int:
    """How many files this day's row allows."""
    return _most() + int(row.more)


def sweep() -> None:
    """Forget the counts of the days before."""
    TakenOut.delete().where(TakenOut.day < _today()).execute()


def _row(user: User) -> TakenOut:
    mine = {"user": user.id, "day": _today()}
    TakenOut.insert(**mine, files=0, more=0).on_conflict_ignore().execute()
    return TakenOut.get(TakenOut.user == user, TakenOut.day == mine["day"])


def _most() -> int:
    return int(Setting.of("files_a_day"))


def _today():  # type: ignore[no-untyped-def]  # noqa: ANN202 - a calendar day
    return clock.today(tools.zone)


def _seconds_left() -> int:
    zone = ZoneInfo(tools.zone)
    midnight = datetime.combine(_today() + timedelta(days=1), time.min, zone)
    return max(1, int((midnight - clock.now()).total_seconds()))


def _tell(user: User, most: int) -> None:
    for officer in holders.holding(Role.DPO):
        key = f"quota|{user.code}|{_today()}|{most}|{officer.code}"
        Notice.put(NoticeKind.QUOTA, key, user=officer, who=user.code, most=most)
