"""Every PDF is made here, so that each bears the head of the trail in its foot (AUD-04)."""

from __future__ import annotations

from typing import Any

from adapters import pdf
from models.base import tools
from models.trail import Head


def make(template: str, locale: str, **values: Any) -> bytes:
    """A tagged PDF of this template in this language; its foot proves how far the trail reached when it was made."""
    return pdf.render(tools.typesetter.set(f"pdf/{template}", locale, trail=_printed(Head.sign()), **values))


def _printed(head: Head | None) -> str:
    """The number of the last line and the first 144 bits of its head, as the signed head has them."""
    return f"{head.seq} {head.note.splitlines()[2][:24]}" if head else ""
