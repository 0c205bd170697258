"""The schedule's page and the month in numbers, on screen, paper and as a table (GOV-09, AUD-06, ACC-03)."""

from __future__ import annotations

import csv
import io

import pdfua
import pikepdf
import pytest

from models import charts, monthly, retaining
from models.base import db
from models.disposition import Disposition
from models.errors import Missing
from models.monthly import Month
from models.trail import Trace
from tests.makers import Browser


def test_the_schedule_is_the_privacy_officers(house, web):
    """Others find no such page; who sets a longer term without a reason gets the form back, with the words beside it."""
    assert Browser(web).log_in(house.user("admin")).get("/compliance/retention").status_code == 403
    browser = Browser(web).log_in(house.user("dpo"))
    retaining.tonight()
    assert "24 months" in browser.get("/compliance/retention").get_data(as_text=True)
    answer = browser.post("/compliance/retention/evidence", {"amount": "7"})
    assert (answer.status_code, "needs a reason" in answer.get_data(as_text=True)) == (422, True)
    assert (
        browser.post(
            "/compliance/retention/evidence", {"amount": "7", "why": "a claim is announced"}
        ).status_code
        == 303
    )
    assert "a claim is announced" in browser.get("/compliance/retention").get_data(as_text=True)


def test_several_photos_are_decided_about_at_once(house, web):
    """All or none, with one reason and one day; asking lets them wait once more."""
    dpo = house.user("dpo")
    editor = house.user("editor")
    photos = [house.photo(house.album(f"Shoot {number}", by=editor), by=editor) for number in range(3)]
    with db.atomic():
        from models import disposition

        disposition.queue([(None, photo.id) for photo in photos], "review")
    codes = [row.code for row in Disposition.select().order_by(Disposition.id)]
    browser = Browser(web).log_in(dpo)
    assert browser.post("/dispositions/decisions", {"decision": "keep", "code": codes[:2]}).status_code == 422
    assert Disposition.select().where(Disposition.decided_at.is_null()).count() == 3
    answer = browser.post(
        "/dispositions/decisions",
        {"decision": "keep", "ground": "the archive of the house", "code": codes[:2]},
    )
    assert answer.status_code == 303
    assert [bool(row.review_on) for row in Disposition.select().order_by(Disposition.id)] == [
        True,
        True,
        False,
    ]
    assert [
        browser.post(f"/dispositions/{codes[2]}/decision", {"decision": "ask"}).status_code for _ in range(2)
    ] == [303, 409]
    assert "Waiting for 0 days" in browser.get("/dispositions").get_data(as_text=True)


@pytest.mark.both_engines
def test_a_month_is_kept_as_it_was(house, later):
    """Kept once, after its end; later acts change no earlier month, and what was never kept is not made up."""
    from adapters import clock

    with db.atomic():
        Trace.leave("system", "photo.viewed")
    assert monthly.keep() is False, "the house did not stand a month ago"
    name = monthly.this_month().name
    later(days=32)
    assert [monthly.keep(), monthly.keep()] == [True, False]
    kept = Month.get(Month.month == monthly.this_month().after(-1).name)
    editor = house.user("editor")
    house.photo(house.album(by=editor), by=editor)
    span, numbers, at = monthly.of(kept.month)
    assert (numbers["photos"], at, numbers) == (0, kept.at, kept.numbers)
    assert monthly.of("")[1]["photos"] == 1
    assert monthly.kept() == [monthly.this_month().name, span.name]
    for odd in ("1999-01", "2026-13", "x", "2026-1a", f"{clock.now().year + 9}-01"):
        with pytest.raises(Missing):
            monthly.of(odd)
    assert name <= span.name


def test_the_month_on_paper_is_one_page_everybody_can_read(house, web, tmp_path):
    """PDF/UA as an independent checker has it, one page in each language, a text for each drawing, and the same numbers as CSV."""
    for lang in ("en", "nl", "de"):
        data = charts.paper("", lang)
        paper = pikepdf.open(io.BytesIO(data))
        assert (len(paper.pages), str(paper.Root.Lang)) == (1, lang)
        path = tmp_path / f"{lang}.pdf"
        path.write_bytes(data)
        findings = [
            (found.rule_id, found.message)
            for found in pdfua.validate(str(path)).findings
            if found.severity is pdfua.Severity.ERROR
        ]
        assert findings == []
    browser = Browser(web).log_in(house.user("dpo"))
    text = browser.get("/compliance/report").get_data(as_text=True)
    assert text.count('role="img"') == 7
    assert "style=" not in text
    rows = list(csv.DictReader(io.StringIO(browser.get("/compliance/report.csv").get_data(as_text=True))))
    assert {row["what"] for row in rows} == set(monthly.count(monthly.this_month()))
    assert browser.get("/compliance/report.pdf").data.startswith(b"%PDF-")
    assert browser.get("/compliance/report?month=1999-01").status_code == 404
    assert Browser(web).log_in(house.user("editor")).get("/compliance/report").status_code == 403


@pytest.mark.both_engines
def test_a_month_holds_numbers_and_no_colleague(house):
    """AUD-06: neither a name nor the code of a user stands in what is kept."""
    user = house.user("editor", name="Eva Editor")
    numbers = str(monthly.count(monthly.this_month()))
    assert user.code not in numbers
    assert "Eva" not in numbers
