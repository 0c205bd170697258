"""The registers as parts of the evidence pack: of today, or as they stood on a day that is past (GOV-01, GOV-02, GOV-09)."""

from __future__ import annotations

from typing import Any

from models import activities, deviation, processor, registers
from models.assessment import Assessment
from models.basis import Basis, BasisKind
from models.errors import _l
from models.event import QUESTIONS, Event
from models.override import Override
from models.photo import Photo
from models.sheets import Ask, Block, Prose, Section, Table, Told, as_csv, as_json, table
from models.use import Use
from models.wording import Version, Wording


def record(ask: Ask) -> Told:
    """The record of processing of today (Art. 30)."""
    if ask.past:
        return _as_approved(ask)
    made, about = activities.written(ask.lang), activities.head(ask.lang)
    said = {
        "about": about, "activities": [activity.as_json() for activity in made], "missing": activities.lint(made, about),
        "reviews": [{"number": row.number, "at": row.at, "digest": row.digest} for row in activities.reviews()],
        "for_others": [registers.party(row) for row in activities.for_others()],
    }  # fmt: skip
    return Told([("record.json", as_json(said))], list(registers.record(ask)))


def _as_approved(ask: Ask) -> Told:
    row = next((row for row in activities.reviews() if row.at < ask.until), None)
    if row is None:
        words = _l("No version of the record had been approved by then. It writes itself from what runs, and what ran on a day "
                   "that is past can't be reconstructed.")  # fmt: skip
        return Told([], [], ask.say(words))
    words = _l("Version %(number)s, approved on %(day)s, in the language it was approved in. The record writes itself from what "
               "runs; between two approvals nothing of it is kept.")  # fmt: skip
    about = [(ask.say(registers.LABELS[key]), [value]) for key, value in row.record["about"].items() if value]
    blocks: list[Block] = [Section(ask.say(_l("Who is responsible")), about)]
    for one in row.record["activities"]:
        pairs = [(ask.say(registers.LABELS[name]), one[name]) for name in activities.FIELDS]
        blocks.append(Section(one["name"], pairs))
    return Told(
        [("record.json", as_json({**row.record, "number": row.number, "at": row.at, "digest": row.digest}))], blocks,
        ask.say(words, number=row.number, day=ask.moment(row.at)),
    )  # fmt: skip


def assessments(ask: Ask) -> Told:
    """Every impact assessment (Art. 35)."""
    rows = [registers.assessment(row, ask) for row in Assessment.history() if row.at < ask.until]
    gap = _l(
        "Whether one no longer fitted for another reason than its last day can't be told of a day that is past."
    )
    return Told(
        [("dpia.json", as_json(rows))],
        list(registers.assessments(ask)),
        ask.say(gap) if ask.past and rows else "",
    )


def interests(ask: Ask) -> Told:
    """Grounds that rest on a weighed interest or a public task, and the records of events."""
    weighed = list(
        Basis.select().where(Basis.kind.in_([BasisKind.LI, BasisKind.PUBLIC_TASK]), Basis.at < ask.until).order_by(Basis.id)
    )  # fmt: skip
    found = list(Event.select().where(Event.at < ask.until).order_by(Event.id))
    events = [row for row in found if row.assessed_on <= ask.on]
    said = {
        "grounds": [
            {"code": row.code, "kind": row.kind.value, "article": row.article, "use": row.use.code, "evidence": row.evidence,
             "from": row.valid_from, "review_on": row.review_on,
             "told_on": row.informed_on if row.informed_on and row.informed_on <= ask.on else None,
             "ended_at": ask.had(row.ended_at)}
            for row in weighed
        ],
        "events": [
            {"code": row.code, "kind": row.kind.value, "on": row.assessed_on, **{key: getattr(row, key) for key in QUESTIONS},
             "children": row.children, "public_space": row.public_space, "approved_at": ask.had(row.approved_at),
             "ended_at": ask.had(row.ended_at)}
            for row in events
        ],
    }  # fmt: skip
    grounds = table(
        ask.say(_l("Grounds of single people")),
        ask.head(_l("Code"), _l("Article"), _l("Use"), _l("Evidence"), _l("From"), _l("Look again by")),
        ((row.code, row.article, row.use.name_in(ask.lang), row.evidence, row.valid_from, row.review_on) for row in weighed), ask,
    )  # fmt: skip
    gap = _l("Events weighed anew since, of which what was said before is not kept: %(codes)s.")
    lost = ", ".join(row.code for row in found if row not in events)
    return Told(
        [("interests.json", as_json(said))], [grounds, *(_event(row, ask) for row in events)],
        ask.say(gap, codes=lost) if lost else "",
    )  # fmt: skip


def _event(row: Event, ask: Ask) -> Section:
    labels = {
        "purpose": _l("What the photos of the crowd are for"), "necessity": _l("Why it can't be done without them"),
        "balance": _l("Why that weighs more"), "notice": _l("How people were told"), "opt_out": _l("How they could object"),
    }  # fmt: skip
    pairs = [(ask.say(labels[key]), [getattr(row, key)]) for key in QUESTIONS]
    pairs.append((ask.say(_l("Children")), [ask.value(row.children)]))
    pairs.append((ask.say(_l("In public space")), [ask.value(row.public_space)]))
    if approved := ask.had(row.approved_at):
        pairs.append((ask.say(_l("Approved")), [ask.moment(approved)]))
    return Section(f"{ask.say(_l('Event'))} {row.code}, {ask.day(row.assessed_on)}", pairs)


