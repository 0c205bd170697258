"""The texts a new house begins with and the sentences the law wants in each, per language, written for this product."""

from __future__ import annotations

import re
from typing import Any

from models.texts import de, en, nl

LOCALES = ("en", "nl", "de")
HOLE = re.compile(r"\{(\w+)\}")
# Filled in for each request; every other placeholder stands for a sentence that is written out when a text is published.
FACTS = frozenset({"organisation", "address", "contact", "until", "uses", "authority"})
_ROOM: dict[str, Any] = {"en": en, "nl": nl, "de": de}


def sentences(kind: str, locale: str) -> dict[str, str]:
    """Per item a ready sentence for this kind of text; it may hold facts as placeholders."""
    room = _ROOM[locale]
    return {**room.SENTENCES, **room.FOR_KIND.get(kind, {})}


def placeholders() -> tuple[str, ...]:
    """Every placeholder a text may hold, facts first."""
    return (*sorted(FACTS), *(key for key in en.SENTENCES if key not in FACTS))


def written_out(kind: str, text: str, locale: str) -> str:
    """The text with each placeholder that stands for a sentence written out; facts and unknown ones stay."""
    ready = {key: words for key, words in sentences(kind, locale).items() if key not in FACTS}
    return HOLE.sub(lambda found: ready.get(found[1], found[0]), text)


def ours(kind: str) -> dict[str, dict[str, str]]:
    """Our own text of a kind, per language {"title", "body", "recognition"}, with its placeholders."""
    texts = {}
    for locale, room in _ROOM.items():
        title, body = room.TEXTS[kind]
        asked = room.RECOGNITION if kind in ("general", "shoot", "employee", "recognition") else ""
        texts[locale] = {"title": title, "body": body, "recognition": asked}
    return texts
