"""What a text must say and may not say before people are asked with it (CON-05..09, CON-13, EMP-01, SIG-01), in plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as made
from enum import StrEnum
from typing import Any

from models import lint_words as words
from models import texts
from models.errors import Invalid, _l


class Severity(StrEnum):
    """Whether a finding stops publishing or only advises."""

    STOPS = "stops"
    ADVISES = "advises"


@dataclass(frozen=True)
class Finding:
    """One thing about a text: where (`field` as in the form), what in words to translate, and the piece of text meant."""

    code: str
    field: str
    words: str
    values: dict[str, Any] = made(default_factory=dict)
    excerpt: str = ""
    severity: Severity = Severity.STOPS
    source: str = ""  # for the privacy officer: where the law says so
    insert: bool = False  # there is a ready sentence to put in

    @property
    def stops(self) -> bool:
        """Whether the text can't be published so."""
        return self.severity is Severity.STOPS

    def sentence(self, translate: Callable[[str], Any] = str) -> str:
        """The words with their values filled in, through the given gettext function."""
        said = str(translate(self.words))
        return said % self.values if self.values else said

    def refusal(self) -> Invalid:
        """The same as a refusal of the form."""
        return Invalid(self.words, field=self.field, **self.values)


@dataclass(frozen=True)
class Item:
    """Something the text must say, and where the law asks for it."""

    code: str
    words: str
    source: str


# The thirteen items of Art. 13(1)-(2) GDPR, and how long the yes counts (CON-05).
NOTICE = (
    Item("organisation", _l("Say who asks: the name of your organisation."), "Art. 13(1)(a)"),
    Item("contact", _l("Say where people can write to you."), "Art. 13(1)(a)"),
    Item("dpo", _l("Say how to reach your data protection officer."), "Art. 13(1)(b)"),
    Item("uses", _l("Say what the photos are used for."), "Art. 13(1)(c)"),
    Item("basis", _l("Say what allows you to use the photos."), "Art. 13(1)(c)"),
    Item("recipients", _l("Say who gets to see or receives the photos."), "Art. 13(1)(e)"),
    Item("transfers", _l("Say whether photos go outside Europe."), "Art. 13(1)(f)"),
    Item("until", _l("Say until which day it counts."), "Art. 13(2)(a)"),
    Item("retention", _l("Say how long you keep what was signed."), "Art. 13(2)(a)"),
    Item("rights", _l("Say what people may ask of you: to see it, correct it, erase it, restrict it, take it with them, object."),
         "Art. 13(2)(b)"),
    Item("withdraw", _l("Say that people can change their mind on any day."), "Art. 13(2)(c)"),
    Item("authority", _l("Say where people can complain."), "Art. 13(2)(d)"),
    Item("refusal", _l("Say that nobody has to say yes, and that a no has no consequences."), "Art. 13(2)(e)"),
    Item("decisions", _l("Say that no computer decides about people."), "Art. 13(2)(f)"),
)  # fmt: skip
_PAPERS = Item(
    "papers", _l("Say that this is no part of a contract or of papers people sign to get in."), "Art. 7(4)"
)
_EXPLICIT = Item("explicit", _l("Say that you ask for an explicit yes."), "Art. 9(2)(a)")
KINDS: dict[str, tuple[Item, ...]] = {
    "minor": (_PAPERS,),
    "employee": (_PAPERS,),
    "patient": (
        _PAPERS, _EXPLICIT,
        Item("health", _l("Say that the photo can show something about someone's health."), "Art. 9(1)"),
    ),
    "recognition": (
        _EXPLICIT,
        Item("alternative", _l("Say what you do instead when someone says no: naming by hand."), "Art. 7(4)"),
    ),
    "contract": (Item("fee", _l("Say what the person gets for it. A contract needs something from both sides."), "Art. 6(1)(b)"),),
}  # fmt: skip
ONLY_CONSENT = frozenset({"withdraw"})  # a contract is ended, not taken back (section 1.6)