def wordings(ask: Ask) -> Told:
    """Every text people were shown, whole."""
    rows = list(
        Version.select(Version, Wording).join(Wording).where(Version.published_at < ask.until)
        .order_by(Wording.id, Version.number, Version.locale)
    )  # fmt: skip
    said = [
        {"wording": row.wording.code, "name": row.wording.name, "kind": row.wording.kind.value, "version": row.number,
         "language": row.locale, "title": row.title, "body": row.body, "recognition": row.recognition, "sha256": row.digest,
         "published_at": row.published_at, "ended_at": ask.had(row.wording.ended_at)}
        for row in rows
    ]  # fmt: skip
    head = ("wording", "name", "kind", "version", "language", "sha256", "published_at", "ended_at")
    texts: list[Block] = [
        Prose(
            f"{row.wording.name} · {row.number} · {row.locale}",
            [("p", text) for text in (
                ask.say(_l("Published on %(day)s, SHA-256 %(digest)s"), day=ask.moment(row.published_at), digest=row.digest),
                row.title, *row.body.split("\n\n"), row.recognition,
            ) if text],
            row.locale,
        )
        for row in rows
    ]  # fmt: skip
    return Told(
        [("texts.json", as_json(said)), ("register.csv", as_csv(head, ([row[key] for key in head] for row in said)))], texts
    )  # fmt: skip


def parties(ask: Ask) -> Told:
    """Who else handles our data (Art. 28)."""
    rows = [registers.party(row, ask) for row in registers.entries(ask)]
    return Told([("parties.json", as_json(rows))], list(registers.parties(ask)))


def transfers(ask: Ask) -> Told:
    """What leaves the EEA, and every host we talk to (Art. 44)."""
    out = [
        row
        for row in registers.entries(ask)
        if row.outside and (row.ended_at is None or row.ended_at >= ask.until)
    ]
    said: dict[str, Any] = {"outside_the_eea": [registers.party(row, ask) for row in out]}
    blocks: list[Block] = [
        table(ask.say(_l("Outside the EEA")), ask.head(_l("Name"), _l("Country"), _l("Safeguard"), _l("Note")),
              ((row.name, row.country, ask.say(registers.SAFEGUARDS[row.safeguard.value]), row.safeguard_note) for row in out
               if not registers.rewritten(row, ask)), ask),
    ]  # fmt: skip
    if ask.past:
        gap = _l("To which hosts the installation was set to talk on a day that is past is not kept, nor what an entry said before "
                 "it was written anew.")  # fmt: skip
        return Told([("transfers.json", as_json(said))], blocks, ask.say(gap))
    said |= {"egress": processor.egress(), "undeclared": processor.undeclared()}
    hosts = table(
        ask.say(_l("Hosts this installation talks to")),
        ask.head(_l("For"), _l("Host")),
        processor.egress(),
        ask,
    )
    return Told([("transfers.json", as_json(said))], [*blocks, hosts])


def breaches(ask: Ask) -> Told:
    """The register of breaches (Art. 33(5))."""
    rows = [registers.breach(row, ask) for row in registers.breaches_by(ask)]
    gap = _l("Who on file it concerned by then is not told: when each was added is not kept.")
    return Told(
        [("breaches.json", as_json(rows))],
        list(registers.breaches(ask)),
        ask.say(gap) if ask.past and rows else "",
    )


def deviations(ask: Ask) -> Told:
    """Every step towards less privacy, and every photo used on two people's word, with why (Art. 25, PUB-07)."""
    found = [row for row in deviation.register() if row.at < ask.until]
    rows = [
        {"setting": row.key, "before": row.before, "after": row.after, "reason": row.reason, "at": row.at,
         "by": row.by.code if row.by else "", "stands": None if ask.past else row.stands}
        for row in found
    ]  # fmt: skip
    head = ask.head(_l("Time"), _l("Setting"), _l("Before"), _l("After"), _l("Why"), _l("Stands today"))
    cells = (
        (row.at, *registers.deviates(row, ask), row.reason, None if ask.past else row.stands) for row in found
    )
    excepted, exceptions = _exceptions(ask)
    gap = _l("Whether a step had been taken back by then is not told: steps back leave no entry here.")
    return Told(
        [("deviations.json", as_json(rows)), ("exceptions.json", as_json(excepted))],
        [table("", head, cells, ask), exceptions],
        ask.say(gap) if ask.past and found else "",
    )


def _exceptions(ask: Ask) -> tuple[list[dict[str, Any]], Table]:
    found = list(
        Override.select(Override, Photo, Use)
        .join(Photo)
        .switch(Override)
        .join(Use)
        .where(Override.at < ask.until)
        .order_by(Override.id)
    )
    rows = [
        {"photo": row.photo.code, "use": row.use.code, "doubts": row.codes, "reason": row.reason, "until": row.until, "at": row.at,
         "by": row.by.code if row.by else "", "confirmed": row.confirmed if ask.had(row.answered_at) else None,
         "answered_at": ask.had(row.answered_at), "ended_at": ask.had(row.ended_at),
         "answered_by": row.answered_by.code if row.answered_by and ask.had(row.answered_at) else ""}
        for row in found
    ]  # fmt: skip
    head = ask.head(_l("Time"), _l("Photo"), _l("Use"), _l("Why"), _l("Until"), _l("Confirmed"), _l("Ended"))
    cells = (
        (row.at, row.photo.code, row.use.name_in(ask.lang), row.reason, row.until,
         row.confirmed if ask.had(row.answered_at) else None, ask.had(row.ended_at))
        for row in found
    )  # fmt: skip
    return rows, table(ask.say(_l("Exceptions for single photos")), head, cells, ask)
