"""Uses: purpose x channel x territory, named by the organisation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from peewee import BooleanField, IntegerField, JSONField, TextField, fn
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, db
from models.errors import Invalid, Refusal, _l
from models.permission import Permission
from models.trail import Trace
from models.user import User

LOCALES = ("en", "nl", "de")


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
    NAMING = "naming"  # no place but a question of its own: the name beside the photo (CON-09)
    DISCLOSURE = (
        "disclosure"  # no place either: seen in the copy that somebody else in the photo asks for (RED-05)
    )


# A photo never goes out for these alone.
QUESTIONS = frozenset({Channel.NAMING, Channel.DISCLOSURE})
IRREVERSIBLE = frozenset(
    {
        Channel.PRESS,
        Channel.PRINT,
        Channel.OUT_OF_HOME,
        Channel.PARTNER,
        Channel.AI_TRAINING,
        Channel.DISCLOSURE,
    }
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

    @classmethod
    def keep(cls, use: Use | None, given: Mapping[str, str], *, by: User) -> Use:
        """Add a use, with the reason, or reword one. What it is for is fixed once made: people agreed to it.

        A new one is a step towards less privacy (DBD-02), and assessments that did not see it fit no longer (GOV-02).
        """
        from models import deviation, weighing

        by.require(Permission.WORDINGS)
        texts = {
            part: {lang: given.get(f"{part}-{lang}", "").strip()[:300] for lang in LOCALES}
            for part in ("name", "about")
        }
        for part in texts:
            if not texts[part]["en"]:
                raise Invalid(_l("Fill this in, at least in English."), field=f"{part}-en")
        values = {"names": _filled(texts["name"]), "about": _filled(texts["about"])}
        with db.atomic():
            if use is None:
                use = cls._new(given, values)
                after = [
                    use.purpose,
                    use.channel.value,
                    use.territory,
                    *(["marketing"] if use.direct_marketing else []),
                ]
                deviation.note(f"{deviation.USE}{use.code}", [], after, given.get("reason", ""), by=by)
                weighing.recolour()
            else:
                cls.update(**values).where(cls.id == use.id).execute()
            Trace.leave(by, "use.changed", use)
        return use

    @classmethod
    def _new(cls, given: Mapping[str, str], values: dict[str, dict[str, str]]) -> Use:
        if given.get("channel") not in set(Channel):
            raise Invalid(_l("Choose one of the list."), field="channel")
        channel = Channel(given["channel"])
        stem = code = re.sub(r"[^a-z0-9]+", "-", values["names"]["en"].casefold()).strip("-")[:40] or "use"
        number = 1
        while cls.select().where(cls.code == code).exists():
            number += 1
            code = f"{stem}-{number}"
        return cls.create(
            code=code, purpose=given.get("purpose", "").strip()[:60] or "information", channel=channel,
            territory="WORLD" if given.get("territory") == "WORLD" else "EU",
            irreversible=channel in IRREVERSIBLE, direct_marketing=bool(given.get("direct_marketing")),
            place=int(cls.select(fn.MAX(cls.place)).scalar() or 0) + 1, **values,
        )  # fmt: skip

    def end(self, *, by: User) -> None:
        """Offer it no longer; what people answered stays on file. Refusal for the last one: every question begins with a use."""
        by.require(Permission.WORDINGS)
        with db.atomic():
            if not Use.select().where(Use.ended_at.is_null(), Use.id != self.id).exists():
                raise Refusal(_l("This is the last use on offer. Add another one first."))
            Use.update(ended_at=clock.now()).where(Use.id == self.id).execute()
            Trace.leave(by, "use.ended", self)

    def name_in(self, locale: str) -> str:
        """The name in a language, English when there is none."""
        return str(self.names.get(locale) or self.names["en"])

    def about_in(self, locale: str) -> str:
        """One sentence for the signer in a language, English when there is none."""
        return str(self.about.get(locale) or self.about["en"])

    @classmethod
    def current(cls) -> list[Use]:
        """The uses people are asked about, in the organisation's order."""
        return list(cls.select().where(cls.ended_at.is_null()).order_by(cls.place, cls.id))

    @classmethod
    def of_photos(cls) -> list[Use]:
        """The uses a photo can go out for: all on offer but what only adds to something else (CON-09, RED-05)."""
        return [use for use in cls.current() if use.channel not in QUESTIONS]

    @classmethod
    def naming(cls) -> list[Use]:
        """The uses that ask for the name beside the photo; none until the organisation adds one (DBD-01)."""
        return [use for use in cls.current() if use.channel is Channel.NAMING]

    @classmethod
    def disclosure(cls) -> list[Use]:
        """The uses that ask who may be seen in somebody else's copy; none until the organisation adds one (DBD-01)."""
        return [use for use in cls.current() if use.channel is Channel.DISCLOSURE]


def _filled(texts: dict[str, str]) -> dict[str, str]:
    return {lang: text for lang, text in texts.items() if text}
