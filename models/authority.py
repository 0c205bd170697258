"""Where people may complain: the data protection authority of the organisation's country (Art. 77)."""

from __future__ import annotations

from dataclasses import dataclass

from models.setting import Setting


@dataclass(frozen=True)
class Authority:
    """A supervisory authority by its own name."""

    name: str
    url: str

    def __str__(self) -> str:
        return f"{self.name} ({self.url})"


AUTHORITIES = {
    "NL": Authority("Autoriteit Persoonsgegevens", "autoriteitpersoonsgegevens.nl"),
    "BE": Authority("Gegevensbeschermingsautoriteit", "gegevensbeschermingsautoriteit.be"),
    "DE": Authority("Die Bundesbeauftragte für den Datenschutz und die Informationsfreiheit", "bfdi.bund.de"),
}


def competent() -> Authority:
    """The authority for this organisation; doubt goes to the home market's."""
    return AUTHORITIES.get(str(Setting.of("country")), AUTHORITIES["NL"])
