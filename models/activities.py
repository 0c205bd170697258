"""The record of processing, written from the running installation, with the organisation's own words beside it (Art. 30, GOV-01)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import ForeignKeyField, IntegerField, JSONField, TextField, fn

from adapters import clock, seal
from models import modes, processor, retention
from models.base import Moment, Record, code_field, db, tools
from models.delivery import Delivery
from models.errors import Invalid, Refusal, _l
from models.holders import holding
from models.measures import MEASURES
from models.permission import Permission, Role
from models.processor import Part, Party
from models.setting import Setting
from models.trail import Trace
from models.use import Use
from models.user import User

MONTHS = 12  # between two reviews
FIELDS = ("purposes", "basis", "people", "data", "recipients", "transfers", "retention", "measures")
Say = Callable[[str], str]


@dataclass(frozen=True)
class Activity:
    """One processing activity with everything Art. 30(1)(b) to (g) asks for, in one language."""

    key: str
    name: str
    purposes: list[str]
    basis: list[str]
    people: list[str]
    data: list[str]
    recipients: list[str]
    transfers: list[str]
    retention: list[str]
    measures: list[str]

    @property
    def pair(self) -> tuple[str, str]:
        """Key and name, for a list to choose from."""
        return self.key, self.name

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"key": self.key, "name": self.name} | {field: getattr(self, field) for field in FIELDS}


class ActivityText(Record):
    """What the organisation adds to one field of one activity; each change is a version of its own."""

    activity = TextField()
    field = TextField()
    number = IntegerField()
    text = TextField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("activity", "field", "number", "text", "at")
        indexes = ((("activity", "field", "number"), True),)


class ActivityReview(Record):
    """A version of the whole record that the privacy officer looked at and approved."""

    code = code_field()
    number = IntegerField(unique=True)
    at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    record = JSONField()
    digest = TextField()

    class Meta:
        personal, plain = (), ("code", "number", "at", "record", "digest")


# fmt: off
NAMES = {
    "library": _l("Keeping and using photos"), "consent": _l("Asking for and proving consent"),
    "recognition": _l("Recognising faces"), "events": _l("Photographs of events and crowds"),
    "requests": _l("Answering requests of people"), "audit": _l("Accounts, security and the audit trail"),
    "shares": _l("Sharing photos by link"),
}
_PURPOSES = {
    "consent": [_l("To ask the people in photos, to keep their answers and to show that they were given (Art. 7(1)).")],
    "recognition": [_l("To find the photos of people who asked for it, so that their choices are heeded.")],
    "events": [_l("To show what an event was like, after the interest was weighed for each album.")],
    "requests": [_l("To answer requests under Art. 15 to 21 and messages about photos in time, and to show that it was done.")],
    "audit": [_l("To keep the photos safe, to know who did what, and to account for it (Art. 5(2), 32).")],
    "shares": [_l("To show chosen photos to a named recipient for a named use.")],
}
_BASES = {
    "library": [_l("Consent (Art. 6(1)(a)); a contract (b), a public task (e) or a weighed interest (f) where one is on file")],
    "consent": [_l("A legal duty: showing that consent was given (Art. 6(1)(c), 7(1))")],
    "recognition": [_l("Explicit consent of everyone who is compared (Art. 6(1)(a), 9(2)(a)) unless the assessment names another condition")],
    "events": [_l("A weighed interest (Art. 6(1)(f)) or a public task (e), recorded for each album")],
    "requests": [_l("A legal duty (Art. 6(1)(c), 12)")],
    "audit": [_l("A weighed interest in security and a legal duty to account (Art. 6(1)(c), (f), 5(2), 32)")],
    "shares": [_l("That of the use for which the photos are shared")],
}
_PEOPLE = {
    "library": [_l("People in photos"), _l("Colleagues who take, describe or use photos")],
    "consent": [_l("People in photos"), _l("Parents and guardians")],
    "recognition": [_l("People who said yes to recognition")],
    "events": [_l("Visitors and passers-by")],
    "requests": [_l("People in photos and whoever writes about one")],
    "audit": [_l("Colleagues with an account"), _l("Whoever follows a link")],
    "shares": [_l("People in photos"), _l("Recipients of links")],
}
_DATA = {
    "library": [_l("Photos with their places, times and descriptions"), _l("Names, contact details, birthdays of minors, relation to the organisation")],
    "consent": [_l("Answers, signatures, the text shown, time and way of signing, shortened network address")],
    "recognition": [_l("Faceprints: special data of Art. 9; guesses and their confirmation")],
    "events": [_l("Photos without names; objections on the spot")],
    "requests": [_l("What was written, contact details, what was answered and when")],
    "audit": [_l("Names and addresses of colleagues, logins, acts by code, shortened network addresses")],
    "shares": [_l("Photos, names and addresses of recipients, each opening of a link")],
}
# fmt: on


def written(lang: str) -> list[Activity]:
    """Every activity as it is today, in this language."""

    def say(words: str, **values: Any) -> str:
        said = tools.typesetter.gettext(words, lang)
        return said % values if values else said

    added, kept, protects = (
        _added(),
        _retention(say, lang),
        sorted({say(measure.area) for measure in MEASURES}),
    )
    recipients, leaving = _recipients(say), _transfers()
    uses = [use.name_in(lang) for use in Use.select().where(Use.ended_at.is_null()).order_by(Use.id)]
    made = []
    for key, name in NAMES.items():
        shown = {
            "purposes": uses if key == "library" else [say(words) for words in _PURPOSES[key]],
            "basis": [say(words) for words in _BASES[key]], "people": [say(words) for words in _PEOPLE[key]],
            "data": [say(words) for words in _DATA[key]], "recipients": recipients[key], "transfers": leaving or [say("None")],
            "retention": kept[key], "measures": protects,
        }  # fmt: skip
        for field, values in shown.items():
            shown[field] = [*values, *([added[key, field]] if added.get((key, field)) else [])]
        made.append(Activity(key, say(name), **shown))
    return made


def head(lang: str) -> dict[str, str]:
    """Who answers for it all, and the privacy officer (Art. 30(1)(a))."""
    officers = ", ".join(user.name for user in holding(Role.DPO))
    settings = Setting.all()
    return {
        "controller": settings["organisation"], "address": settings["organisation_address"],
        "contact": settings["privacy_email"], "officer": officers, "country": settings["country"],
    }  # fmt: skip


def for_others() -> list[Party]:
    """For whom we process, for the record of a processor (Art. 30(2))."""
    return list(Party.current().where(Party.part == Part.CLIENT))


def lint(record: list[Activity], about: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the record lacks: the activity's key (or "" for the whole) and the field."""
    lacks = [("", key) for key in ("address", "contact", "officer") if not about[key]]
    lacks += [
        (activity.key, field) for activity in record for field in FIELDS if not getattr(activity, field)
    ]
    return lacks + [("", f"host {host}") for _, host in processor.undeclared()]


