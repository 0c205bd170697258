"""What each row of a list of existing consents comes to: pure, every verdict with its reasons (MIG-01 to MIG-03, MIG-05)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from adapters import clock
from models.errors import Invalid, _l
from models.names import clean_email
from models.person import Relation

LONGEST_MONTHS = 24  # what was agreed without an end ends so long after it was signed (MIG-02)


class Verdict(StrEnum):
    """What becomes of a row."""

    DOCUMENTED = (
        "documented"  # complete and with its form: kept without proof until somebody has read the form
    )
    UNPROVED = "unproved"  # kept, counts for nothing, and asked again
    KNOWN = "known"  # brought in before: nothing changes
    REJECTED = "rejected"


class Field(StrEnum):
    """What a column can hold; a column per use is named `use:CODE`."""

    NAME = "name"
    EMAIL = "email"
    RELATION = "relation"
    BORN = "born"
    GUARDIAN = "guardian"
    GUARDIAN_EMAIL = "guardian_email"
    USES = "uses"
    SIGNED = "signed_on"
    UNTIL = "valid_until"
    FILE = "file"
    NOTE = "note"


HEADERS = {
    Field.NAME: "name naam vollername fullname person persoon modelnaam modelname",
    Field.EMAIL: "email mail emailadres emailaddress emailadresse",
    Field.RELATION: "relation relatie beziehung role rol type",
    Field.BORN: "born birthdate dateofbirth geboren geboortedatum geburtsdatum geburtstag",
    Field.GUARDIAN: "guardian parent ouder voogd eltern elternteil sorgeberechtigt verzorger",
    Field.GUARDIAN_EMAIL: "guardianemail parentemail emailouder ouderemail emaileltern elternemail emailvoogd",
    Field.USES: "uses use purposes channels consent toestemming gebruik doel doeleinden kanalen einwilligung verwendung quitclaim",
    Field.SIGNED: "signed signedon date datum signedat getekend getekendop ondertekend unterschrieben unterschriebenam",
    Field.UNTIL: "until validuntil expires end enddate einde einddatum geldigtot geldigtotenmet gueltigbis gultigbis ablauf bis tot",
    Field.FILE: "file scan form document bestand formulier bijlage datei formular anhang",
    Field.NOTE: "note notes remark opmerking notitie bemerkung notiz",
}
YES = frozenset(
    [
        "yes",
        "y",
        "ja",
        "j",
        "true",
        "1",
        "x",
        "ok",
        "akkoord",
        "granted",
        "given",
        "agreed",
        "toegestaan",
        "gegeven",
        "erteilt",
        "einverstanden",
    ]
)
NO = frozenset(
    ["no", "n", "nee", "nein", "false", "0", "geweigerd", "refused", "declined", "abgelehnt", "neen"]
)
# Words that grant nothing, because they don't say what for (CON-07).
VAGUE = re.compile(
    r"\b(all|alle|every|any|sämtliche|beschikbare|onbeperkt\w*|unlimited|unbegrenzt\w*|portretrecht|geregeld|diverse)\b",
    re.IGNORECASE,
)
ENDLESS = frozenset(
    {
        "",
        "-",
        "indefinite",
        "unlimited",
        "onbepaald",
        "onbeperkt",
        "unbefristet",
        "unbegrenzt",
        "none",
        "geen",
        "keins",
    }
)
RELATIONS = {
    **{relation.value: relation for relation in Relation},
    "medewerker": Relation.EMPLOYEE, "werknemer": Relation.EMPLOYEE, "mitarbeiter": Relation.EMPLOYEE,
    "mitarbeiterin": Relation.EMPLOYEE, "vrijwilliger": Relation.VOLUNTEER, "ehrenamtlich": Relation.VOLUNTEER,
    "patiënt": Relation.PATIENT, "patientin": Relation.PATIENT, "leerling": Relation.PUPIL, "schüler": Relation.PUPIL,
    "schülerin": Relation.PUPIL, "bewoner": Relation.RESIDENT, "bewohner": Relation.RESIDENT, "bezoeker": Relation.VISITOR,
    "besucher": Relation.VISITOR,
}  # fmt: skip
NATIONAL_NUMBER = re.compile(r"\b(\d{8,9}|\d{2}\s?\d{6}\s?[A-Z]\s?\d{3}|\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2})\b")
NUMBER_HEADERS = re.compile(
    r"bsn|burgerservice|national|rijksregister|personalausweis|passport|paspoort|ausweis|sozialvers",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rules:
    """What rows are judged by: the uses on offer {code: names in all languages}, today, how dates are written, forms at hand."""

    uses: Mapping[str, Sequence[str]]
    today: date
    order: str = ""  # dmy, mdy or ymd; "" when nobody has said
    files: frozenset[str] = frozenset()
    adult_age: int = 18


@dataclass
class Row:
    """One row as it would be kept. `notes` are (sentence, values): why it stands so, and what was left out."""

    number: int
    name: str = ""
    email: str = ""
    relation: Relation = Relation.VISITOR
    born: date | None = None
    guardian: str = ""
    guardian_email: str = ""
    signed_on: date | None = None
    valid_until: date | None = None
    file: str = ""
    note: str = ""
    yes: list[str] = field(default_factory=list)
    no: list[str] = field(default_factory=list)
    vague: bool = False
    verdict: Verdict = Verdict.UNPROVED
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def say(self, words: str, **values: Any) -> None:
        """Add a reason."""
        self.notes.append((words, values))

    def facts(self) -> dict[str, Any]:
        """What makes this row the same row another time."""
        return {
            "name": plain(self.name), "email": self.email, "born": str(self.born), "signed": str(self.signed_on),
            "until": str(self.valid_until), "yes": sorted(self.yes), "no": sorted(self.no), "file": self.file,
        }  # fmt: skip


class Refused(Exception):
    """This row can't be kept; the words say why."""

    def __init__(self, words: str, **values: Any) -> None:
        super().__init__(words)
        self.words, self.values = words, values


