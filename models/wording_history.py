"""How a text came to be what it is: what changed between two versions, and whom it concerns."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from peewee import fn

from adapters import clock
from models.consent import Consent
from models.request import Request
from models.wording import PARTS, Version, Wording


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


def compared(wording: Wording, number: int) -> dict[str, dict[str, list[Piece]]]:
    """Per language and part what version `number` changed of the one before; nothing for what stayed the same."""
    rows = list(Version.select().where(Version.wording == wording, Version.number.in_((number - 1, number))))
    texts: dict[int, dict[str, Version]] = {number - 1: {}, number: {}}
    for row in rows:
        texts[row.number][row.locale] = row
    found = {}
    for locale in sorted({*texts[number - 1], *texts[number]}):
        parts = {
            part: changes(_part(texts[number - 1], locale, part), _part(texts[number], locale, part))
            for part in PARTS
        }
        changed = {part: pieces for part, pieces in parts.items() if any(piece.mark for piece in pieces)}
        if changed:
            found[locale] = changed
    return found


def _part(texts: Mapping[str, Version], locale: str, part: str) -> str:
    return str(getattr(texts[locale], part)) if locale in texts else ""
