"""Names and addresses as people type them: kept as typed, without what only a machine sees."""

from __future__ import annotations

import re
from unicodedata import category

from models.errors import Invalid, _l

# They turn the words after them around, on paper too: a receipt must say what was signed.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_WORD = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
# What a letter can be addressed to: a typing error is said at once, not noticed when no code arrives.
_ADDRESS = re.compile(rf"{_WORD}(\.{_WORD})*@[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)
_INK = ("L", "N", "P", "S")  # letters, digits, punctuation, signs


def tidy(typed: str) -> str:
    """A name on one line, without control characters; empty when nothing of it can be seen."""
    name = " ".join(typed.split())
    kept = "".join(char for char in name if category(char) not in ("Cc", "Cs") and char not in _TURNING)
    return kept.strip() if any(category(char)[0] in _INK for char in kept) else ""


def clean_email(text: str) -> str:
    """An address as it is kept and looked up, umlauts of its domain as mail servers write them; Invalid when it can't be one."""
    local, _, domain = text.strip().casefold().rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode('ascii')}" if domain else ""
    except UnicodeError:
        address = ""
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise Invalid(_l("This doesn't look like an e-mail address."), field="email")
    return address
