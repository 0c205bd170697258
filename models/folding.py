"""Words as they are looked for: without capitals and accents, on either engine."""

from __future__ import annotations

import unicodedata

# Letters of names that Unicode doesn't take apart; whoever types them without their stroke means the same person.
STROKES = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def folded(text: str) -> str:
    """Without accents and capitals: "café" is found by "cafe"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def folded_name(name: str) -> str:
    """A person's name as it is looked for: "Søren Müller" is found by "soren muller"."""
    return " ".join(folded(name).translate(STROKES).split())