@dataclass(frozen=True)
class Rule:
    """Words that don't belong in a text; `but` names the one kind of text where they do, `only` the one they are kept from."""

    code: str
    pattern: str
    words: str
    source: str
    severity: Severity = Severity.STOPS
    but: str = ""
    only: str = ""
    apart: bool = False  # the separate question about recognition may say it


RULES = (
    Rule("waiver", words.WAIVER, _l("Nobody can sign away the right to change their mind. Take this out."), "Art. 7(3)"),
    Rule("everything", words.EVERYTHING, _l("A yes to everything is no yes. Name the uses; {uses} does that for you."), "Art. 6(1)(a)"),
    Rule("identity", words.IDENTITY, _l("Don't ask for papers, numbers or birth dates: a name is enough here."), "Art. 5(1)(c)"),
    Rule("signature", words.SIGNATURE, _l("Signing by link is a simple signature. Don't call it more than that."), "eIDAS Art. 26"),
    Rule("contract", words.CONTRACT, _l("This sounds like a contract, but people can take back their yes. Use other words."), "Art. 7(2)",
         but="contract"),
    Rule("no-consent", r"change your mind|take back your yes|because you agree|\bbedenken\b|omdat u (?:dat|het) goed|anders überlegen"
         r"|weil sie einwilligen|withdraw your consent|toestemming intrekken|einwilligung widerrufen",
         _l("This is a contract: people end it, they don't take it back. Say how it can be ended."), "Art. 6(1)(b)", only="contract"),
    Rule("naming", words.NAMING, _l("Showing someone's name is a question of its own. Make it a use and leave it out here."),
         "Art. 5(1)(b)", Severity.ADVISES),
    Rule("training", words.TRAINING, _l("Training artificial intelligence is a question of its own. Make it a use and leave it out here."),
         "Art. 5(1)(b)", Severity.ADVISES),
    Rule("recognition", words.RECOGNITION, _l("Face recognition is a question of its own. Move this to the separate question below."),
         "Art. 7(2)", Severity.ADVISES, but="recognition", apart=True),
)  # fmt: skip

MOST_WORDS = 15  # per sentence on average: what most people read easily (B1)
# Beyond this nobody reads it, and looking through it would hold the web process.
MOST_LETTERS = 20_000
MOST_LONG = 0.08  # share of long words
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def lint(kind: str, title: str, body: str, recognition: str, locale: str) -> list[Finding]:
    """Everything there is to say about a text of a kind in a language, what stops publishing first."""
    parts = {"title": title, "body": body, "recognition": recognition}
    if too_long := list(_too_long(parts, locale)):
        return too_long
    found = [
        *_untitled(title, locale),
        *_unknown(parts, locale),
        *_missing(kind, body, locale),
        *_bundled(kind, recognition, locale),
        *_forbidden(kind, parts, locale),
        *_heavy(kind, body, locale),
    ]
    return sorted(found, key=lambda finding: not finding.stops)


def plain(text: str) -> str:
    """The text as it reads: without invisible characters, words broken over lines joined, and every space alike."""
    clean = unicodedata.normalize("NFKC", text).translate(_UNSEEN).replace("’", "'").replace("\u2010", "-")
    return " ".join(re.sub(r"(?<=\w)-[ \t]*\r?\n\s*(?=[a-zà-ÿ])", "", clean).split())


def _too_long(parts: dict[str, str], locale: str) -> Iterator[Finding]:
    for part, text in parts.items():
        if len(text) > MOST_LETTERS:
            words_ = _l("This is far too long to be read: keep it under %(most)s characters.")
            yield Finding("length", f"{part}-{locale}", words_, {"most": MOST_LETTERS})


def _untitled(title: str, locale: str) -> Iterator[Finding]:
    if not title.strip():
        yield Finding("title", f"title-{locale}", _l("Give the text a title."))


