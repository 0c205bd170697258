"""Retention: one table of what is kept how long, what happens then and who does it; and the terms the privacy officer chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from peewee import BooleanField, ForeignKeyField, IntegerField, TextField

from adapters import clock
from models import deviation
from models.base import Moment, Record, db, tools
from models.errors import Invalid, _l
from models.permission import Permission
from models.setting import Setting
from models.trail import Trace
from models.user import User

HOURS, DAYS, MONTHS, YEARS = "hours", "days", "months", "years"
# Not marked here: views/retention_words.py marks them, with their plurals.
WORDS = {
    HOURS: ("%(num)s hour", "%(num)s hours"), DAYS: ("%(num)s day", "%(num)s days"),
    MONTHS: ("%(num)s month", "%(num)s months"), YEARS: ("%(num)s year", "%(num)s years"),
}  # fmt: skip
# Where a claim lapses with the end of a calendar year: years from the end of the one it arose in (BGB 195, 199).
BY_YEAR_END = {"DE": 3}


@dataclass
class Done:
    """What a class's job looked at and did, and what it left for which reason."""

    looked: int = 0
    acted: int = 0
    left: dict[str, int] = field(default_factory=dict)

    def leave(self, why: str, count: int = 1) -> None:
        """Count what stays, under its reason."""
        self.left[why] = self.left.get(why, 0) + count


@dataclass(frozen=True)
class Rule:
    """One class of data. `verb` names module and function in models/; it is called with the moment before which a clock that
    started has run out, and may run twice.
    """

    key: str
    data: str
    starts: str
    then: str
    verb: str
    unit: str
    shortest: int
    longest: int = 0  # 0: fixed
    often: bool = (
        False  # carried out every ten minutes as well: minutes and hours must not wait for the night
    )
    alone: bool = False  # may be erased without anybody deciding, if the privacy officer says so
    operator: bool = False  # its days are set where the machine is run

    @property
    def is_fixed(self) -> bool:
        """Whether nobody chooses its term."""
        return not self.longest or self.operator


