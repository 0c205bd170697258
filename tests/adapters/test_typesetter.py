"""Letters in the reader's language, in paragraphs; papers escaped (issue part 5)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from jinja2 import UndefinedError

from adapters.dates import written_day, written_moment
from adapters.typesetter import Typesetter
from tests.house.tree import HERE


@pytest.fixture(scope="module")
def set_in():
    """The house's own templates in three languages."""
    return Typesetter(HERE / "translations", HERE / "templates", "Europe/Amsterdam").set


@pytest.mark.parametrize(("lang", "subject"), [("en", "Your code"), ("nl", "Uw code"), ("de", "Ihr Code")])
def test_a_letter_has_a_subject_and_paragraphs(set_in, lang, subject):
    paragraphs = (
        set_in("mail/code.txt", lang, organisation="De Linde", name="Noor", code="123456")
        .strip()
        .split("\n\n")
    )
    assert (paragraphs[0], paragraphs[3], paragraphs[-1]) == (subject, "123456", "De Linde")
    assert len(paragraphs) == 6


@pytest.mark.parametrize("minor", [True, False])
def test_a_request_reads_well_with_its_link_alone(set_in, minor):
    text = set_in(
        "mail/request.txt", "nl", organisation="De Linde", name="Noor", person="Sami", minor=minor, uses=["Website", "Pers"],
        link="https://x.example/sign/a", expires=datetime(2027, 1, 2, 12, tzinfo=UTC),
    )  # fmt: skip
    paragraphs = text.strip().split("\n\n")
    assert "https://x.example/sign/a" in paragraphs
    assert "Website, Pers" in paragraphs[2]
    assert ("Sami" in paragraphs[2]) is minor
    assert "2 januari 2027, 13:00" in text


def test_what_is_not_given_is_an_error_and_never_a_blank(set_in):
    with pytest.raises(UndefinedError):
        set_in("mail/code.txt", "en", organisation="De Linde", name="Noor")


def test_pages_are_escaped_and_letters_are_not(set_in):
    page = set_in(
        "mail/letter.html", "en", subject="<b>", paragraphs=["<script>", "https://x.example", "123456"]
    )
    assert "<script>" not in page
    assert '<a href="https://x.example">' in page
    assert "<strong>123456</strong>" in page
    letter = set_in("mail/code.txt", "en", organisation="A & B", name="<Noor>", code="1")
    assert "A & B" in letter
    assert "<Noor>" in letter


def test_days_are_written_as_europe_does():
    assert written_day(date(2026, 11, 24), "en", "long") == "24 November 2026"
    assert written_day(date(2026, 11, 24), "de", "long") == "24. November 2026"
    assert (
        written_moment(datetime(2026, 7, 1, 22, 5, 9, tzinfo=UTC), "nl", "Europe/Amsterdam")
        == "2 jul 2026, 00:05"
    )
    assert (
        written_moment(datetime(2026, 7, 1, 22, 5, 9, tzinfo=UTC), "en", "Europe/Amsterdam", "exact")
        == "2 Jul 2026, 00:05:09"
    )
    assert (written_day(None, "en"), written_moment(None, "en", "Europe/Amsterdam")) == ("", "")
