"""Somebody's answers as the list that another Clearframe brings in, with her receipts as its forms (PRT-01, MIG-01)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from adapters import clock
from models import states
from models.base import tools
from models.consent import Consent, Line, Scope
from models.import_rows import Field
from models.package import Package
from models.package_facts import may_show
from models.states import State

# What her answer comes to today, in words the list is read by; what was overtaken is said by the newer one.
SAID = {
    State.GIVEN: "yes", State.RENEWED: "yes", State.EXPIRED: "yes", State.UNKNOWN: "yes", State.REFUSED: "no",
    State.WITHDRAWN: "no", State.INVALIDATED: "no", State.REVOKED: "no",
}  # fmt: skip
FIXED = (
    Field.NAME,
    Field.EMAIL,
    Field.BORN,
    Field.GUARDIAN,
    Field.GUARDIAN_EMAIL,
    Field.SIGNED,
    Field.UNTIL,
    Field.FILE,
)


def answers(package: Package) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns and a row per consent and end; recognition is no use, and is asked anew wherever she goes."""
    given = [(consent, _standing(consent)) for consent in package.person.consents.order_by(Consent.id)]
    columns = _columns([line.use for _, some in given for line, _ in some], package.locale)
    rows = [row for consent, some in given for row in _rows(package, consent, some, columns)]
    return [*FIXED, *dict.fromkeys(columns.values())], rows


def _standing(consent: Consent) -> list[tuple[Any, str]]:
    lines = [line for line in consent.answers() if line.use_id]
    stood = states.of(lines)
    return [(line, SAID[stood[line.id]]) for line in lines if stood[line.id] in SAID]


def _columns(uses: Sequence[Any], locale: str) -> dict[str, str]:
    """The header of each use by its code: its name, or the code where two bear the same."""
    names = {use.code: use.name_in(locale) for use in uses}
    heads = list(names.values())
    return {code: name if heads.count(name) == 1 else code for code, name in names.items()}


def _rows(
    package: Package, consent: Consent, lines: list[tuple[Any, str]], columns: dict[str, str]
) -> Iterator[dict[str, Any]]:
    person, shown = package.person, may_show(consent, package.claim)
    speaker = consent.guardian if shown else None
    entry = {
        Field.NAME: person.name, Field.EMAIL: person.email, Field.BORN: person.born,
        Field.GUARDIAN: speaker and speaker.name, Field.GUARDIAN_EMAIL: speaker and speaker.email,
        Field.SIGNED: clock.day_of(consent.signed_at, tools.zone),
        Field.FILE: f"{consent.code}.pdf" if shown and consent.receipt_at else None,
    }  # fmt: skip
    for until in sorted({line.valid_until for line, _ in lines}, key=lambda day: day or date.max):
        said = {
            columns[line.use.code]: _said(line, word) for line, word in lines if line.valid_until == until
        }
        yield entry | {Field.UNTIL: until} | said


def _said(line: Line, word: str) -> str:
    """Her word; what holds for some photos only is said so, and read as a question, never as a yes to all."""
    return word if line.scope is Scope.ALL else f"{word}, for some photos only"
