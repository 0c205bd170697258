"""What each row of a list comes to (MIG-01, MIG-02, MIG-05, CON-07, CON-13): a table of cells and verdicts, and any garbage."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import clock
from models.import_rows import (
    Field,
    Refused,
    Row,
    Rules,
    Verdict,
    day_of,
    guess,
    judge,
    summary,
)

TODAY = date(2026, 11, 24)
USES = {
    "website": ["Website", "Website"],
    "press": ["Press", "Pers", "Presse"],
    "print": ["Printed matter", "Drukwerk", "Druck"],
}
RULES = Rules(USES, TODAY, "", frozenset({"noor.pdf"}))
HEADERS = ["Naam", "E-mail", "Website", "Pers", "Getekend op", "Geldig tot", "Formulier"]
MAPPING = guess(HEADERS, USES)
GOOD = {
    "Naam": "Noor Voorbeeld", "E-mail": "noor@people.example", "Website": "ja", "Pers": "nee", "Getekend op": "2026-06-30",
    "Geldig tot": "2027-06-30", "Formulier": "noor.pdf",
}  # fmt: skip


def of(rules=RULES, mapping=MAPPING, **cells) -> Row:
    return judge(2, {**GOOD, **cells}, mapping, rules)


def words(row):
    return " ".join(said % values for said, values in row.notes)


def test_columns_are_guessed_in_three_languages():
    assert MAPPING == {
        "Naam": "name", "E-mail": "email", "Website": "use:website", "Pers": "use:press", "Getekend op": "signed_on",
        "Geldig tot": "valid_until", "Formulier": "file",
    }  # fmt: skip
    german = guess(["Name", "Geburtsdatum", "Druck", "Gültig bis", "Unterschrieben am", "BSN"], USES)
    assert german == {
        "Name": "name", "Geburtsdatum": "born", "Druck": "use:print", "Gültig bis": "valid_until",
        "Unterschrieben am": "signed_on",
    }  # fmt: skip


def test_a_complete_row_with_its_form():
    row = of()
    assert (row.verdict, row.yes, row.no, row.valid_until) == (
        Verdict.DOCUMENTED,
        ["website"],
        ["press"],
        date(2027, 6, 30),
    )


@pytest.mark.parametrize(
    ("cells", "verdict", "says"),
    [
        ({"Naam": " "}, Verdict.REJECTED, "no name"),
        ({"Getekend op": "03/04/2024"}, Verdict.REJECTED, "two different days"),
        ({"Getekend op": "30/06/2026"}, Verdict.DOCUMENTED, "Complete"),
        ({"Getekend op": "06/30/2026"}, Verdict.DOCUMENTED, "Complete"),
        ({"Getekend op": "05.05.2026"}, Verdict.DOCUMENTED, "Complete"),
        ({"Getekend op": "30-6-26"}, Verdict.REJECTED, "two digits"),
        ({"Getekend op": "31/02/2026"}, Verdict.REJECTED, "no date"),
        ({"Getekend op": "last summer"}, Verdict.REJECTED, "no date"),
        ({"Getekend op": "2027-01-01"}, Verdict.REJECTED, "not come yet"),
        ({"Getekend op": ""}, Verdict.UNPROVED, "day it was signed is missing"),
        ({"Geldig tot": "2026-01-01"}, Verdict.REJECTED, "ends before it was signed"),
        ({"Geldig tot": "onbeperkt"}, Verdict.DOCUMENTED, "2028-06-30, 24 months"),
        ({"Geldig tot": ""}, Verdict.DOCUMENTED, "24 months"),
        ({"Formulier": ""}, Verdict.UNPROVED, "no signed form"),
        ({"Formulier": "lost.pdf"}, Verdict.UNPROVED, "“lost.pdf” is not among"),
        ({"Formulier": "C:\\scans\\noor.pdf"}, Verdict.DOCUMENTED, "Complete"),
        ({"Website": "misschien"}, Verdict.UNPROVED, "neither yes nor no"),
        ({"Website": "=1+1"}, Verdict.REJECTED, "holds a formula"),
        ({"E-mail": "nobody"}, Verdict.DOCUMENTED, "no e-mail address"),
        ({"Website": "", "Pers": "nee"}, Verdict.DOCUMENTED, "A no counts at once"),
    ],
)  # fmt: skip
def test_rows(cells, verdict, says):
    row = of(**cells)
    assert (row.verdict, says in words(row)) == (verdict, True), words(row)


@pytest.mark.parametrize(
    "text",
    [
        "all media",
        "alle promotiekanalen",
        "portretrecht geregeld",
        "sämtliche Kanäle",
        "ja",
        "beschikbare promotiekanalen",
    ],
)
def test_words_that_say_nothing_grant_nothing(text):
    """CON-07, MIG-05."""
    row = of(mapping={"Naam": "name", "Pers": "uses", "Getekend op": "signed_on"}, Pers=text)
    assert (row.verdict, row.vague, row.yes) == (Verdict.UNPROVED, True, [])


def test_a_list_of_uses_in_one_column():
    row = of(mapping={"Naam": "name", "Pers": "uses"}, Pers="Website; Drukwerk, Vans")
    assert (row.yes, row.vague) == (["website", "print"], True)


def test_what_is_not_needed_is_left_out():
    """CON-13: an adult's birth date, and anything that looks like a national number."""
    mapping = {**MAPPING, "Geboren": "born"}
    row = judge(2, {**GOOD, "Geboren": "1980-02-03", "Nummer": "123456782"}, mapping, RULES)
    assert row.born is None
    assert "birth date of an adult" in words(row)
    assert "“Nummer” looks like a personal number" in words(row)
    child = judge(2, {**GOOD, "Geboren": "2015-02-03"}, mapping, RULES)
    assert (child.born, child.verdict) == (date(2015, 2, 3), Verdict.UNPROVED)
    assert "without a parent" in words(child)


def test_the_order_of_dates_settles_what_is_ambiguous():
    assert day_of("03/04/2024", "dmy", "x") == date(2024, 4, 3)
    assert day_of("03/04/2024", "mdy", "x") == date(2024, 3, 4)
    with pytest.raises(Refused):
        day_of("03/04/2024", "", "x")


def test_months_end_where_months_end():
    assert clock.months_after(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert clock.months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert clock.months_after(date(9999, 12, 31), 24) == date(9999, 12, 31)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*HEADERS, "Other"]), st.text(max_size=40)),
    st.sampled_from(["", "dmy", "mdy", "ymd"]),
)
def test_any_garbage_gets_a_verdict_and_never_a_yes_by_itself(cells, order):
    row = judge(2, cells, MAPPING, Rules(USES, TODAY, order, frozenset({"noor.pdf"})))
    assert row.verdict in (Verdict.DOCUMENTED, Verdict.UNPROVED, Verdict.REJECTED)
    assert row.verdict is not Verdict.DOCUMENTED or row.no or (row.signed_on and row.file == "noor.pdf")
    assert sum(summary([row]).values()) == 1


def test_every_kind_of_column_has_a_header_somebody_would_write():
    named = guess([field.value for field in Field], USES)
    assert set(named.values()) == {field.value for field in Field}
