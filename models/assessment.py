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


class About(StrEnum):
    """What was weighed."""

    RECOGNITION = "recognition"
    EVENTS = "events"  # with children or in public space


class Stale(StrEnum):
    """Why an assessment no longer fits what would be done under it (GOV-02)."""

    EXPIRED = "expired"
    UNNAMED = "unnamed"  # it names no condition of Art. 9(2)
    MODE = "mode"
    MODEL = "model"
    PLACE = "place"  # another host or processor
    PURPOSE = "purpose"  # a use came since, or is another now


@dataclass(frozen=True)
class Covers:
    """What an assessment looked at; whatever lies outside stays out of recognition until it is weighed anew."""

    kinds: frozenset[str]  # relations of people
    purposes: frozenset[str]  # of the uses for which photos leave
    special: bool = False  # albums whose place says something private
    children: bool = False
    public_space: bool = False  # of events alone

    def as_json(self) -> dict[str, Any]:
        """Plain values for the row."""
        return {"kinds": sorted(self.kinds), "purposes": sorted(self.purposes), "special": self.special,
                "children": self.children, "public_space": self.public_space}  # fmt: skip

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Covers:
        """What a row says; what it does not say is not covered."""
        return cls(
            frozenset(kept.get("kinds", ())), frozenset(kept.get("purposes", ())), bool(kept.get("special")),
            bool(kept.get("children")), bool(kept.get("public_space")),
        )  # fmt: skip


class Assessment(Record):
    """The DPO's short DPIA, of recognition or of delicate events: answers, condition, what it covers, approval, expiry, end."""

    code = code_field()
    about = EnumField(About, default=About.RECOGNITION)
    mode = EnumField(Mode)  # of recognition, when it was weighed
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
    uses = JSONField(null=True)  # on offer when it was weighed; one that comes later makes it stale
    ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    ended_why = TextField(default="")

    class Meta:
        personal = ()
        plain = (
            "code", "about", "mode", "answers", "model", "at", "expires_on", "ended_at", "condition", "covers", "risk", "place",
            "uses", "ended_why",
        )  # fmt: skip

    @classmethod
    def newest(cls, about: About = About.RECOGNITION) -> Assessment | None:
        """The one that nobody has ended, whether it still fits or not."""
        open_ = cls.select().where(cls.ended_at.is_null(), cls.about == about)
        found: Assessment | None = open_.order_by(cls.id.desc()).first()
        return found

    @classmethod
    def history(cls, about: About | None = None) -> Iterable[Assessment]:
        """Every one there ever was, the newest first; those of one subject alone if it is named."""
        rows = cls.select() if about is None else cls.select().where(cls.about == about)
        return list(rows.order_by(cls.id.desc()))

    def stale(self, mode: Mode) -> list[Stale]:
        """Why it does not carry this mode here and today; empty when it does."""
        reasons = {
            Stale.EXPIRED: self.expires_on < today(),
            Stale.UNNAMED: self.condition is None and self.about is About.RECOGNITION,
            Stale.MODE: self.mode is not mode,
            Stale.MODEL: self.model != recogniser.MODEL,
            Stale.PLACE: self.place not in ("", tools.place),  # "": from before places were noted
            Stale.PURPOSE: self._uses_changed(),
        }
        return [why for why, holds in reasons.items() if holds]

    def _uses_changed(self) -> bool:
        if self.uses is None:  # from before uses were noted
            return False
        return any(self.uses.get(code) != what for code, what in weighed_uses().items())

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
        if self.uses is not None:
            said |= {"about": self.about.value, "uses": self.uses}
        return seal.leaf(seal.canonical(said)).hex()


def weighed_uses() -> dict[str, list[Any]]:
    """The uses on offer by code, each with what may not change under an assessment: purpose, channel, territory, marketing."""
    from models.use import Use

    return {
        use.code: [use.purpose, use.channel.value, use.territory, use.direct_marketing]
        for use in Use.current()
    }


class Reopening(Record):
    """Why an album was let follow the organisation again (DBD-02); words of a human, so not in the trail (AUD-03)."""

    album = ForeignKeyField(Album, on_delete="CASCADE")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    reason = TextField()

    class Meta:
        personal, plain = ("reason",), ("at",)
