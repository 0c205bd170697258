"""Where each question of a campaign stands: sent, opened, answered how, bounced, expired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from peewee import Case, ModelSelect, Value, fn

from adapters import clock
from adapters.tables import written
from models.base import db
from models.campaign import Campaign
from models.consent import About, Answer, Consent, Line
from models.notice import Notice, NoticeKind
from models.person import Person
from models.request import Request
from models.trail import Trace
from models.user import User


class Outcome(StrEnum):
    """Where one question stands."""

    SIGNED = "signed"  # yes to all
    PARTLY = "partly"
    REFUSED = "refused"
    OPENED = "opened"
    SENT = "sent"
    BOUNCED = "bounced"
    EXPIRED = "expired"
    REVOKED = "revoked"


def counts(campaign: Campaign) -> dict[Outcome, int]:
    """How many stand where, in the order of the bar, in one query."""
    inner = (
        Request.select(_outcome().alias("outcome")).where(Request.campaign == campaign).alias("inner_rows")
    )
    rows: Any = (
        Request.select(inner.c.outcome, fn.COUNT(inner.c.outcome)).from_(inner).group_by(inner.c.outcome)
    )
    found = {str(outcome): int(count) for outcome, count in rows.tuples()}
    return {outcome: found.get(outcome.value, 0) for outcome in Outcome}


def answers_of(campaigns: Sequence[Campaign]) -> dict[int, tuple[int, int]]:
    """Per campaign id how many were asked and how many have answered, in one query."""
    rows: Any = (
        Request.select(Request.campaign, fn.COUNT(Request.id), fn.COUNT(Request.used_at))
        .where(Request.campaign.in_([campaign.id for campaign in campaigns]))
        .group_by(Request.campaign)
    )
    return {campaign: (asked, answered) for campaign, asked, answered in rows.tuples()}


def rows(campaign: Campaign, outcome: Outcome | None = None) -> ModelSelect[Request]:
    """The requests of a campaign, each with its person and its `outcome`."""
    standing = _outcome()
    query = (
        Request.select(Request, Person, standing.alias("outcome"))
        .join(Person)
        .where(Request.campaign == campaign)
    )
    return query if outcome is None else query.where(standing == outcome.value)


def reasons(requests: Sequence[Request]) -> dict[int, str]:
    """Why the letters of these requests came back, by request id, in one query."""
    by_key = {f"request|{request.code}|{request.renewed}": request.id for request in requests}
    failed = Notice.select().where(Notice.key.in_(list(by_key)), Notice.failed_at.is_null(False))
    return {by_key[notice.key]: notice.why for notice in failed}


def export(campaign: Campaign, *, by: User) -> bytes:
    """The progress as CSV for a sheet: names and states, no addresses; no cell can be run as a formula."""
    head = ["name", "state", "way", "asked", "reminded", "opened", "answered", "code"]
    lines = []
    for row in rows(campaign).order_by(Request.id):
        moments = (row.at, row.reminded_at, row.opened_at, row.used_at)
        lines.append([row.person.name, row.outcome, row.way.value, *map(_written, moments), row.code])
    with db.atomic():
        Trace.leave(by, "campaign.exported", campaign)
    return written(head, lines)


def _written(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _outcome() -> Any:
    lines = Line.select(Line.id).join(Consent).where(Consent.request == Request.id, Line.about == About.USE)
    yes = fn.EXISTS(lines.where(Line.answer.in_([Answer.GIVEN, Answer.RENEWED])))
    no = fn.EXISTS(lines.where(Line.answer == Answer.REFUSED))
    key = Value("request|").concat(Request.code).concat("|").concat(Request.renewed.cast("TEXT"))
    bounced = Notice.select(Notice.id).where(
        Notice.key == key, Notice.failed_at.is_null(False),
        Notice.kind.in_([NoticeKind.REQUEST, NoticeKind.RENEWAL]),
    )  # fmt: skip
    answered = Request.used_at.is_null(False)
    cases = (
        (answered & ~yes, Outcome.REFUSED.value),
        (answered & ~no, Outcome.SIGNED.value),
        (answered, Outcome.PARTLY.value),
        (Request.revoked_at.is_null(False), Outcome.REVOKED.value),
        (fn.EXISTS(bounced), Outcome.BOUNCED.value),
        (Request.expires_at <= Request.at.db_value(clock.now()), Outcome.EXPIRED.value),
        (Request.opened_at.is_null(False), Outcome.OPENED.value),
    )
    return Case(None, cases, Outcome.SENT.value)