# fmt: off
SCHEDULE: tuple[Rule, ...] = (
    Rule("review", _l("Photos with a ground that holds"), _l("taken in, or last decided about"), _l("looked at again: they join the photos to decide about"),
         "deciding.review", MONTHS, 24),
    Rule("unknown", _l("Photos nobody may use yet, because something about them is unclear"), _l("taken in, or last decided about"), _l("join the photos to decide about"),
         "deciding.unknown", MONTHS, 6, 12, alone=True),
    Rule("ungrounded", _l("Photos without a ground, after a no or an end"), _l("the no, or the day after the end"), _l("must have been decided about"),
         "deciding.ungrounded", DAYS, 30, 90, alone=True),
    Rule("evidence", _l("Consents, contracts and their proof"), _l("the end of their validity"), _l("erased; numbers stay"),
         "proof.forget", YEARS, 5, 10),
    Rule("faceprint", _l("Faceprints"), _l("last used; the yes to them ends them sooner"), _l("key destroyed at once, rows within the hour"),
         "forgetting.retire", MONTHS, 24, often=True),
    Rule("selfie", _l("Selfies that wait to be looked at"), _l("handed in"), _l("erased"), "selfie.retire", HOURS, 1, often=True),
    Rule("face-search", _l("Pictures and numbers of a search by the face of who asks"), _l("the yes to it; the request's end and a no end them sooner"),
         _l("key destroyed at once, bytes within the hour"), "face_search.retire", DAYS, 14, often=True),
    Rule("request-case", _l("Messages and requests from people, answered"), _l("the answer"), _l("erased"), "claim_register.forget", YEARS, 5),
    Rule("request-package", _l("Packages made for a request"), _l("handed out"), _l("erased"), "package.forget", DAYS, 30),
    Rule("boxes", _l("Boxes of faces nobody named"), _l("the photo's erasure"), _l("go with it, in the same act"), "retaining.boxes", DAYS, 0),
    Rule("shared", _l("Deliveries, shares, publications and take-downs"), _l("the last day of use"), _l("erased; the trail's lines follow"),
         "proof.forget_shared", YEARS, 5, 10),
    Rule("trail-access", _l("The trail: who looked, and that the machine worked"), _l("the act"), _l("becomes a stump under a signed segment"),
         "pruning.prune_access", MONTHS, 12, 24),
    Rule("trail-incident", _l("The trail: incidents"), _l("the act"), _l("becomes a stump under a signed segment"), "pruning.prune_incidents", YEARS, 5),
    Rule("trail-evidence", _l("The trail: what proves consent and publication"), _l("the act, and the longest consent after it"), _l("becomes a stump under a signed segment"),
         "pruning.prune_evidence", YEARS, 5, 10),
    Rule("breach", _l("Register of breaches"), _l("closed"), _l("erased"), "breach.forget", YEARS, 5),
    Rule("backup", _l("Backups of the data"), _l("made"), _l("taken away by the next one"), "retaining.backups_go", DAYS, 35, operator=True),
    Rule("key-backup", _l("Backups of the keys"), _l("made"), _l("taken away by the next one"), "retaining.key_backups_go", DAYS, 7, operator=True),
    Rule("asked", _l("Requests to sign that nobody answered"), _l("asked, if the link is over"), _l("erased"), "retaining.unanswered", DAYS, 90),
    Rule("visitor", _l("What visitors typed who never answered"), _l("typed"), _l("erased"), "visit.Visit.sweep", DAYS, 90, often=True),
    Rule("draft", _l("Answers that wait for a code"), _l("the code's end"), _l("erased"), "draft.Draft.sweep", HOURS, 24, often=True),
    Rule("import", _l("Imported lists and unused forms"), _l("brought in, or left lying"), _l("erased; what they brought stays"), "importing.sweep", DAYS, 30, often=True),
    Rule("arrival", _l("Uploads that broke off"), _l("begun"), _l("erased"), "photo.Arrival.sweep", HOURS, 1, often=True),
    Rule("letters", _l("Letters kept in the outbox, where there is no mail server"), _l("written"), _l("erased"), "outbox.forget", DAYS, 30, 90),
    Rule("session", _l("Where a user was logged in"), _l("login"), _l("erased"), "session.sweep", DAYS, 30, often=True),
    Rule("entry", _l("Entries to one's own page, wishes for a link"), _l("begun"), _l("erased"), "entry.Entry.sweep", HOURS, 24, often=True),
    Rule("digits", _l("Codes that show who asks about personal data"), _l("sent"), _l("erased"), "claim_digits.ClaimDigits.sweep", HOURS, 24, often=True),
    Rule("step", _l("Steps at the desk that can be taken back"), _l("the step"), _l("erased; the act stays"), "desk.sweep", HOURS, 24, often=True),
    Rule("hook-call", _l("Calls to other systems"), _l("called"), _l("erased"), "webhook.sweep", DAYS, 30, often=True),
    Rule("job", _l("Work that is done"), _l("done"), _l("erased"), "job.Job.sweep", DAYS, 7, often=True),
)
# fmt: on
RULES: Mapping[str, Rule] = {rule.key: rule for rule in SCHEDULE}


class Term(Record):
    """A term the privacy officer chose for a class, within its range; the newest counts, and the older ones say what was before."""

    key = TextField(index=True)
    amount = IntegerField()
    alone = BooleanField(default=False)
    why = TextField(default="")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("key", "amount", "alone", "why", "at")

    @classmethod
    def of(cls, key: str, before: datetime | None = None) -> Term | None:
        """What was chosen last, or last before a moment."""
        rows = cls.select().where(cls.key == key)
        rows = rows if before is None else rows.where(cls.at < before)
        row: Term | None = rows.order_by(cls.id.desc()).first()
        return row

    @classmethod
    def all(cls) -> dict[str, Term]:
        """What was chosen last for each class, in one query."""
        return {row.key: row for row in cls.select().order_by(cls.id)}


def least(rule: Rule) -> int:
    """The shortest term of a class here, which is also its default (DBD-01)."""
    if _ends_with_the_year(rule):
        return BY_YEAR_END[str(Setting.of("country"))]
    return rule.shortest


def amount(key: str, before: datetime | None = None) -> int:
    """How long a class is kept, in its unit; with a moment, by what was chosen before it."""
    rule, chosen = RULES[key], Term.of(key, before)
    if rule.operator:
        return int(tools.backups.days if key == "backup" else tools.backups.keys_days)
    if rule.is_fixed or chosen is None:
        return least(rule)
    return min(max(int(chosen.amount), least(rule)), rule.longest)


def in_words(count: int, unit: str, lang: str) -> str:
    """A term such as 24 months, in a language; none is "with the photo"."""
    if not count:
        return tools.typesetter.gettext(_l("with the photo"), lang)
    return tools.typesetter.ngettext(*WORDS[unit], count, lang)


def goes_alone(key: str) -> bool:
    """Whether what is due of this class is erased without a decision."""
    chosen = Term.of(key)
    return bool(RULES[key].alone and chosen and chosen.alone)


