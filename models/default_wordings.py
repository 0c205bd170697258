"""The texts a new house begins with: all seven kinds in three languages; the DPO makes them her own."""

from __future__ import annotations

from models import texts
from models.wording import Wording, WordingKind

# The general one first: it is what is asked with when nothing else is chosen.
NAMES = {
    WordingKind.GENERAL: "Photos of you",
    WordingKind.MINOR: "Photos of a child",
    WordingKind.SHOOT: "One shoot",
    WordingKind.EMPLOYEE: "Employees",
    WordingKind.PATIENT: "Patients",
    WordingKind.RECOGNITION: "Recognition",
    WordingKind.CONTRACT: "Paid contract",
}


def lay() -> None:
    """Publish the first version of each default wording, in the caller's transaction."""
    for kind, name in NAMES.items():
        Wording.create(name=name, kind=kind).publish(texts.ours(kind), by="system")
