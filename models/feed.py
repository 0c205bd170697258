"""A privacy officer's calendar address: the days of open claims for her own calendar, by code alone (issue part 2)."""

from __future__ import annotations

from peewee import ForeignKeyField, TextField

from adapters import calendar_file, clock, seal
from adapters.calendar_file import Entry
from models.base import Moment, Record, db, tools
from models.claim import Claim, require_dpo
from models.errors import Missing, _l
from models.holidays import working_days
from models.permission import Permission
from models.setting import Setting
from models.trail import Trace
from models.user import User

TITLE = _l("Answer request %(code)s")
AIM = _l("Our own aim for request %(code)s")


class Feed(Record):
    """One address of one user; whoever knows it reads codes and days, nothing else."""

    user = ForeignKeyField(User, unique=True, backref="feeds", on_delete="CASCADE")
    key = TextField(unique=True)
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("key", "at")

    @classmethod
    def renew(cls, user: User) -> str:
        """A fresh address, shown once; an older one of the same user ends."""
        require_dpo(user)
        token = seal.new_token()
        with db.atomic():
            cls.delete().where(cls.user == user).execute()
            cls.create(user=user, key=seal.token_hash(token))
            Trace.leave(user, "feed.made")
        return f"{tools.base_url}/calendar/{token}"

    @classmethod
    def end(cls, user: User) -> None:
        """The address answers no more."""
        with db.atomic():
            if cls.delete().where(cls.user == user).execute():
                Trace.leave(user, "feed.ended")

    @classmethod
    def read(cls, token: str) -> bytes:
        """The calendar behind an address; Missing for one that ended or whose user may no longer answer claims."""
        row = cls.get_or_none(cls.key == seal.token_hash(token))
        if row is None or row.user.disabled_at is not None or not row.user.may(Permission.COMPLIANCE):
            raise Missing
        lang = row.user.locale or tools.locale
        return calendar_file.written(str(Setting.of("organisation")), _entries(lang), at=clock.now())


def _entries(lang: str) -> list[Entry]:
    found, days = [], working_days()
    for claim in Claim.board():
        due, link = claim.due_on(days), f"{tools.base_url}/claims/{claim.code}"
        for day, words, name in ((due.target, AIM, "aim"), (due.day, TITLE, "due")):
            title = tools.typesetter.gettext(words, lang) % {"code": claim.code}
            found.append(Entry(f"{name}-{claim.code}@clearframe", day, title, link))
    return found