def guess(headers: Sequence[str], uses: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Which column holds what, by its header: {header: field}; a header nobody knows is left out."""
    named = {key(word): kind.value for kind, words in HEADERS.items() for word in words.split()}
    of_use = {key(name): f"use:{code}" for code, names in uses.items() for name in (code, *names)}
    found: dict[str, str] = {}
    for header in headers:
        target = of_use.get(key(header)) or named.get(key(header))
        if target and target not in found.values() and not NUMBER_HEADERS.search(header):
            found[header] = target
    return found


def judge(number: int, cells: Mapping[str, str], mapping: Mapping[str, str], rules: Rules) -> Row:
    """One row: what would be kept of it and why; `cells` by header. Never raises."""
    row = Row(number)
    try:
        _read(row, cells, mapping, rules)
    except Refused as refused:
        row.verdict = Verdict.REJECTED
        row.notes = [(refused.words, refused.values)]
        return row
    _weigh(row, rules)
    return row


def _read(row: Row, cells: Mapping[str, str], mapping: Mapping[str, str], rules: Rules) -> None:
    said = {target: cells.get(header, "").strip()[:1000] for header, target in mapping.items()}
    for header, text in cells.items():
        if text.startswith("="):
            raise Refused(
                _l("Column “%(column)s” holds a formula. Save the table with values only."), column=header
            )
        if (
            header not in mapping
            and text.strip()
            and (NUMBER_HEADERS.search(header) or NATIONAL_NUMBER.fullmatch(text.strip()))
        ):
            row.say(
                _l("Column “%(column)s” looks like a personal number and is left out; it isn't needed."),
                column=header,
            )
    row.name = " ".join(said.get(Field.NAME, "").split())[:200]
    if not row.name:
        raise Refused(_l("There is no name."))
    row.email = _address(said.get(Field.EMAIL, ""), row)
    row.guardian = " ".join(said.get(Field.GUARDIAN, "").split())[:200]
    row.guardian_email = _address(said.get(Field.GUARDIAN_EMAIL, ""), row)
    row.relation = RELATIONS.get(said.get(Field.RELATION, "").casefold(), Relation.VISITOR)
    row.note = said.get(Field.NOTE, "")
    row.file = said.get(Field.FILE, "").replace("\\", "/").rsplit("/", 1)[-1]
    row.born = _birth(said.get(Field.BORN, ""), row, rules)
    row.signed_on = day_of(said.get(Field.SIGNED, ""), rules.order, "signed on")
    if row.signed_on and row.signed_on > rules.today:
        raise Refused(_l("It was signed on a day that has not come yet."))
    _end(row, said.get(Field.UNTIL, ""), rules)
    _answers(row, said, rules)


def _weigh(row: Row, rules: Rules) -> None:
    """Complete and with its form, or kept without proof; nothing becomes a yes by itself (MIG-01)."""
    if row.no:
        row.say(_l("A no counts at once; it needs no proof."))
    if not row.yes and not row.vague:
        row.verdict = Verdict.DOCUMENTED if row.no else Verdict.UNPROVED
        return
    missing = []
    if row.signed_on is None:
        missing.append(_l("The day it was signed is missing."))
    if row.vague:
        missing.append(_l("It doesn't say what for. It is kept as a question and asked again."))
    if not row.file:
        missing.append(_l("There is no signed form."))
    elif row.file not in rules.files:
        missing.append(_l("The form “%(file)s” is not among the files."))
    if row.born and not row.guardian:
        missing.append(_l("A child without a parent or guardian."))
    for words in missing:
        row.say(words, **({"file": row.file} if "%(file)s" in words else {}))
    row.verdict = Verdict.UNPROVED if missing else Verdict.DOCUMENTED
    if not missing:
        row.say(_l("Complete, with its form. It counts once a colleague has compared the two."))


def _answers(row: Row, said: Mapping[str, str], rules: Rules) -> None:
    for target, text in said.items():
        if target.startswith("use:") and text:
            _answer(row, target.removeprefix("use:"), text)
    named = said.get(Field.USES, "")
    if not named:
        return
    if plain(named) in YES or VAGUE.search(named):
        row.vague = True
        row.say(_l("“%(text)s” names no use."), text=named[:80])
        return
    known = {plain(name): code for code, names in rules.uses.items() for name in (code, *names)}
    for part in re.split(r"[;,/|\n]+", named):
        code = known.get(plain(part))
        if code:
            row.yes.append(code)
        elif part.strip():
            row.vague = True
            row.say(_l("“%(text)s” is no use of ours; it is left out."), text=part.strip()[:80])


def _answer(row: Row, code: str, text: str) -> None:
    word = plain(text)
    if word in YES:
        row.yes.append(code)
    elif word in NO:
        row.no.append(code)
    else:
        row.vague = True
        row.say(_l("“%(text)s” is neither yes nor no."), text=text[:80])


def _end(row: Row, text: str, rules: Rules) -> None:
    latest = clock.months_after(row.signed_on, LONGEST_MONTHS) if row.signed_on else None
    if plain(text) in ENDLESS:
        row.valid_until = latest
        if latest:
            row.say(
                _l("No end was agreed: it ends on %(day)s, 24 months after signing."), day=latest.isoformat()
            )
        return
    row.valid_until = day_of(text, rules.order, "valid until")
    if row.valid_until and row.signed_on and row.valid_until < row.signed_on:
        raise Refused(_l("It ends before it was signed."))


def _birth(text: str, row: Row, rules: Rules) -> date | None:
    born = day_of(text, rules.order, "born")
    if born is None:
        return None
    if born > rules.today or born.year < 1900:
        raise Refused(_l("The birth date can't be right."))
    if clock.months_after(born, rules.adult_age * 12) <= rules.today:
        # Only for children is a birth date needed at all (CON-13).
        row.say(_l("The birth date of an adult is left out; it isn't needed."))
        return None
    return born


def _address(text: str, row: Row) -> str:
    if not text:
        return ""
    try:
        return clean_email(text)
    except Invalid:
        row.say(_l("“%(text)s” is no e-mail address; it is left out."), text=text[:80])
        return ""


def day_of(text: str, order: str, column: str) -> date | None:
    """A day from a cell, None for an empty one; Refused for one that could be read in two ways (MIG-02)."""
    text = text.strip()
    if not text:
        return None
    parts = re.fullmatch(r"(\d{1,4})[-./ ](\d{1,2})[-./ ](\d{1,4})(?:[T ].*)?", text)
    if parts is None:
        raise Refused(
            _l("“%(text)s” in “%(column)s” is no date. Write it as 2026-06-30."),
            text=text[:40],
            column=column,
        )
    first, middle, last = (int(part) for part in parts.groups())
    if len(parts[1]) == 4:
        return _date(first, middle, last, text, column)
    if len(parts[3]) != 4:
        raise Refused(_l("The year in “%(text)s” has two digits. Write it with four."), text=text[:40])
    if order == "mdy" or (not order and middle > 12):
        return _date(last, first, middle, text, column)
    if order == "dmy" or first > 12 or first == middle:
        return _date(last, middle, first, text, column)
    raise Refused(
        _l("“%(text)s” can be two different days. Choose how dates are written in this file."), text=text[:40]
    )


def _date(year: int, month: int, day: int, text: str, column: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Refused(
            _l("“%(text)s” in “%(column)s” is no date. Write it as 2026-06-30."),
            text=text[:40],
            column=column,
        ) from None


def plain(text: str) -> str:
    """A word without case, accents or spaces around it."""
    folded = unicodedata.normalize("NFKD", text.casefold().strip())
    return " ".join("".join(char for char in folded if not unicodedata.combining(char)).split())


def key(text: str) -> str:
    """A header without anything but its letters."""
    return "".join(char for char in plain(text) if char.isalnum())


def summary(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows came to what."""
    counted = {verdict.value: 0 for verdict in Verdict}
    for row in rows:
        counted[row.verdict.value] += 1
    return counted
