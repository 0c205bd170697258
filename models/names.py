"""Names as people type them: kept as typed, without what only a machine sees."""

from __future__ import annotations

from unicodedata import category

# They turn the words after them around, on paper too: a receipt must say what was signed.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INK = ("L", "N", "P", "S")  # letters, digits, punctuation, signs


def tidy(typed: str) -> str:
    """A name on one line, without control characters; empty when nothing of it can be seen."""
    name = " ".join(typed.split())
    kept = "".join(char for char in name if category(char) not in ("Cc", "Cs") and char not in _TURNING)
    return kept.strip() if any(category(char)[0] in _INK for char in kept) else ""