def add(activity: str, field: str, text: str, *, by: User) -> ActivityText:
    """Keep what the organisation says of one field; an empty text takes the addition away, the versions stay."""
    by.require(Permission.COMPLIANCE)
    if activity not in NAMES or field not in FIELDS:
        raise Invalid(_l("Choose one of the list."), field="field")
    said = text.strip()[:3000]
    if said == _added().get((activity, field), ""):
        raise Invalid(_l("Nothing has changed."), field="text")
    with db.atomic():
        last: Any = ActivityText.select(fn.MAX(ActivityText.number)).where(
            ActivityText.activity == activity, ActivityText.field == field
        )
        made = ActivityText.create(
            activity=activity, field=field, number=(last.scalar() or 0) + 1, text=said, by=by
        )
        Trace.leave(by, "record.changed", activity=activity, field=field, number=made.number)
    return made


def texts() -> list[ActivityText]:
    """Every version of every addition, the newest first."""
    return list(ActivityText.select().order_by(ActivityText.id.desc()))


def approve(*, by: User) -> ActivityReview:
    """Keep the record of today as a version that was looked at; Refusal while something is missing."""
    by.require(Permission.COMPLIANCE)
    record, about = written(tools.locale), head(tools.locale)
    if lint(record, about):
        raise Refusal(_l("Something is still missing in the record. Mend what is listed first."))
    said = {"about": about, "activities": [activity.as_json() for activity in record]}
    with db.atomic():
        number = (ActivityReview.select(fn.MAX(ActivityReview.number)).scalar() or 0) + 1
        made = ActivityReview.create(
            number=number, by=by, record=said, digest=seal.leaf(seal.canonical(said)).hex()
        )
        Trace.leave(by, "record.reviewed", made, number=number, digest=made.digest)
    return made