def limit(key: str) -> datetime:
    """The moment before which a clock must have started to have run out by now.

    Hours and days are counted to the second, months and years by the organisation's calendar from midnight.
    """
    rule, long = RULES[key], amount(key)
    if rule.unit in (HOURS, DAYS):
        return clock.now() - timedelta(**{rule.unit: long})
    return datetime.combine(limit_day(key), time.min, ZoneInfo(tools.zone))


def limit_day(key: str) -> date:
    """The same as a day: what ended before it has run out."""
    rule, long, day = RULES[key], amount(key), clock.today(tools.zone)
    if _ends_with_the_year(rule):
        return date(day.year - long, 1, 1)
    if rule.unit in (HOURS, DAYS):
        return clock.day_of(limit(key), tools.zone)
    return clock.months_after(day, -long * (12 if rule.unit == YEARS else 1))


def months(key: str) -> int:
    """A term in months, and the rest of a year where it ends with one."""
    rule, long = RULES[key], amount(key)
    return long if rule.unit == MONTHS else 12 * (long + _ends_with_the_year(rule))


def _ends_with_the_year(rule: Rule) -> bool:
    return rule.unit == YEARS and bool(rule.longest) and str(Setting.of("country")) in BY_YEAR_END


def verb(rule: Rule) -> Callable[[datetime], Any]:
    """What carries the class out."""
    module, _, path = rule.verb.partition(".")
    found: Any = import_module(f"models.{module}")
    for name in path.split("."):
        found = getattr(found, name)
    return found  # type: ignore[no-any-return]


def choose(key: str, given: Mapping[str, str], *, by: User) -> None:
    """Keep another term for a class. Invalid outside its range, or without a reason for longer or for erasing unasked (DBD-02)."""
    by.require(Permission.COMPLIANCE)
    rule = RULES.get(key)
    if rule is None or rule.is_fixed:
        raise Invalid(_l("Choose one of the list."), field=f"amount-{key}")
    wanted, text = given.get("amount", "").strip(), " ".join(given.get("why", "").split())[:1000]
    if not wanted.isdecimal() or not least(rule) <= int(wanted) <= rule.longest:
        raise Invalid(
            _l("Give a whole number from %(least)s to %(most)s."), field="amount", least=least(rule), most=rule.longest
        )  # fmt: skip
    alone = rule.alone and bool(given.get("alone"))
    before, was_alone = amount(key), goes_alone(key)
    if (int(wanted) > before or (alone and not was_alone)) and len(text) < 10:
        raise Invalid(
            _l("Say in a few words why: what is kept longer, or erased unasked, needs a reason."), field="why"
        )
    if (int(wanted), alone) == (before, was_alone):
        return
    with db.atomic():
        Term.create(key=key, amount=int(wanted), alone=alone, why=text, by=by)
        if int(wanted) > before or (alone and not was_alone):
            after = [int(wanted), rule.unit, *(["alone"] if alone else [])]
            deviation.note(f"{deviation.TERM}{key}", [before, rule.unit], after, text, by=by)
        Trace.leave(
            by, "retention.changed", of=key, amount=int(wanted), before=before, unit=rule.unit, alone=alone
        )


def deviations(before: datetime | None = None) -> list[Term]:
    """Every class that is kept longer than the shortest, or erased unasked, with the reason given (DBD-02)."""
    return [term for rule in SCHEDULE if (term := deviates(rule, before))]


def deviates(rule: Rule, before: datetime | None = None) -> Term | None:
    """What was chosen for one class, where that is less private than the shortest."""
    term = Term.of(rule.key, before)
    return term if term and (amount(rule.key, before) > least(rule) or (rule.alone and term.alone)) else None


def as_text() -> str:
    """The schedule as docs/compliance/retention.md has it."""
    rows = [
        f"| {rule.data} | {_span(rule)} | {rule.starts} | {rule.then} | `models/{rule.verb.replace('.', '.py: ', 1)}` |"
        for rule in SCHEDULE
    ]
    return "\n".join([
        "# Retention schedule", "",
        "Written from `models/retention.py`; a house test holds it current. The first number is the default (DBD-01). Where claims lapse",
        "with the end of a calendar year (Germany), terms with a range in years are three years from the end of that year.", "",
        "| data | kept | the clock starts | then | done by |", "|---|---|---|---|---|", *rows, "",
    ])  # fmt: skip


def _span(rule: Rule) -> str:
    if not rule.shortest:
        return "with the photo"
    return (
        f"{rule.shortest} to {rule.longest} {rule.unit}" if rule.longest else f"{rule.shortest} {rule.unit}"
    )
