"""Impact assessments: without an approved, unexpired one that fits what is done, no face is compared (BIO-01, GOV-02)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peewee import DateField, ForeignKeyField, JSONField, TextField
from playhouse.fields import EnumField

from adapters import clock, seal
from adapters import recognition as recogniser
from models.album import Album, Mode
from models.base import Moment, Record, code_field, tools
from models.gather import today
from models.user import User


class Condition(StrEnum):
    """Under which letter of Art. 9(2) GDPR faces are compared; the assessment names one (requirements 3.1)."""

    EXPLICIT = "a"  # explicit consent of everyone who is scanned
    PUBLIC_INTEREST = "g"  # a law says so, for a substantial public interest
    ARCHIVE = "j"  # archiving or research under a law


class Risk(StrEnum):
    """What risk is left for people after the measures; a high one is for the authority to judge first (Art. 36)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Stale(StrEnum):
    """Why an assessment no longer fits what would be done under it (GOV-02)."""

    EXPIRED = "expired"
    UNNAMED = "unnamed"  # it names no condition of Art. 9(2)
    MODE = "mode"
    MODEL = "model"
    PLACE = "place"  # another host or processor


@dataclass(frozen=True)
class Covers:
    """What an assessment looked at; whatever lies outside stays out of recognition until it is weighed anew."""

    kinds: frozenset[str]  # relations of people
    purposes: frozenset[str]  # of the uses for which photos leave
    special: bool = False  # albums whose place says something private
    children: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain values for the row."""
        return {"kinds": sorted(self.kinds), "purposes": sorted(self.purposes), "special": self.special,
                "children": self.children}  # fmt: skip

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Covers:
        """What a row says; what it does not say is not covered."""
        return cls(
            frozenset(kept.get("kinds", ())), frozenset(kept.get("purposes", ())), bool(kept.get("special")),
            bool(kept.get("children")),
        )  # fmt: skip


class Assessment(Record):
    """The DPO's short DPIA for a recognition mode: answers, condition, what it covers, approval, expiry, end."""

    code = code_field()
    mode = EnumField(Mode)
    answers = JSONField()
    model = TextField()  # recogniser it was made for; a change makes it stale
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    expires_on = DateField()
    ended_at = Moment(null=True)
    condition = EnumField(Condition, null=True)
    covers = JSONField(null=True)
    risk = EnumField(Risk, null=True)
    place = TextField(default="")  # where everything stood; a change makes it stale
    ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    ended_why = TextField(default="")

    class Meta:
        personal = ()
        plain = (
            "code", "mode", "answers", "model", "at", "expires_on", "ended_at", "condition", "covers", "risk", "place",
            "ended_why",
        )  # fmt: skip

    @classmethod
    def newest(cls) -> Assessment | None:
        """The one that nobody has ended, whether it still fits or not."""
        found: Assessment | None = cls.select().where(cls.ended_at.is_null()).order_by(cls.id.desc()).first()
        return found

    @classmethod
    def history(cls) -> Iterable[Assessment]:
        """Every one there ever was, the newest first."""
        return list(cls.select().order_by(cls.id.desc()))

    def stale(self, mode: Mode) -> list[Stale]:
        """Why it does not carry this mode here and today; empty when it does."""
        reasons = {
            Stale.EXPIRED: self.expires_on < today(),
            Stale.UNNAMED: self.condition is None,
            Stale.MODE: self.mode is not mode,
            Stale.MODEL: self.model != recogniser.MODEL,
            Stale.PLACE: self.place not in ("", tools.place),  # "": from before places were noted
        }
        return [why for why, holds in reasons.items() if holds]

    @property
    def scope(self) -> Covers:
        """What it covers."""
        return Covers.of(self.covers or {})

    def digest(self) -> str:
        """SHA-256 over everything it says, which its trace in the trail holds: nothing in it changes unseen."""
        said = {
            "mode": self.mode.value, "answers": self.answers, "model": self.model, "expires": str(self.expires_on),
            "condition": self.condition.value if self.condition else "", "covers": self.covers,
            "risk": self.risk.value if self.risk else "", "place": self.place,
        }  # fmt: skip
        return seal.leaf(seal.canonical(said)).hex()


class Reopening(Record):
    """Why an album was let follow the organisation again (DBD-02); words of a human, so not in the trail (AUD-03)."""

    album = ForeignKeyField(Album, on_delete="CASCADE")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    reason = TextField()

    class Meta:
        personal, plain = ("reason",), ("at",)
