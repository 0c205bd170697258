"""Wordings: the text signed, per language, versioned, immutable once published (CON-03)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum

from peewee import ForeignKeyField, IntegerField, TextField, fn
from playhouse.fields import EnumField

from adapters import clock, seal
from models import texts as ready
from models.base import Moment, Record, code_field, db
from models.errors import Invalid, Refusal, _l
from models.lint import Finding, lint
from models.permission import Permission
from models.trail import Trace
from models.user import User

LOCALES = ready.LOCALES
PARTS = ("title", "body", "recognition")


class WordingKind(StrEnum):
    """What a wording is for."""

    GENERAL = "general"
    SHOOT = "shoot"
    MINOR = "minor"
    EMPLOYEE = "employee"
    PATIENT = "patient"
    RECOGNITION = "recognition"
    CONTRACT = "contract"


EXPLICIT = frozenset({WordingKind.PATIENT, WordingKind.RECOGNITION})  # an explicit yes (Art. 9(2)(a))
SECOND_STEP = EXPLICIT | {WordingKind.CONTRACT}  # signed with a code sent by mail (SIG-05)


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

    def in_all_languages(self, number: int | None = None) -> list[Version]:
        """A version, the newest by default, in each language it has."""
        return list(self.versions.where(Version.number == (number or self.number)).order_by(Version.id))

    def history(self) -> list[Version]:
        """One row per published version, newest first."""
        first = Version.select(fn.MIN(Version.id)).where(Version.wording == self).group_by(Version.number)
        return list(Version.select().where(Version.id.in_(first)).order_by(Version.number.desc()))

    @classmethod
    def ended(cls) -> list[Wording]:
        """The wordings no longer on offer."""
        return list(cls.select().where(cls.ended_at.is_null(False)).order_by(cls.id))

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
            for finding in check(self.kind, locale, text):
                if finding.stops:
                    raise finding.refusal()
        with db.atomic():
            number = self.number + 1
            for locale, text in given.items():
                # Standard sentences are written out now: what people sign must not change with a later version of ours (CON-03).
                final = {
                    part: ready.written_out(self.kind, _tidy(text.get(part, "")), locale) for part in PARTS
                }
                Version.create(
                    wording=self, number=number, locale=locale, **final, digest=digest(final),
                    by=by if isinstance(by, User) else None,
                )  # fmt: skip
            Trace.leave(by, "wording.published", self, number=number, languages=sorted(given))
        return number

    def end(self, *, by: User) -> None:
        """Offer it no longer; requests sent with it keep it. Refusal while it is the only general text on offer."""
        by.require(Permission.WORDINGS)
        others = [row for row in Wording.current() if row.kind is WordingKind.GENERAL and row.id != self.id]
        if self.kind is WordingKind.GENERAL and not others:
            raise Refusal(
                _l("This is the only text for photos of adults. Publish another one first, then end this.")
            )
        with db.atomic():
            ended = (
                Wording.update(ended_at=clock.now())
                .where(Wording.id == self.id, Wording.ended_at.is_null())
                .execute()
            )
            if ended:
                Trace.leave(by, "wording.ended", self)


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


def check(kind: str, locale: str, text: Mapping[str, str]) -> list[Finding]:
    """Everything there is to say about one language of a text; an empty body is a language left out, and no fault."""
    if not text.get("body", "").strip():
        return []
    title, body, recognition = (text.get(part, "") for part in PARTS)
    return lint(kind, title, body, recognition, locale)


def digest(text: Mapping[str, str]) -> str:
    """SHA-256 in hexadecimal over title, body and the question about recognition, as kept."""
    return hashlib.sha256(seal.canonical({part: text[part] for part in PARTS})).hexdigest()


def _tidy(text: str) -> str:
    # A browser sends CRLF; paragraphs are told apart by an empty line.
    return re.sub(r"\n{3,}", "\n\n", text.replace("\r\n", "\n")).strip()
