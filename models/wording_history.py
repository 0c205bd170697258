"""How a text came to be what it is: what changed between two versions, and whom it concerns."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from peewee import fn

from adapters import clock
from models.consent import Consent
from models.request import Request
from models.wording import LOCALES, PARTS, Version, Wording


@dataclass(frozen=True)
class Piece:
    """A run of words: kept (""), taken out ("del") or put in ("ins")."""

    mark: str
    text: str


@dataclass(frozen=True)
class Affected:
    """How many people signed the newest version, and how many open requests still show one of the versions."""

    signed: int
    open: int


def affected(wording: Wording) -> Affected:
    """Whom a next version leaves as they are: who signed keeps what she signed, who was sent a request keeps its text."""
    signed = (
        Consent.select(fn.COUNT(Consent.person.distinct()))
        .join(Version)
        .where(Version.wording == wording, Version.number == wording.number)
        .scalar()
    )
    waiting = Request.select().where(
        Request.wording == wording, Request.used_at.is_null(), Request.revoked_at.is_null(),
        Request.expires_at > clock.now(),
    )  # fmt: skip
    return Affected(int(signed or 0), waiting.count())


def changes(before: str, after: str) -> list[Piece]:
    """The later text with what was taken out and what was put in marked, word by word."""
    old, new = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    pieces: list[Piece] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("", "".join(new[c:d])))
            continue
        if a < b:
            pieces.append(Piece("del", "".join(old[a:b])))
        if c < d:
            pieces.append(Piece("ins", "".join(new[c:d])))
    return pieces


@dataclass(frozen=True)
class Comparison:
    """What a version did to the one before: per language and part the changed pieces, languages added and left out."""

    changed: dict[str, dict[str, list[Piece]]]
    added: list[str]
    dropped: list[str]


def compared(wording: Wording, number: int) -> Comparison:
    """What version `number` changed of the one before; nothing for what stayed the same."""
    texts: dict[int, dict[str, Version]] = {number - 1: {}, number: {}}
    for row in Version.select().where(Version.wording == wording, Version.number.in_((number - 1, number))):
        texts[row.number][row.locale] = row
    old, new = texts[number - 1], texts[number]
    changed = {}
    for locale in (locale for locale in LOCALES if locale in old and locale in new):
        parts = {
            part: changes(str(getattr(old[locale], part)), str(getattr(new[locale], part))) for part in PARTS
        }
        marked = {part: pieces for part, pieces in parts.items() if any(piece.mark for piece in pieces)}
        if marked:
            changed[locale] = marked
    return Comparison(
        changed,
        [locale for locale in LOCALES if locale in new and locale not in old],
        [locale for locale in LOCALES if locale in old and locale not in new],
    )


def newest(wordings: Iterable[Wording]) -> dict[int, tuple[int, list[str]]]:
    """Per id of these wordings the number and the languages of the newest version, in one query."""
    found: dict[int, tuple[int, list[str]]] = {}
    rows = (
        Version.select(Version.wording, Version.number, Version.locale)
        .where(Version.wording.in_(list(wordings)))
        .order_by(Version.number, Version.id)
    )
    for row in rows:
        number, locales = found.get(row.wording_id, (0, []))
        found[row.wording_id] = (row.number, [*(locales if number == row.number else []), row.locale])
    return found
