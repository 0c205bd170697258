"""Letters and papers from templates, in the reader's language, without a web request around."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from adapters.dates import written_day, written_moment, written_month


class Typesetter:
    """Fills templates/mail and templates/pdf; a name that is not given is an error, never a blank."""

    def __init__(self, translations: Path, templates: Path, zone: str) -> None:
        self._translations, self._templates, self._zone = translations, templates, zone

    def set(self, template: str, lang: str, **values: Any) -> str:
        """The filled template; `.html` is escaped, `.txt` is not."""
        text = template.endswith(".txt")
        environment = _environment(self._translations, self._templates, self._zone, lang, text)
        return environment.get_template(template).render(lang=lang, **values)

    def gettext(self, words: str, lang: str) -> str:
        """One sentence in a language."""
        return str(_catalogue(self._translations, lang).gettext(words))

    def ngettext(self, one: str, many: str, count: int, lang: str) -> str:
        """A sentence about a number in a language, the number filled in."""
        return str(_catalogue(self._translations, lang).ngettext(one, many, count)) % {"num": count}

    def day(self, value: date | None, lang: str) -> str:
        """A calendar day in words of a language."""
        return written_day(value, lang, "long")


# Read once per process: a catalogue has thousands of sentences, and a letter asks for dozens of them.
@cache
def _catalogue(translations: Path, lang: str) -> NullTranslations:
    return Translations.load(str(translations), [lang])


@cache
def _environment(translations: Path, templates: Path, zone: str, lang: str, text: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=select_autoescape(["html", "svg"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=not text,  # in a letter the newline after a sentence is the end of its paragraph
        lstrip_blocks=not text,
    )
    environment.install_gettext_translations(_catalogue(translations, lang), newstyle=True)  # type: ignore[attr-defined]
    environment.filters["day"] = lambda value: written_day(value, lang, "long")
    environment.filters["month"] = lambda value: written_month(value, lang)
    environment.filters["moment"] = lambda value: written_moment(value, lang, zone, "long")
    return environment
