"""What a text must say and may not say (CON-05..09, CON-13, EMP-01, SIG-01), and that our own texts are clean."""

from __future__ import annotations

import pytest

from models import texts
from models.errors import Invalid
from models.lint import NOTICE, Severity, lint, plain, reading
from models.trail import Trace
from models.wording import LOCALES, Wording, WordingKind

ITEMS = [item.code for item in NOTICE]
PAPERS = ("minor", "employee", "patient")


def codes(kind, body, locale="en", *, title="May we?", recognition=""):
    return [finding.code for finding in lint(kind, title, body, recognition, locale)]


def whole(locale, *, without=""):
    """A text that says every item by its ready sentence but one."""
    ready = texts.sentences("general", locale)
    return "\n\n".join(ready[item] for item in ITEMS if item != without)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", [kind.value for kind in WordingKind])
def test_our_own_texts_are_clean(kind, locale):
    """CON-05..07, EMP-01: as kept with placeholders, and as published."""
    text = texts.ours(kind)[locale]
    for body in (text["body"], texts.written_out(kind, text["body"], locale)):
        assert lint(kind, text["title"], body, text["recognition"], locale) == []
    published = texts.written_out(kind, text["body"], locale)
    assert set(texts.HOLE.findall(published)) <= texts.FACTS
    for part in (published, text["recognition"]):
        assert reading(part, locale)[0] <= 15


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("item", [item for item in ITEMS if item != "contact"])
def test_each_item_left_out_is_named(item, locale):
    """CON-05: removing any of the items of the notice is found, and that one alone."""
    assert codes("general", whole(locale), locale) == []
    assert codes("general", whole(locale, without=item), locale) == [item]
    by_placeholder = whole(locale, without=item) + f"\n\n{{{item}}}"
    assert codes("general", by_placeholder, locale) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_an_address_to_write_to_is_needed(locale):
    assert codes("general", whole(locale).replace("{contact}", "us"), locale) == ["contact"]


@pytest.mark.both_engines
@pytest.mark.parametrize("item", ["dpo", "rights", "authority"])
def test_publishing_fails_with_the_item_s_name(house, item):
    """CON-05, CON-06: nothing is kept, and the sentence says what is missing."""
    wording = Wording.current()[0]
    with pytest.raises(Invalid) as refusal:
        wording.publish(
            {"en": {"title": "May we?", "body": whole("en", without=item), "recognition": ""}}, by="system"
        )
    words = next(entry.words for entry in NOTICE if entry.code == item)
    assert (refusal.value.words, refusal.value.field) == (words, "body-en")
    assert wording.number == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("waiver", words) for words in (
            "This is irrevocable.", "You irrevocably agree.", "irrevocability", "You waive your rights.", "She waives it.", "waived",
            "a waiver", "waivers", "waiving", "in perpetuity", "perpetual", "perpetually", "forever and ever",
            "We may use it forever.", "give up your rights", "irre\u00advocable", "irre-\nvocable", "in\nperpetuity",
            "Dit is onherroepelijk.", "onherroepelijke toestemming", "onherroepbaar", "U doet afstand van uw portretrecht",
            "afstand van portretrecht", "ik doe hierbij afstand", "afstand te doen", "afstand gedaan", "eeuwigdurend", "eeuwigdurende",
            "on\u00adher\u00adroe\u00adpe\u00adlijk", "Das ist unwiderruflich.", "unwiderrufliche", "unwiderruflichen", "Ich verzichte.",
            "verzichtet", "Verzicht", "Verzichtserklärung", "auf Dauer", "zeitlich unbegrenzt", "UNWIDER-\nruflich",
        )
    ]
    + [
        ("everything", words) for words in (
            "in all media", "all our channels", "all promotional channels", "any purpose", "all available promotional channels",
            "in alle media", "alle beschikbare kanalen", "beschikbare promotiekanalen", "alle doeleinden", "in allen Medien",
            "alle Medien", "alle verfügbaren Kanäle", "sämtliche Medien",
        )
    ]
    + [
        ("identity", words) for words in (
            "your date of birth", "a copy of your ID", "your passport", "identity card", "national insurance number",
            "uw BSN", "burgerservicenummer", "kopie van uw ID", "geboortedatum", "identiteitsbewijs", "Ihr Geburtsdatum",
            "Personalausweis", "Steuer-ID",
        )
    ]
    + [
        ("signature", words) for words in (
            "a qualified signature", "an advanced electronic signature", "gekwalificeerde handtekening",
            "geavanceerde elektronische handtekening", "qualifizierte elektronische Signatur", "fortgeschrittene Signatur",
        )
    ]
    + [("contract", words) for words in ("The parties", "This agreement", "deze overeenkomst", "dieser Vertrag", "quitclaim")],
)  # fmt: skip
def test_words_that_do_not_belong_stop_the_text(code, words):
    """CON-06, CON-07, CON-13, SIG-01: in every inflection, over line breaks and soft hyphens, in any part, with the place shown."""
    for part in ("title", "body", "recognition"):
        parts = {
            "title": "May we?",
            "body": whole("en"),
            "recognition": texts.ours("general")["en"]["recognition"],
        }
        parts[part] += " " + words
        found = lint("general", parts["title"], parts["body"], parts["recognition"], "en")
        assert [(one.code, one.field, one.severity) for one in found] == [
            (code, f"{part}-en", Severity.STOPS)
        ]
        assert found[0].excerpt


