"""The parts of the evidence pack, one line each: a part tells of a day in a language (GOV-09)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models import dossier_figures as figures
from models import dossier_registers as told
from models.errors import _l
from models.sheets import Ask, File, Told, prose, table

DOCS = Path(__file__).resolve().parent.parent / "docs" / "compliance"
AS_INSTALLED = _l(
    "This document belongs to the version that is installed now, whichever was installed on that day."
)


@dataclass(frozen=True)
class Part:
    """One part: its folder in the pack, its title, and what tells it."""

    key: str
    title: str
    tell: Callable[[Ask], Told]

    def files(self, ask: Ask) -> tuple[list[File], str]:
        """Its files for machines and its paper, and what it can't say of that day."""
        told = self.tell(ask)
        return [*told.files, (f"{self.key}.pdf", ask.paper(self.title, told.blocks, told.gap))], told.gap


def _document(name: str) -> Callable[[Ask], Told]:
    def tell(ask: Ask) -> Told:
        data = (DOCS / name).read_bytes()
        return Told(
            [(name, data)], list(prose(data.decode(), "en")), ask.say(AS_INSTALLED) if ask.past else ""
        )

    return tell


def _bill(ask: Ask) -> Told:
    data = (DOCS / "sbom.json").read_bytes()
    rows = [
        (one["name"], one.get("version"), [each["license"].get("name", each["license"].get("id", "")) for each in one.get("licenses", ())])
        for one in json.loads(data)["components"]
    ]  # fmt: skip
    head = ask.head(_l("Component"), _l("Version"), _l("Licence"))
    return Told(
        [("sbom.json", data)], [table("", head, rows, ask)], ask.say(AS_INSTALLED) if ask.past else ""
    )


# A new part is a line here; the index, the manifest and the tests read it from this list.
PARTS = (
    Part("record", _l("Record of processing activities"), told.record),
    Part("dpia", _l("Impact assessments"), told.assessments),
    Part("interests", _l("Weighed interests and public tasks"), told.interests),
    Part("wordings", _l("Notices and texts people signed"), told.wordings),
    Part("consents", _l("Consents in figures"), figures.of_consents),
    Part("retention", _l("Retention and its last runs"), figures.of_retention),
    Part("measures", _l("Technical and organisational measures"), figures.of_measures),
    Part("access", _l("Who may do what, and its reviews"), figures.of_access),
    Part("parties", _l("Processors and recipients"), told.parties),
    Part("transfers", _l("Transfers outside the EEA, and every host we talk to"), told.transfers),
    Part("breaches", _l("Register of breaches"), told.breaches),
    Part("requests", _l("Register of requests"), figures.of_requests),
    Part("erasures", _l("Erasures, and restores that were tried out"), figures.of_erasures),
    Part("trail", _l("The audit trail: verification and signed head"), figures.of_trail),
    Part("recognition", _l("Recognition in figures"), figures.of_recognition),
    Part("deviations", _l("Deviations from private defaults, and exceptions"), told.deviations),
    Part("ai-act", _l("Memorandum on recognition and the AI Act"), _document("recognition.md")),
    Part("accessibility", _l("Accessibility statement"), _document("accessibility.md")),
    Part("sbom", _l("Bill of materials of the software"), _bill),
)
