"""The registers as rows for machines and as sections for papers, in one language (Art. 30(4), 33(5))."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import ModelSelect

from models import activities, processor
from models.album import Mode
from models.assessment import About, Assessment, Risk
from models.breach import Breach, Danger, Earlier, Told
from models.deviation import ALBUM, TERM, USE, Deviation
from models.errors import _l
from models.processor import CLAUSES, Part, Party
from models.retention import RULES, in_words
from models.setting import Setting
from models.sheets import Ask, Section
from models.use import Use

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


def record(ask: Ask) -> list[Section]:
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


ABOUT = {
    About.RECOGNITION: _l("Recognition"), About.EVENTS: _l("Events with children or in public space"),
}  # fmt: skip
STALE = {
    "expired": _l("Its last day has passed."), "unnamed": _l("It names no condition of Art. 9(2), which every assessment must."),
    "mode": _l("It was made for another way of comparing."),
    "model": _l("It was made for another recogniser than the one that runs now."),
    "place": _l("The data stands on another host or with another processor than when it was made."),
    "purpose": _l("A use was added since, or is another now."),
}  # fmt: skip


def stale(row: Assessment, ask: Ask | None = None) -> list[str]:
    """Why it no longer fits, by its words for machines; of a day that is past only its last day can be told."""
    if row.ended_at and (ask is None or ask.had(row.ended_at)):
        return []
    if ask is not None and ask.past:
        return ["expired"] if row.expires_on < ask.on else []
    mode = Mode(Setting.of("recognition_mode"))
    return [why.value for why in row.stale(mode)]


def assessment(row: Assessment, ask: Ask | None = None) -> dict[str, Any]:
    """One assessment for machines."""
    return {
        "code": row.code, "about": row.about.value, "mode": row.mode.value, "at": row.at, "expires_on": row.expires_on,
        "ended_at": ask.had(row.ended_at) if ask else row.ended_at,
        "condition": row.condition.value if row.condition else "", "risk": row.risk.value if row.risk else "",
        "authority_first": row.risk is Risk.HIGH, "covers": row.covers, "answers": row.answers,
        "model": row.model, "place": row.place, "uses": row.uses, "digest": row.digest(), "stale": stale(row, ask),
    }  # fmt: skip


def assessments(ask: Ask) -> list[Section]:
    """Every assessment as sections."""
    made = []
    for row in Assessment.history():
        if row.at >= ask.until:
            continue
        pairs = [
            (ask.say(words), [str(row.answers[key])])
            for key, words in ANSWERS.items()
            if row.answers.get(key)
        ]
        if row.risk:
            pairs.append((ask.say(_l("Risk left")), [ask.say(RISKS[row.risk.value])]))
        if row.uses is not None:
            pairs.append((ask.say(_l("Uses when it was made")), [", ".join(sorted(row.uses))]))
        pairs.append((ask.say(_l("Ends on")), [ask.day(row.expires_on)]))
        if ended := ask.had(row.ended_at):
            pairs.append((ask.say(_l("Ended")), [ask.moment(ended)]))
        pairs += [(ask.say(_l("No longer fits")), [ask.say(STALE[why])]) for why in stale(row, ask)]
        made.append(Section(f"{ask.say(ABOUT[row.about])}, {ask.moment(row.at)} · {row.code}", pairs))
    return made


def rewritten(row: Party, ask: Ask) -> bool:
    """Whether an entry was written anew after that day, so that what it said then is not kept."""
    return ask.past and row.changed_at >= ask.until


def party(row: Party, ask: Ask | None = None) -> dict[str, Any]:
    """One organisation outside for machines; of an entry that was rewritten since, only that it was there."""
    if ask and rewritten(row, ask):
        return {"code": row.code, "name": row.name, "at": row.at, "rewritten_at": row.changed_at}
    return {
        "code": row.code, "part": row.part.value, "of": row.of.code if row.of else "", "name": row.name, "contact": row.contact,
        "does": row.does, "hosts": row.hosts.split(), "country": row.country, "outside_the_eea": row.outside,
        "safeguard": row.safeguard.value, "safeguard_note": row.safeguard_note, "clauses": row.clauses,
        "missing_clauses": row.missing(), "changes_told": row.told, "at": row.at, "changed_at": row.changed_at,
        "ended_at": ask.had(row.ended_at) if ask else row.ended_at,
    }  # fmt: skip


def entries(ask: Ask) -> list[Party]:
    """The entries there were by that day."""
    return [row for row in Party.register() if row.at < ask.until]


def parties(ask: Ask) -> list[Section]:
    """Everyone outside as sections, after the statement on our own maker (GOV-07)."""
    hosts = [f"{what}: {host}" for what, host in processor.egress()] or [ask.say(_l("None"))]
    maker = [(ask.say(_l("Access")), [ask.say(WE_ALONE)])]
    if not ask.past:
        maker.append((ask.say(_l("Hosts this installation talks to")), hosts))
    return [
        Section(ask.say(_l("The maker of this software")), maker),
        *(of_party(row, ask) for row in entries(ask)),
    ]


def of_party(row: Party, ask: Ask) -> Section:
    """One organisation outside as a section."""
    if rewritten(row, ask):
        words = _l("written anew on %(day)s; what it said before is not kept")
        return Section(row.name, [(ask.say(_l("Entry")), [ask.say(words, day=ask.moment(row.changed_at))])])
    pairs = [
        (ask.say(_l("Part")), [ask.say(PARTS[row.part]) + (f": {row.of.name}" if row.of else "")]),
        (ask.say(_l("Does")), [row.does]), (ask.say(_l("Contact")), [row.contact or "–"]),
        (ask.say(_l("Country")), [row.country]),
        (ask.say(_l("Safeguard")), [ask.say(SAFEGUARDS[row.safeguard.value]), row.safeguard_note]),
    ]  # fmt: skip
    if row.part in (Part.PROCESSOR, Part.SUB):
        missing = ask.say(_l("missing"))
        pairs.append((ask.say(_l("Contract (Art. 28(3))")), [
            f"({letter}) {ask.say(CLAUSE_WORDS[letter])}: {row.clauses.get(letter) or missing}" for letter in CLAUSES
        ]))  # fmt: skip
    if row.told:
        pairs.append((ask.say(_l("Changes announced")), [row.told]))
    if ended := ask.had(row.ended_at):
        pairs.append((ask.say(_l("Ended")), [ask.moment(ended)]))
    return Section(row.name, pairs)


def breaches_by(ask: Ask) -> list[Breach]:
    """The breaches on the register by that day, each as it was written then."""
    rows = [row for row in Breach.all() if row.at < ask.until]
    return [_as_it_was(row, ask) if ask.past else row for row in rows]


def _as_it_was(row: Breach, ask: Ask) -> Breach:
    # The oldest of what was written over since is what stood there.
    later = Earlier.select().where(Earlier.breach == row, Earlier.at >= ask.until).order_by(Earlier.id.desc())
    for earlier in later:
        for key, value in earlier.said.items():
            setattr(row, key, _former(key, value))
    if not ask.had(row.decided_at) and not (row.danger and any("danger" in one.said for one in later)):
        row.danger, row.reasons, row.keys_note, row.decided_at = None, "", "", None
    row.closed_at = ask.had(row.closed_at)
    return row


def _former(key: str, value: str) -> Any:
    if key == "aware_at":
        return datetime.fromisoformat(value)
    if key == "danger":
        return Danger(value)
    return int(value) if key in ("people", "rows") else value


def breach(row: Breach, ask: Ask) -> dict[str, Any]:
    """One breach for machines; whom it concerns by number."""
    # What a decision that was written over said of tellings is not kept.
    flags = (row.tell_authority, row.tell_people) if ask.had(row.decided_at) else (None, None)
    return {
        "code": row.code, "aware_at": row.aware_at, "due_at": row.due_at, "facts": row.facts, "kinds": row.kinds,
        "people": row.people, "rows": row.rows, "effects": row.effects, "remedy": row.remedy,
        "risk": row.danger.value if row.danger else "", "reasons": row.reasons,
        "tell_authority": flags[0], "tell_people": flags[1],
        "keys_note": row.keys_note, "decided_at": ask.had(row.decided_at), "closed_at": ask.had(row.closed_at),
        "told": [
            {"whom": told.whom.value, "at": told.at, "late_why": told.late_why}
            for told in row.tellings() if told.at < ask.until
        ],
        # Who was added when is not kept: of a day that is past the list can't be told.
        "affected": None if ask.past else sorted(person.code for person in row.affected()),
    }  # fmt: skip


def breaches(ask: Ask) -> list[Section]:
    """Every breach as sections."""
    return [of_breach(row, ask) for row in breaches_by(ask)]


def of_breach(row: Breach, ask: Ask) -> Section:
    """What Art. 33(3) and (5) ask for of one breach."""
    told: list[Told] = [said for said in row.tellings() if said.at < ask.until]
    whom = {"authority": ask.say(_l("the authority")), "people": ask.say(_l("the people concerned"))}
    pairs = [
        (ask.say(_l("Known since")), [ask.moment(row.aware_at)]),
        (ask.say(_l("Authority told by")), [ask.moment(row.due_at)]),
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
        (ask.say(_l("Told")), [f"{whom[said.whom.value]}, {ask.moment(said.at)}", said.late_why])
        for said in told
    ]
    return Section(f"{ask.moment(row.aware_at)} · {row.code}", pairs)


# fmt: off
SETTINGS = {
    "consent_months": _l("How many months a consent holds"), "link_days": _l("How many days a signing link works"),
    "shares": _l("Sharing by link"), "share_minors": _l("Sharing photos of children by link"),
    "share_days": _l("How many days a shared link works"), "files_a_day": _l("How many files one colleague takes out a day"),
    "second_factor": _l("A second factor for everybody"),
    "coming_of_age_days": _l("After how many days a parent's consent lapses (0: never)"),
    "recognition_mode": _l("How faces are compared"),
}
MODES = {"M0": _l("off"), "M1": _l("closed roster"), "M2": _l("everyone compared in passing")}
# fmt: on


def deviates(row: Deviation, ask: Ask) -> tuple[str, str, str]:
    """What a deviation is about, what it was and what it became, in words."""
    kind, _, what = row.key.partition(":")
    if f"{kind}:" == TERM:
        return ask.say(RULES[what].data), _term(row.before, ask), _term(row.after, ask)
    if f"{kind}:" == USE:
        use = Use.get_or_none(Use.code == what)
        name = use.name_in(ask.lang) if use else what
        return ask.say(_l("A new use: %(name)s"), name=name), ask.value(row.before), ask.value(row.after)
    if f"{kind}:" == ALBUM:
        return (
            ask.say(_l("Recognition in album %(code)s"), code=what),
            ask.say(_l("off")),
            ask.say(_l("as everywhere")),
        )
    before, after = (
        ask.say(MODES[said]) if said in MODES else ask.value(said) for said in (row.before, row.after)
    )
    return ask.say(SETTINGS[row.key]), before, after


def _term(said: list[Any], ask: Ask) -> str:
    term = in_words(said[0], said[1], ask.lang)
    return f"{term}, {ask.say(_l('erased unasked'))}" if "alone" in said else term


def counted(query: ModelSelect[Any]) -> dict[str, int]:
    """How often each value of the one column occurs."""
    found: dict[str, int] = {}
    for (value,) in query.tuples():
        found[getattr(value, "value", str(value))] = found.get(getattr(value, "value", str(value)), 0) + 1
    return dict(sorted(found.items()))
