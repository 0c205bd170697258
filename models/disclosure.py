"""Who agreed to be seen in the copy that somebody else in the same photo asks for (RED-05)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from models.consent import Line
from models.photo import Photo
from models.reasons import RANK, State
from models.use import Use


def agreed(photos: Sequence[Photo]) -> Mapping[str, dict[str, str]]:
    """By photo's code, the codes of those in it whose own line of today says so, each with that line; no other ground counts."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for use in Use.disclosure():
        for photo, verdict in Photo.clearances(photos, use).items():
            found[photo] |= {
                reason.person: reason.basis for reason in verdict.reasons
                if reason.person and reason.basis and RANK[reason.state] < RANK[State.UNCLEAR]
            }  # fmt: skip
    codes = {code for people in found.values() for code in people.values()}
    lines = {line.code for line in Line.select(Line.code).where(Line.code.in_(codes))} if codes else set()
    return {
        photo: {who: line for who, line in people.items() if line in lines} for photo, people in found.items()
    }
