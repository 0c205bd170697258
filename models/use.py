"""Uses: purpose x channel x territory, named by the organisation."""

from __future__ import annotations

from enum import StrEnum

from peewee import BooleanField, IntegerField, JSONField, TextField
from playhouse.fields import EnumField

from models.base import Moment, Record


class Channel(StrEnum):
    """Where a photo is shown; a closed list, so that no grant hides in free text (CON-07)."""

    WEBSITE = "website"
    INTRANET = "intranet"
    SOCIAL = "social"
    NEWSLETTER = "newsletter"
    PRESS = "press"
    PRINT = "print"
    OUT_OF_HOME = "out-of-home"
    ADVERTISING = "advertising"
    PARTNER = "partner"
    AI_TRAINING = "ai-training"


IRREVERSIBLE = frozenset(
    {Channel.PRESS, Channel.PRINT, Channel.OUT_OF_HOME, Channel.PARTNER, Channel.AI_TRAINING}
)


class Use(Record):
    """One way to use a photo. `names` and `about` hold a text per language ("en", "nl", "de")."""

    code = TextField(unique=True)  # a plain word: uses are configuration, not people
    names = JSONField()
    about = JSONField()
    purpose = TextField()
    channel = EnumField(Channel)
    territory = TextField(default="EU")
    irreversible = BooleanField(default=False)
    direct_marketing = BooleanField(default=False)
    place = IntegerField(default=0)
    ended_at = Moment(null=True)

    class Meta:
        personal = ()
        plain = (
            "code", "names", "about", "purpose", "channel", "territory", "irreversible", "direct_marketing", "place",
            "ended_at",
        )  # fmt: skip

    def name_in(self, locale: str) -> str:
        """The name in a language, English when there is none."""
        return str(self.names.get(locale) or self.names["en"])

    def about_in(self, locale: str) -> str:
        """One sentence for the signer in a language, English when there is none."""
        return str(self.about.get(locale) or self.about["en"])

    @classmethod
    def current(cls) -> list[Use]:
        """The uses on offer, in the organisation's order."""
        return list(cls.select().where(cls.ended_at.is_null()).order_by(cls.place, cls.id))
