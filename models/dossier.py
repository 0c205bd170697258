"""The parts of the evidence pack, one line each: a part is a function that gives files for a day and a language (GOV-09)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from adapters import tables
from models import (
    activities,
    backups,
    claim_register,
    deviation,
    measures,
    papers,
    processor,
    registers,
    retaining,
    retention,
    review,
    tally,
    trail,
)
from models.assessment import Assessment
from models.base import tools
from models.basis import Basis, BasisKind
from models.breach import Breach
from models.consent import Consent
from models.erasure import Erasure
from models.errors import _l
from models.event import Event
from models.override import Override
from models.permission import GRANTS, Role
from models.registers import Section
from models.setting import Setting
from models.trail import Head, public_key
from models.wording import Version, Wording

File = tuple[str, bytes]
DOCS = Path(__file__).resolve().parent.parent / "docs" / "compliance"


@dataclass(frozen=True)
class Ask:
    """For which day and in which language a pack is made."""

    on: date
    lang: str

    def say(self, words: str) -> str:
        """Words of ours in that language."""
        return tools.typesetter.gettext(words, self.lang)

    def paper(self, title: str, sections: Iterable[Section]) -> bytes:
        """A register as a tagged PDF."""
        return papers.make(
            "register.html", self.lang, title=self.say(title), sections=list(sections), on=self.on,
            organisation=str(Setting.of("organisation")),
        )  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One part: its folder in the pack, its title, and what makes its files."""

    key: str
    title: str
    files: Callable[[Ask], list[File]]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode() + b"\n"


