"""What goes with a consent whose time is over: its rows and the facts of its traces, in whoever's erasure it is (ERA-11)."""

from __future__ import annotations

from collections import Counter

from models import aftermath
from models.consent import Answer, Consent
from models.trail import Trace


def drop(code: str) -> dict[str, int]:
    """Drop a consent within the caller's transaction; returns what stays of it, how many answers there were of each kind."""
    from models import cascade

    consent = Consent.get_or_none(Consent.code == code)
    if consent is None:
        return {}
    person, count = consent.person, dict(Counter(str(Answer(line.answer)) for line in consent.lines))
    rows = aftermath.below(Consent, [consent.id])
    aftermath.part(rows)
    Trace.forget(aftermath.codes(rows))
    aftermath.drop(rows)
    cascade.after(person, "evidence erased")
    return count
