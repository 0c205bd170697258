"""A request that nobody was sent: what the signer would see of a text that is still being written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from models import evidence, fitting, texts
from models.term import last_day
from models.use import Use
from models.wording import SECOND_STEP, WordingKind

NAMES = {"en": "Robin Example", "nl": "Robin Voorbeeld", "de": "Robin Beispiel"}


@dataclass(frozen=True)
class SpecimenPerson:
    """Someone made up."""

    name: str


@dataclass(frozen=True)
class SpecimenPhoto:
    """The place of a photo."""

    ratio: float
    alt_text: str = ""
    code: str = "example"


@dataclass(frozen=True)
class Specimen:
    """Stands where a Request stands on the signing page; nothing of it is kept."""

    kind: WordingKind
    ask_recognition: bool
    valid_until: date
    person: SpecimenPerson
    offered: list[Use] = field(default_factory=list)
    only_photos: bool = False
    album: None = None
    renews: bool = False

    @property
    def guardian(self) -> bool:
        """Whether someone signs for a child."""
        return self.kind is WordingKind.MINOR

    @property
    def needs_code(self) -> bool:
        """Whether a code is mailed before it counts (SIG-05)."""
        return self.guardian or self.kind in SECOND_STEP

    @property
    def is_contract(self) -> bool:
        """Whether it is a paid contract."""
        return self.kind is WordingKind.CONTRACT

    def uses(self) -> list[Use]:
        """The uses on offer."""
        return self.offered

    def pictures(self) -> list[SpecimenPhoto]:
        """Where the photos would be."""
        return [SpecimenPhoto(1.5), SpecimenPhoto(0.75), SpecimenPhoto(1.5)]


def of(kind: str, text: Mapping[str, str], locale: str, number: int) -> tuple[Specimen, evidence.Shown]:
    """The stand-in and the text as it would be shown in a language, every placeholder filled in (CON-03)."""
    chosen = WordingKind(kind) if kind in set(WordingKind) else WordingKind.GENERAL
    uses = Use.current()
    until = fitting.school_end() if chosen is WordingKind.MINOR else last_day(None)
    specimen = Specimen(
        chosen, bool(text.get("recognition", "").strip()), until, SpecimenPerson(NAMES[locale]), uses
    )
    values = evidence.particulars(locale, until, uses)
    title, body, recognition = (
        texts.HOLE.sub(
            lambda found: values.get(found[1], found[0]),
            texts.written_out(chosen, text.get(part, ""), locale),
        )
        for part in ("title", "body", "recognition")
    )
    return specimen, evidence.Shown(title, body, recognition, number, locale)
