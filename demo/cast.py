"""The drawn people of the demo and the tests: invented, with addresses that exist nowhere (.example)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demo.look import Look


@dataclass(frozen=True, kw_only=True)
class Member:
    """One of the cast; `guardian` is the name of who decides for a minor."""

    name: str
    look: Look
    relation: str = "visitor"
    locale: str = "nl"
    guardian: str = ""

    @property
    def email(self) -> str:
        """Her address, or the guardian's for a minor."""
        return address(self.guardian or self.name)

    def born(self, today: date) -> date | None:
        """A birth date for minors only, so that they stay as old as they are drawn."""
        return date(today.year - self.look.age, 1, 1 + self.look.seed % 28) if self.guardian else None


def address(name: str) -> str:
    """An address for a name under a domain that can't exist."""
    plain = name.casefold().translate(
        str.maketrans({"ö": "o", "é": "e", "ü": "u", "ş": "s", "ı": "i", "ç": "c"})
    )
    return f"{'.'.join(plain.split())}@people.example"


# fmt: off
# The seeds come from choose.py: faces that the recogniser finds, and holds furthest apart.
CAST: tuple[Member, ...] = (
    Member(name="Noor Voorbeeld", relation="employee", look=Look(
        seed=1000, age=33, skin=1, hair="long", tint="chestnut", feminine=True, dress="scrubs")),
    Member(name="Daan Muster", relation="employee", locale="de", look=Look(
        seed=2054, age=41, skin=0, hair="side", tint="blond", feminine=False, beard="stubble", dress="shirt")),
    Member(name="Amina Sample", relation="employee", locale="en", look=Look(
        seed=3060, age=29, skin=5, hair="scarf", tint="black", feminine=True, dress="blazer")),
    Member(name="Joseph Demo", relation="employee", locale="en", look=Look(
        seed=4015, age=52, skin=6, hair="crop", tint="black", feminine=False, beard="goatee", glasses="square", dress="coat")),
    Member(name="Mei Specimen", relation="employee", locale="en", look=Look(
        seed=5053, age=37, skin=2, hair="bob", tint="black", feminine=True, glasses="round", dress="coat")),
    Member(name="Hendrik Voorbeeld", relation="volunteer", look=Look(
        seed=6003, age=74, skin=0, hair="rim", tint="white", feminine=False, glasses="round", dress="sweater")),
    Member(name="Fatma Muster", relation="visitor", locale="de", look=Look(
        seed=7074, age=48, skin=3, hair="curly", tint="espresso", feminine=True, dress="sweater")),
    Member(name="Lars Demo", relation="visitor", look=Look(
        seed=8044, age=27, skin=1, hair="short", tint="ginger", feminine=False, beard="full", dress="hoodie")),
    Member(name="Priya Sample", relation="employee", locale="en", look=Look(
        seed=9013, age=31, skin=4, hair="ponytail", tint="black", feminine=True, dress="scrubs")),
    Member(name="Willem Specimen", relation="patient", look=Look(
        seed=10071, age=66, skin=1, hair="short", tint="silver", feminine=False, beard="moustache", dress="shirt")),
    Member(name="Grace Voorbeeld", relation="employee", locale="en", look=Look(
        seed=11018, age=35, skin=7, hair="afro", tint="black", feminine=True, dress="blazer")),
    Member(name="Tom Muster", relation="pupil", locale="de", guardian="Fatma Muster", look=Look(
        seed=12052, age=12, skin=3, hair="fringe", tint="brown", feminine=False, dress="hoodie")),
    Member(name="Lotte Demo", relation="pupil", guardian="Lars Demo", look=Look(
        seed=13005, age=8, skin=0, hair="pigtails", tint="ginger", feminine=True, dress="tee")),
    Member(name="Omar Sample", relation="employee", locale="en", look=Look(
        seed=14008, age=44, skin=4, hair="crop", tint="espresso", feminine=False, beard="full", dress="scrubs")),
    Member(name="Ingrid Specimen", relation="volunteer", locale="de", look=Look(
        seed=15023, age=70, skin=0, hair="bun", tint="silver", feminine=True, glasses="square", dress="sweater")),
    Member(name="Kenji Voorbeeld", relation="visitor", locale="en", look=Look(
        seed=16016, age=24, skin=2, hair="fringe", tint="black", feminine=False, dress="tee")),
    Member(name="Sofia Muster", relation="patient", locale="de", look=Look(
        seed=17004, age=55, skin=2, hair="bob", tint="auburn", feminine=True, dress="shirt")),
    Member(name="Kwame Demo", relation="employee", locale="en", look=Look(
        seed=18028, age=38, skin=7, hair="curly", tint="black", feminine=False, beard="stubble", dress="blazer")),
    Member(name="Eva Sample", relation="employee", look=Look(
        seed=19041, age=26, skin=1, hair="fringe", tint="blond", feminine=True, glasses="round", dress="tee")),
    Member(name="Ravi Specimen", relation="visitor", locale="en", look=Look(
        seed=20038, age=60, skin=5, hair="side", tint="grey", feminine=False, beard="moustache", glasses="square", dress="blazer")),
    Member(name="Marta Voorbeeld", relation="patient", look=Look(
        seed=21003, age=79, skin=1, hair="curly", tint="white", feminine=True, dress="sweater")),
    Member(name="Jonas Muster", relation="volunteer", locale="de", look=Look(
        seed=22012, age=22, skin=0, hair="curly", tint="sand", feminine=False, dress="hoodie")),
    Member(name="Adanna Demo", relation="visitor", locale="en", look=Look(
        seed=23065, age=58, skin=6, hair="short", tint="grey", feminine=True, dress="shirt")),
    Member(name="Piet Sample", relation="resident", look=Look(
        seed=24004, age=82, skin=2, hair="rim", tint="grey", feminine=False, beard="full", dress="shirt")),
)
# fmt: on