@pytest.mark.parametrize("words", [
    "Stand at a distance.", "op een afstand van drie meter", "We keep all photos.", "alle foto's",
    "auf der Station", "Write to all parents.", "We use it for no other purpose, not for any other channel.", "voor geen enkel ander doel",
])  # fmt: skip
def test_plain_words_are_left_alone(words):
    assert codes("general", f"{whole('en')}\n\n{words}") == []


@pytest.mark.parametrize(("code", "words"), [
    ("naming", "We print your name under the photo."), ("naming", "Uw naam onder de foto."), ("training", "We train AI with it."),
    ("training", "kunstmatige intelligentie"), ("recognition", "We use face recognition."), ("recognition", "Gesichtserkennung"),
])  # fmt: skip
def test_a_question_of_its_own_is_advised(code, words):
    """CON-09, BIO-02: bundling is advised against, and publishing goes on."""
    found = [
        one for one in lint("general", "May we?", f"{whole('en')}\n\n{words}", "", "en") if one.code == code
    ]
    assert [one.stops for one in found] == [False]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", PAPERS)
def test_who_depends_on_us_reads_that_a_no_is_free(kind, locale):
    """EMP-01: no consequence, and no part of contract or admission papers."""
    ready = texts.sentences(kind, locale)
    body = texts.ours(kind)[locale]["body"]
    for item in ("refusal", "papers"):
        assert item in codes(kind, body.replace(f"{{{item}}}", ""), locale)
    assert {"refusal", "papers"} <= ready.keys()


@pytest.mark.parametrize("locale", LOCALES)
def test_a_patient_s_text_is_explicit_and_names_health(locale):
    """SPC-01."""
    assert codes("patient", whole(locale), locale) == ["papers", "explicit", "health"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_recognition_text_is_explicit_and_offers_the_same_by_hand(locale):
    """BIO-02, BIO-03."""
    assert codes("recognition", whole(locale), locale) == ["explicit", "alternative"]
    assert codes("general", whole(locale), locale, recognition="May the computer name you?") == [
        "alternative"
    ]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_contract_names_both_sides_and_is_not_taken_back(locale):
    """Section 1.6: consideration and term; no wording of consent."""
    body = texts.ours("contract")[locale]["body"]
    without = body.replace("{until}", "").replace("{fee}", "")
    assert "until" in codes("contract", without, locale)
    assert set(codes("contract", whole(locale), locale)) == {"fee", "no-consent"}


def test_an_unknown_placeholder_and_an_empty_title_are_named():
    found = lint("general", " ", whole("en") + " {shoe_size}", "", "en")
    assert [(one.code, one.field) for one in found] == [("title", "title-en"), ("placeholder", "body-en")]
    assert found[1].sentence() == "This placeholder isn't known: {shoe_size}"


def test_heavy_sentences_are_advised_against_in_words():
    long = " ".join(["word"] * 200) + "."
    found = {
        one.code: one
        for one in lint("general", "May we?", f"{whole('en')}\n\n{long} {long} {long}", "", "en")
    }
    assert not found["sentences"].stops
    assert "words on average; most people read up to 15 easily" in found["sentences"].sentence()
    assert "long-words" in {
        one.code for one in lint("general", "May we?", whole("en") + " communications" * 30 + ".", "", "en")
    }


def test_a_text_without_end_is_refused_before_it_is_searched():
    """A text of half a megabyte costs no time."""
    assert codes("general", "keep " * 100_000) == ["length"]
    codes("general", "keep " * 3_999)


def test_what_cannot_be_seen_is_read_too():
    assert plain("irre\u00adv\u200bo-\n cable  now") == "irrevocable now"


@pytest.mark.both_engines
def test_a_fresh_house_has_all_seven_kinds_the_general_one_first(house):
    texts_ = Wording.current()
    assert texts_[0].kind is WordingKind.GENERAL
    assert {row.kind for row in texts_} == set(WordingKind)
    assert all(len(row.in_all_languages()) == 3 for row in texts_)
    assert Trace.select().where(Trace.action == "wording.published").count() == len(WordingKind)