def _csv(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    return tables.written(head, rows, mark=False)


def _document(name: str) -> Callable[[Ask], list[File]]:
    return lambda _ask: [(name, (DOCS / name).read_bytes())]


def _record(ask: Ask) -> list[File]:
    made, about = activities.written(ask.lang), activities.head(ask.lang)
    said = {
        "about": about, "activities": [activity.as_json() for activity in made], "missing": activities.lint(made, about),
        "reviews": [{"number": row.number, "at": row.at, "digest": row.digest} for row in activities.reviews()],
        "for_others": [registers.party(row) for row in activities.for_others()],
    }  # fmt: skip
    return [
        ("record.json", _json(said)),
        ("record.pdf", ask.paper(_l("Record of processing activities"), registers.record(ask))),
    ]


def _assessments(ask: Ask) -> list[File]:
    rows = [registers.assessment(row) for row in Assessment.history()]
    return [
        ("dpia.json", _json(rows)),
        ("dpia.pdf", ask.paper(_l("Impact assessments"), registers.assessments(ask))),
    ]


def _interests(_ask: Ask) -> list[File]:
    weighed = Basis.select().where(Basis.kind.in_([BasisKind.LI, BasisKind.PUBLIC_TASK])).order_by(Basis.id)
    events = Event.select().order_by(Event.id)
    said = {
        "grounds": [
            {"code": row.code, "kind": row.kind.value, "article": row.article, "use": row.use.code, "evidence": row.evidence,
             "from": row.valid_from, "review_on": row.review_on, "told_on": row.informed_on, "ended_at": row.ended_at}
            for row in weighed
        ],
        "events": [
            {"code": row.code, "kind": row.kind.value, "on": row.assessed_on, "purpose": row.purpose, "necessity": row.necessity,
             "balance": row.balance, "notice": row.notice, "opt_out": row.opt_out, "children": row.children,
             "approved_at": row.approved_at, "ended_at": row.ended_at}
            for row in events
        ],
    }  # fmt: skip
    return [("interests.json", _json(said))]


def _wordings(_ask: Ask) -> list[File]:
    rows = Version.select(Version, Wording).join(Wording).order_by(Wording.id, Version.number, Version.locale)
    said = [
        {"wording": row.wording.code, "name": row.wording.name, "kind": row.wording.kind.value, "version": row.number,
         "language": row.locale, "title": row.title, "body": row.body, "recognition": row.recognition, "sha256": row.digest,
         "published_at": row.published_at, "ended_at": row.wording.ended_at}
        for row in rows
    ]  # fmt: skip
    head = ("wording", "name", "kind", "version", "language", "sha256", "published_at", "ended_at")
    return [
        ("texts.json", _json(said)),
        ("register.csv", _csv(head, ([row[key] for key in head] for row in said))),
    ]


def _consents(_ask: Ask) -> list[File]:
    counts = {
        "consents": Consent.select().count(),
        "by_means": registers.counted(Consent.select(Consent.means)),
    }
    return [("figures.json", _json(counts))]


def _retention(_ask: Ask) -> list[File]:
    runs = [
        {"class": run.key, "at": run.at, "looked": run.looked, "acted": run.acted, "left": run.left, "failed": run.failed}
        for run in retaining.last_runs()
    ]  # fmt: skip
    said = {
        "backup_days": tools.backups.days, "keys_backup_days": tools.backups.keys_days, "last_runs": runs,
        "longer": [{"class": term.key, "reason": term.why} for term in retention.deviations()],
    }  # fmt: skip
    return [("schedule.md", retention.as_text().encode()), ("runs.json", _json(said))]


def _requests(_ask: Ask) -> list[File]:
    head = [field.name for field in fields(claim_register.Year)]
    return [
        (
            "register.csv",
            _csv(head, ([getattr(year, name) for name in head] for year in claim_register.years())),
        )
    ]


def _measures(_ask: Ask) -> list[File]:
    return [("measures.md", measures.described().encode())]


def _access(_ask: Ask) -> list[File]:
    roles = {role.value: sorted(map(str, GRANTS[role])) for role in Role}
    reviews = [
        {"at": row.at, "by": row.by.code if row.by else "", "accounts": row.accounts}
        for row in review.reviews()
    ]
    rows = (
        (account.user.code, account.user.name, ",".join(account.roles), account.seen_at or "")
        for account in review.accounts()
    )
    return [
        ("matrix.json", _json(roles)), ("reviews.json", _json(reviews)),
        ("accounts.csv", _csv(("account", "name", "roles", "last_login"), rows)),
    ]  # fmt: skip


def _parties(ask: Ask) -> list[File]:
    rows = [registers.party(row) for row in processor.Party.register()]
    return [
        ("parties.json", _json(rows)),
        ("parties.pdf", ask.paper(_l("Processors and recipients"), registers.parties(ask))),
    ]


def _transfers(_ask: Ask) -> list[File]:
    said = {
        "outside_the_eea": [registers.party(row) for row in processor.transfers()],
        "egress": processor.egress(), "undeclared": processor.undeclared(),
    }  # fmt: skip
    return [("transfers.json", _json(said))]


def _breaches(ask: Ask) -> list[File]:
    rows = [registers.breach(row) for row in Breach.all()]
    return [
        ("breaches.json", _json(rows)),
        ("breaches.pdf", ask.paper(_l("Register of breaches"), registers.breaches(ask))),
    ]


def _erasures(_ask: Ask) -> list[File]:
    rows = Erasure.select().order_by(Erasure.number)
    drills = backups.Drill.select().order_by(backups.Drill.id)
    columns = ("at", "snapshot", "rows", "objects", "seconds", "ok", "why")
    return [
        ("erasures.csv", _csv(("number", "noun", "code", "at", "why", "bytes_gone_at"),
         ((row.number, row.noun, row.code, row.at, row.why, row.tidied_at or "") for row in rows))),
        ("drills.csv", _csv(columns, ([drill.__data__[key] for key in columns] for drill in drills))),
    ]  # fmt: skip


def _trail(_ask: Ask) -> list[File]:
    head, verdict = Head.sign(), trail.verify()
    said = {
        "lines": verdict.lines, "first_bad": verdict.bad, "why": verdict.why, "head": verdict.head,
        "public_key": public_key().hex(),
    }  # fmt: skip
    return [("verification.json", _json(said)), ("head.txt", (head.note if head else "").encode())]


def _recognition(_ask: Ask) -> list[File]:
    rows = [(row.band, row.up_to, row.confirmed, row.rejected) for row in tally.table()]
    return [("answers.csv", _csv(("band", "distance_up_to", "confirmed", "rejected"), rows))]


def _deviations(_ask: Ask) -> list[File]:
    rows = [
        {"setting": row.key, "before": row.before, "after": row.after, "reason": row.reason, "at": row.at,
         "by": row.by.code if row.by else "", "stands": row.stands}
        for row in deviation.register()
    ]  # fmt: skip
    lifted = [
        {"photo": row.photo.code, "use": row.use.code, "doubts": row.codes, "reason": row.reason, "until": row.until, "at": row.at,
         "by": row.by.code if row.by else "", "confirmed": row.confirmed, "answered_at": row.answered_at,
         "answered_by": row.answered_by.code if row.answered_by else "", "ended_at": row.ended_at}
        for row in Override.select().order_by(Override.id)
    ]  # fmt: skip
    return [("deviations.json", _json(rows)), ("exceptions.json", _json(lifted))]


# A new part is a line here; the index, the manifest and the tests read it from this list.
PARTS = (
    Part("record", _l("Record of processing activities"), _record),
    Part("dpia", _l("Impact assessments"), _assessments),
    Part("interests", _l("Weighed interests and public tasks"), _interests),
    Part("wordings", _l("Notices and texts people signed"), _wordings),
    Part("consents", _l("Consents in figures"), _consents),
    Part("retention", _l("Retention and its last runs"), _retention),
    Part("measures", _l("Technical and organisational measures"), _measures),
    Part("access", _l("Who may do what, and its reviews"), _access),
    Part("parties", _l("Processors and recipients"), _parties),
    Part("transfers", _l("Transfers outside the EEA, and every host we talk to"), _transfers),
    Part("breaches", _l("Register of breaches"), _breaches),
    Part("requests", _l("Register of requests"), _requests),
    Part("erasures", _l("Erasures, and restores that were tried out"), _erasures),
    Part("trail", _l("The audit trail: verification and signed head"), _trail),
    Part("recognition", _l("Recognition in figures"), _recognition),
    Part("deviations", _l("Deviations from private defaults, and exceptions"), _deviations),
    Part("ai-act", _l("Memorandum on recognition and the AI Act"), _document("recognition.md")),
    Part("accessibility", _l("Accessibility statement"), _document("accessibility.md")),
    Part("sbom", _l("Bill of materials of the software"), _document("sbom.json")),
)
