"""The registers as rows for machines and as sections for papers, in one language (Art. 30(4), 33(5))."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from peewee import ModelSelect

from adapters.dates import written_day, written_moment
from models import activities, processor
from models.assessment import Assessment
from models.base import tools
from models.breach import Breach, Told
from models.errors import _l
from models.processor import CLAUSES, Part, Party


class Speaks(Protocol):
    """Whatever knows in which language a paper is."""

    @property
    def lang(self) -> str:
        """That language."""
        ...

    def say(self, words: str) -> str:
        """Words of ours in it."""
        ...


@dataclass(frozen=True)
class Section:
    """One heading of a paper, with pairs of label and text below it."""

    title: str
    pairs: list[tuple[str, list[str]]] = field(default_factory=list)


# fmt: off
LABELS = {
    "purposes": _l("Purposes"), "basis": _l("Legal basis"), "people": _l("Whose data"), "data": _l("What data"),
    "recipients": _l("Recipients"), "transfers": _l("Transfers outside the EEA"), "retention": _l("How long"),
    "measures": _l("Measures of protection"), "controller": _l("Controller"), "address": _l("Address"),
    "contact": _l("Contact"), "officer": _l("Privacy officer"), "country": _l("Country of storage"),
}
PARTS = {
    Part.PROCESSOR: _l("Processor"), Part.SUB: _l("Sub-processor"), Part.RECIPIENT: _l("Recipient"),
    Part.CLIENT: _l("Controller for whom we process"),
}
SAFEGUARDS = {
    "": _l("none needed"), "adequacy": _l("Adequacy decision (Art. 45)"), "clauses": _l("Standard clauses (Art. 46)"),
    "binding-rules": _l("Binding corporate rules (Art. 47)"), "derogation": _l("A derogation for this case (Art. 49)"),
}
CLAUSE_WORDS = {
    "a": _l("only on documented instructions"), "b": _l("people bound to secrecy"), "c": _l("security (Art. 32)"),
    "d": _l("sub-processors only with leave"), "e": _l("help with people's requests"),
    "f": _l("help with security, breaches and assessments"), "g": _l("erasure or return at the end"),
    "h": _l("proof and audits"),
}
DANGERS = {
    "unlikely": _l("Harm is unlikely"), "risk": _l("A risk for people"), "high": _l("A high risk for people"),
}
ANSWERS = {
    "purpose": _l("What is done, and what for (Art. 35(7)(a))"), "need": _l("Why it is needed (Art. 35(7)(b))"),
    "ground": _l("On what legal ground"), "bystanders": _l("People who said nothing"), "risks": _l("Risks (Art. 35(7)(c))"),
    "measures": _l("Measures (Art. 35(7)(d))"), "views": _l("What the people concerned think of it (Art. 35(9))"),
    "advice": _l("Advice of the privacy officer (Art. 35(2))"), "children": _l("Children"),
    "consulted": _l("What the authority said (Art. 36)"),
}
RISKS = {"low": _l("low"), "medium": _l("medium"), "high": _l("high: the authority is asked first (Art. 36)")}
WE_ALONE = _l(
    "Clearframe runs on the organisation's own machines. Its maker has no access to them and is no processor."
)
# fmt: on


def record(ask: Speaks) -> list[Section]:
    """The record of processing, and that of a processor (Art. 30(1), (2))."""
    about = [(ask.say(LABELS[key]), [value]) for key, value in activities.head(ask.lang).items() if value]
    made = [
        Section(
            activity.name, [(ask.say(LABELS[name]), getattr(activity, name)) for name in activities.FIELDS]
        )
        for activity in activities.written(ask.lang)
    ]
    others = [(row.name, [row.does, row.contact]) for row in activities.for_others()]
    none = [(ask.say(_l("Processing for others (Art. 30(2))")), [ask.say(_l("None"))])]
    return [
        Section(ask.say(_l("Who is responsible")), about), *made,
        Section(ask.say(_l("Processing for others (Art. 30(2))")), others or none),
    ]  # fmt: skip


def assessment(row: Assessment) -> dict[str, Any]:
    """One assessment for machines."""
    return {
        "code": row.code, "mode": row.mode.value, "at": row.at, "expires_on": row.expires_on, "ended_at": row.ended_at,
        "condition": row.condition.value if row.condition else "", "risk": row.risk.value if row.risk else "",
        "authority_first": row.risk is not None and row.risk.value == "high", "covers": row.covers, "answers": row.answers,
        "model": row.model, "place": row.place, "digest": row.digest(),
        "stale": [] if row.ended_at else [why.value for why in row.stale(row.mode)],
    }  # fmt: skip


def assessments(ask: Speaks) -> list[Section]:
    """Every assessment as sections."""
    made = []
    for row in Assessment.history():
        pairs = [
            (ask.say(words), [str(row.answers[key])])
            for key, words in ANSWERS.items()
            if row.answers.get(key)
        ]
        if row.risk:
            pairs.append((ask.say(_l("Risk left")), [ask.say(RISKS[row.risk.value])]))
        pairs.append((ask.say(_l("Ends on")), [written_day(row.expires_on, ask.lang, "long")]))
        made.append(Section(f"{_when(row.at, ask)} · {row.code}", pairs))
    return made


def party(row: Party) -> dict[str, Any]:
    """One organisation outside for machines."""
    return {
        "code": row.code, "part": row.part.value, "of": row.of.code if row.of else "", "name": row.name, "contact": row.contact,
        "does": row.does, "hosts": row.hosts.split(), "country": row.country, "outside_the_eea": row.outside,
        "safeguard": row.safeguard.value, "safeguard_note": row.safeguard_note, "clauses": row.clauses,
        "missing_clauses": row.missing(), "changes_told": row.told, "at": row.at, "changed_at": row.changed_at,
        "ended_at": row.ended_at,
    }  # fmt: skip


def parties(ask: Speaks) -> list[Section]:
    """Everyone outside as sections, after the statement on our own maker (GOV-07)."""
    hosts = [f"{what}: {host}" for what, host in processor.egress()] or [ask.say(_l("None"))]
    made = [
        Section(ask.say(_l("The maker of this software")), [
            (ask.say(_l("Access")), [ask.say(WE_ALONE)]), (ask.say(_l("Hosts this installation talks to")), hosts),
        ])
    ]  # fmt: skip
    for row in Party.register():
        pairs = [
            (ask.say(_l("Part")), [ask.say(PARTS[row.part]) + (f": {row.of.name}" if row.of else "")]),
            (ask.say(_l("Does")), [row.does]), (ask.say(_l("Country")), [row.country]),
            (ask.say(_l("Safeguard")), [ask.say(SAFEGUARDS[row.safeguard.value]), row.safeguard_note]),
        ]  # fmt: skip
        if row.part in (Part.PROCESSOR, Part.SUB):
            missing = ask.say(_l("missing"))
            pairs.append((ask.say(_l("Contract (Art. 28(3))")), [
                f"({letter}) {ask.say(CLAUSE_WORDS[letter])}: {row.clauses.get(letter) or missing}" for letter in CLAUSES
            ]))  # fmt: skip
        if row.told:
            pairs.append((ask.say(_l("Changes announced")), [row.told]))
        if row.ended_at:
            pairs.append((ask.say(_l("Ended")), [_when(row.ended_at, ask)]))
        made.append(Section(row.name, pairs))
    return made


def breach(row: Breach) -> dict[str, Any]:
    """One breach for machines; whom it concerns by code."""
    return {
        "code": row.code, "aware_at": row.aware_at, "due_at": row.due_at, "facts": row.facts, "kinds": row.kinds,
        "people": row.people, "rows": row.rows, "effects": row.effects, "remedy": row.remedy,
        "risk": row.danger.value if row.danger else "", "reasons": row.reasons, "tell_authority": row.tell_authority,
        "tell_people": row.tell_people, "keys_note": row.keys_note, "decided_at": row.decided_at, "closed_at": row.closed_at,
        "told": [{"whom": told.whom.value, "at": told.at, "late_why": told.late_why} for told in row.tellings()],
        "affected": sorted(person.code for person in row.affected()),
    }  # fmt: skip


def breaches(ask: Speaks) -> list[Section]:
    """Every breach as sections."""
    return [of_breach(row, ask) for row in Breach.all()]


def of_breach(row: Breach, ask: Speaks) -> Section:
    """What Art. 33(3) and (5) ask for of one breach."""
    told: list[Told] = list(row.tellings())
    whom = {"authority": ask.say(_l("the authority")), "people": ask.say(_l("the people concerned"))}
    pairs = [
        (ask.say(_l("Known since")), [_when(row.aware_at, ask)]),
        (ask.say(_l("Authority told by")), [_when(row.due_at, ask)]),
        (ask.say(_l("What happened")), [row.facts]),
        (ask.say(_l("Whose data and what data")), [row.kinds]),
        (ask.say(_l("About how many people and records")), [f"{row.people} / {row.rows}"]),
        (ask.say(_l("Likely consequences")), [row.effects]),
        (ask.say(_l("Measures taken or planned")), [row.remedy]),
    ]
    if row.danger:
        pairs.append((ask.say(_l("Decision")), [ask.say(DANGERS[row.danger.value]), row.reasons]))
    if row.keys_note:
        pairs.append((ask.say(_l("Why nobody can read it (Art. 34(3)(a))")), [row.keys_note]))
    pairs += [
        (ask.say(_l("Told")), [f"{whom[said.whom.value]}, {_when(said.at, ask)}", said.late_why])
        for said in told
    ]
    return Section(f"{_when(row.aware_at, ask)} · {row.code}", pairs)


def counted(query: ModelSelect[Any]) -> dict[str, int]:
    """How often each value of the one column occurs."""
    found: dict[str, int] = {}
    for (value,) in query.tuples():
        found[getattr(value, "value", str(value))] = found.get(getattr(value, "value", str(value)), 0) + 1
    return dict(sorted(found.items()))


def _when(moment: Any, ask: Speaks) -> str:
    return written_moment(moment, ask.lang, tools.zone, "long")