def reviews() -> list[ActivityReview]:
    """Every approved version, the newest first."""
    return list(ActivityReview.select().order_by(ActivityReview.number.desc()))


def due_on() -> date:
    """By when the record must be looked at again; today where nobody ever has."""
    last = next(iter(reviews()), None)
    return clock.months_after(clock.day_of(last.at, tools.zone), MONTHS) if last else clock.today(tools.zone)


def _added() -> dict[tuple[str, str], str]:
    rows = ActivityText.select().order_by(ActivityText.number)
    return {(row.activity, row.field): row.text for row in rows}


def _recipients(say: Any) -> dict[str, list[str]]:
    """By activity: whom photos really went to, by number, and who handles data for us."""
    parties = [
        f"{party.name} ({party.country})" for party in Party.current() if party.part is not Part.CLIENT
    ]
    seen = (
        Delivery.select(fn.COUNT(fn.DISTINCT(Delivery.recipient))).where(Delivery.recipient != "").scalar()
        or 0
    )
    out = [say(_l("Named recipients of files, so far: %(count)s"), count=seen)]
    inside = [say(_l("Colleagues with a role that needs it"))]
    return {key: inside + (out if key in ("library", "shares") else []) + parties for key in NAMES}


def _transfers() -> list[str]:
    return [
        f"{party.name} ({party.country}): {party.safeguard.value}, {party.safeguard_note}"
        for party in processor.transfers()
    ]


# What of the schedule each activity rests on; a class that none of them names belongs to the photos themselves.
_KEPT = {
    "consent": ("evidence", "asked", "visitor", "draft", "import", "letters"),
    "recognition": ("faceprint", "selfie", "face-search"),
    "events": ("review", "unknown", "ungrounded", "boxes"),
    "requests": ("request-case", "request-package", "entry", "digits"),
    "audit": ("trail-access", "trail-incident", "trail-evidence", "breach", "session", "hook-call", "job"),
    "shares": ("shared",),
}


def _retention(say: Any, lang: str) -> dict[str, list[str]]:
    """By activity: the time limits of the schedule as it stands today (Art. 30(1)(f))."""
    settings, named = Setting.all(), {key for keys in _KEPT.values() for key in keys}
    rest = [rule.key for rule in retention.SCHEDULE if rule.key not in named]
    kept = {
        key: [_term(retention.RULES[one], say, lang) for one in _KEPT.get(key, ("review", "unknown", "ungrounded", "boxes", *rest))]
        for key in NAMES
    }  # fmt: skip
    months, days = settings["consent_months"], settings["share_days"]
    kept["consent"].insert(0, say(_l("A consent: at most %(months)s months"), months=months))
    kept["recognition"].append(say(_l("Today's mode: %(mode)s"), mode=modes.state().mode.value))
    kept["shares"].insert(0, say(_l("A link: at most %(days)s days"), days=days))
    return kept


def _term(rule: retention.Rule, say: Any, lang: str) -> str:
    span = retention.in_words(retention.amount(rule.key), rule.unit, lang)
    return f"{say(rule.data)}: {span} ({say(rule.starts)})"