def _unknown(parts: dict[str, str], locale: str) -> Iterator[Finding]:
    known = set(texts.placeholders())
    for part, text in parts.items():
        for name in dict.fromkeys(texts.HOLE.findall(text)):
            if name not in known:
                words_ = _l("This placeholder isn't known: {%(name)s}")
                yield Finding("placeholder", f"{part}-{locale}", words_, {"name": name})


def _missing(kind: str, body: str, locale: str) -> Iterator[Finding]:
    ready, body = texts.sentences(kind, locale), texts.written_out(kind, body, locale)
    for item in (*NOTICE, *KINDS.get(kind, ())):
        if kind == "contract" and item.code in ONLY_CONSENT:
            continue
        if not says(item.code, body, locale):
            yield Finding(
                item.code, f"body-{locale}", item.words, source=item.source, insert=item.code in ready
            )


def says(item: str, body: str, locale: str) -> bool:
    """Whether a text says this: by its placeholder, or in words of its own that are known to say it."""
    text = plain(body)
    if f"{{{item}}}" in text:
        return True
    known = words.SAID[locale].get(item)
    # A name, an address or a day is different for each request: only the placeholder can say it; a complaint needs its address.
    if known is None or item == "authority":
        return False
    return all(re.search(pattern, text, re.IGNORECASE) for pattern in known)


def _bundled(kind: str, recognition: str, locale: str) -> Iterator[Finding]:
    """The separate question must offer the same by hand (BIO-02)."""
    if recognition.strip() and not says("alternative", recognition, locale):
        item = KINDS["recognition"][1]
        yield Finding(
            item.code, f"recognition-{locale}", item.words, source=item.source, insert=kind != "contract"
        )


def _forbidden(kind: str, parts: dict[str, str], locale: str) -> Iterator[Finding]:
    for rule in RULES:
        if rule.but == kind or (rule.only and rule.only != kind):
            continue
        for part, text in parts.items():
            if part == "recognition" and rule.apart:
                continue
            clean = plain(text)
            hit = re.search(rule.pattern, clean, re.IGNORECASE)
            if hit:
                excerpt = _around(clean, hit.start(), hit.end())
                yield Finding(
                    rule.code, f"{part}-{locale}", rule.words, {}, excerpt, rule.severity, rule.source
                )


def _around(text: str, start: int, end: int) -> str:
    begin, stop = text.rfind(" ", 0, max(0, start - 25)) + 1, text.find(" ", end + 25)
    stop = len(text) if stop < 0 else stop
    return f"{'… ' if begin else ''}{text[begin:stop]}{' …' if stop < len(text) else ''}"


def _heavy(kind: str, body: str, locale: str) -> Iterator[Finding]:
    mean, share = reading(texts.written_out(kind, body, locale), locale)
    where = f"body-{locale}"
    if mean > MOST_WORDS:
        words_ = _l("Sentences of %(mean)s words on average; most people read up to %(most)s easily.")
        yield Finding(
            "sentences", where, words_, {"mean": round(mean), "most": MOST_WORDS}, severity=Severity.ADVISES
        )
    if share > MOST_LONG:
        words_ = _l("%(share)s of 100 words are long. Shorter words are read by more people.")
        yield Finding("long-words", where, words_, {"share": round(share * 100)}, severity=Severity.ADVISES)


def reading(text: str, locale: str) -> tuple[float, float]:
    """How hard a text is to read: words per sentence on average, and the share of long words."""
    clean = texts.HOLE.sub("x", text)
    sentences = [re.findall(r"[\w'’-]+", part) for part in re.split(r"[.!?:](?=\s|$)|\n+", clean)]
    spoken = [part for part in sentences if part]
    flat = [word for part in spoken for word in part]
    long = [word for word in flat if len(word) >= words.LONG_WORD[locale]]
    return (len(flat) / len(spoken), len(long) / len(flat)) if flat else (0.0, 0.0)
