"""Wordings: the text signed, per language, versioned, immutable once published (CON-03)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum

from peewee import ForeignKeyField, IntegerField, TextField, fn
from playhouse.fields import EnumField

from adapters import clock, seal
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, _l
from models.permission import Permission
from models.trail import Trace
from models.user import User

LOCALES = ("en", "nl", "de")
PLACEHOLDERS = frozenset({"organisation", "address", "contact", "until", "uses", "authority"})
# What a notice must say (Art. 13) and can only be said with these (CON-05).
REQUIRED = frozenset({"organisation", "contact", "until", "authority"})
# Words by which nobody can bind herself: consent can always be taken back (CON-06).
UNLAWFUL = {
    "en": ("irrevocabl", "waive", "in perpetuity"),
    "nl": ("onherroepelijk", "afstand van portretrecht", "afstand doe", "eeuwigdurend"),
    "de": ("unwiderruflich", "verzicht"),
}


class WordingKind(StrEnum):
    """What a wording is for."""

    GENERAL = "general"
    SHOOT = "shoot"
    MINOR = "minor"
    EMPLOYEE = "employee"
    PATIENT = "patient"
    RECOGNITION = "recognition"
    CONTRACT = "contract"


class Wording(Record):
    """A text that people sign, in all its versions."""

    code = code_field()
    name = TextField()
    kind = EnumField(WordingKind, default=WordingKind.GENERAL)
    created_at = Moment(default=clock.now)
    ended_at = Moment(null=True)

    class Meta:
        personal, plain = (), ("code", "name", "kind", "created_at", "ended_at")

    @property
    def number(self) -> int:
        """The number of the newest published version, 0 before the first."""
        return int(self.versions.select(fn.MAX(Version.number)).scalar() or 0)

    def text(self, locale: str, number: int | None = None) -> Version:
        """A version in a language, in English when that language is missing."""
        versions = list(self.versions.where(Version.number == (number or self.number)))
        by_locale = {version.locale: version for version in versions}
        return by_locale.get(locale) or by_locale.get("en") or versions[0]

    @classmethod
    def current(cls) -> list[Wording]:
        """The wordings on offer."""
        return list(cls.select().where(cls.ended_at.is_null()).order_by(cls.id))

    def in_all_languages(self) -> list[Version]:
        """The newest version, in each language it has."""
        return list(self.versions.where(Version.number == self.number).order_by(Version.id))

    def history(self) -> list[Version]:
        """One row per published version, newest first."""
        first = Version.select(fn.MIN(Version.id)).where(Version.wording == self).group_by(Version.number)
        return list(Version.select().where(Version.id.in_(first)).order_by(Version.number.desc()))

    @classmethod
    def begin(cls, name: str, kind: str, texts: Mapping[str, Mapping[str, str]], *, by: User) -> Wording:
        """A new wording with its first version; Invalid names what is wrong and nothing is kept."""
        if not name.strip():
            raise Invalid(_l("Give the text a name."), field="name")
        if kind not in set(WordingKind):
            raise Invalid(_l("Choose one of the list."), field="kind")
        with db.atomic():
            wording = cls.create(name=name.strip()[:120], kind=WordingKind(kind))
            wording.publish(texts, by=by)
        return wording

    def publish(self, texts: Mapping[str, Mapping[str, str]], *, by: User | str) -> int:
        """Publish the next version, a text per language {"title", "body", "recognition"}; Invalid names what is wrong."""
        if isinstance(by, User):
            by.require(Permission.WORDINGS)
        given = {locale: text for locale, text in texts.items() if text["body"].strip()}
        if not given:
            raise Invalid(_l("Write the text in at least one language."), field="body-en")
        for locale, text in given.items():
            lint(text["title"], text["body"] + text.get("recognition", ""), locale)
        with db.atomic():
            number = self.number + 1
            for locale, text in given.items():
                recognition = text.get("recognition", "").strip()
                shown = seal.canonical(
                    {"title": text["title"], "body": text["body"], "recognition": recognition}
                )
                Version.create(
                    wording=self, number=number, locale=locale, title=text["title"].strip(), body=text["body"].strip(),
                    recognition=recognition, digest=hashlib.sha256(shown).hexdigest(),
                    by=by if isinstance(by, User) else None,
                )  # fmt: skip
            Trace.leave(by, "wording.published", self, number=number, languages=sorted(given))
        return number


class Version(Record):
    """One published text in one language; `digest` is the SHA-256 of title and body as shown."""

    wording = ForeignKeyField(Wording, backref="versions")
    number = IntegerField()
    locale = TextField()
    title = TextField()
    body = TextField()
    recognition = TextField(default="")  # the separate question about recognition (BIO-02)
    digest = TextField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    published_at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("number", "locale", "title", "body", "recognition", "digest", "published_at")
        indexes = ((("wording", "number", "locale"), True),)

    def filled(self, text: str, values: Mapping[str, str]) -> str:
        """A text with its placeholders filled in; what is not a placeholder stays as it is."""
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), text)


def lint(title: str, body: str, locale: str) -> None:
    """Raise Invalid for a text that would not hold: unlawful words, or something that must be said left out."""
    field = f"body-{locale}"
    if not title.strip():
        raise Invalid(_l("Give the text a title."), field=f"title-{locale}")
    found = [word for word in UNLAWFUL[locale] if word in f"{title} {body}".casefold()]
    if found:
        raise Invalid(
            _l("Nobody can sign away the right to change her mind. Take out: %(word)s"),
            field=field,
            word=found[0],
        )
    used = set(re.findall(r"\{(\w+)\}", body))
    unknown = sorted(used - PLACEHOLDERS)
    if unknown:
        raise Invalid(_l("This placeholder isn't known: {%(name)s}"), field=field, name=unknown[0])
    missing = sorted(REQUIRED - used)
    if missing:
        raise Invalid(_l("The text must say this somewhere: {%(name)s}"), field=field, name=missing[0])
