"""Ask, sign by link, look into the receipt, download, take it back: the next request is refused (issue part 5, WDR-01..03)."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile

import pytest

from models import faces
from models.consent import Consent, Line, Withdrawal, withdraw
from models.draft import Draft
from models.errors import Gone
from models.notice import Notice
from models.request import Request
from models.trail import Trace, verify
from tests.makers import Browser, picture

pytestmark = pytest.mark.both_engines


@pytest.fixture
def walk(house, web, drain):
    return Walk(house, web, drain)


class Walk:
    """A house with one photo of one person, an editor at her desk and a visitor with a phone."""

    def __init__(self, house, web, drain):
        self.house, self.web, self.drain = house, web, drain
        self.editor = house.user("editor", name="Eva Editor")
        self.desk = Browser(web).log_in(self.editor)
        self.phone = Browser(web)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example", locale="nl")
        self.photo = house.photo(house.album(by=self.editor), by=self.editor)
        drain()
        faces.add_person(self.photo, self.noor, by=self.editor)
        self.photo.review(by=self.editor)

    def ask(self, *uses, **more):
        page = self.desk.get(f"/consents/ask?person={self.noor.code}&photo={self.photo.code}&use=website")
        assert page.status_code == 200
        wording = re.search(r'<option value="([^"]+)"[^>]*>Photos of you<', page.text)[1]
        answer = self.desk.post(
            "/consents/ask",
            {"person": self.noor.code, "photo": self.photo.code, "use": list(uses) or ["website", "press"], "wording": wording,
             "way": "mail", "scope": "all", **more},
        )  # fmt: skip
        assert answer.status_code == 303, answer.text
        self.drain()
        return Request.select().order_by(Request.id.desc()).first()

    def letters(self):
        return self.house.letters()

    def seal(self, url):
        page = self.phone.get(url)
        assert page.status_code == 200, page.text
        return re.search(r'name="seal" value="([^"]+)"', page.text)[1]

    def sign(self, path, **answers):
        seal = self.seal(path)
        return self.phone.client.post(
            path + "?lang=nl", data={"seal": seal, "signer": "Noor Voorbeeld", **answers}
        )


def words_of(pdf):
    """The text of a PDF, by poppler."""
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def test_from_the_letter_to_the_withdrawal(walk):
    request = walk.ask()
    letter = walk.letters()[-1]
    assert letter["To"].addresses[0].addr_spec == "noor@people.example"
    path = re.search(r"http://localhost(/sign/\S+)", letter.get_body(("plain",)).get_content())[1]

    answer = walk.phone.get(path)
    assert answer.headers.get("Set-Cookie") is None
    assert "checked" not in answer.text
    assert Request.get_by_id(request.id).used_at is None, "looking never signs"

    open_question = walk.sign(path, **{"use-website": "yes"})
    assert open_question.status_code == 422
    assert Consent.select().count() == 0

    signed = walk.sign(path, **{"use-website": "yes", "use-press": "no"})
    assert signed.status_code == 303
    thanks = walk.phone.get(signed.headers["Location"])
    assert "Noor" not in thanks.headers.get("Set-Cookie", "")
    assert thanks.status_code == 200

    assert walk.phone.get(path).status_code == 410

    walk.drain()
    receipt = walk.letters()[-1]
    attached = list(receipt.iter_attachments())
    assert [part.get_content_type() for part in attached] == ["application/pdf", "application/json"]
    text = words_of(attached[0].get_content())
    link = re.search(r"http://localhost(/withdraw/\S+)", receipt.get_body(("plain",)).get_content())[1]
    assert link.split("/")[-1] in text.replace("\n", "").replace(" ", "")

    delivered = walk.desk.post(
        f"/photos/{walk.photo.code}/deliveries", {"use": "website", "recipient": "Eva", "rendition": "web"}
    )
    assert delivered.status_code == 303
    refused = walk.desk.post(
        f"/photos/{walk.photo.code}/deliveries",
        {"use": "press", "recipient": "Eva", "rendition": "web", "until": "2026-12-24"},
    )
    assert refused.status_code == 409
    assert "Noor Voorbeeld said no." in refused.text

    seal = walk.seal(link)
    taken = walk.phone.client.post(link, data={"seal": seal, "what": "some", "use": "website"})
    assert taken.status_code == 303
    assert Withdrawal.select().count() == 1
    again = walk.desk.post(
        f"/photos/{walk.photo.code}/deliveries", {"use": "website", "recipient": "Eva", "rendition": "web"}
    )
    assert again.status_code == 409
    assert walk.desk.get(delivered.headers["Location"] + "/file").status_code == 409
    walk.drain()
    assert "withdrawn" in [notice.kind.value for notice in Notice.select()]
    assert walk.letters()[-1]["Subject"].startswith(("You took back", "U hebt"))
    assert verify().bad is None
    assert "Noor" not in " ".join(line.facts or "" for line in Trace.select())


def test_evidence_is_sealed_and_only_for_who_may_see_it(walk):
    request = walk.ask("website")
    walk.sign(f"/sign/{request.raw_token}", **{"use-website": "yes"})
    walk.drain()
    consent = Consent.get()
    assert walk.desk.get(f"/consents/{consent.code}/papers/evidence").status_code == 403
    officer = Browser(walk.web).log_in(walk.house.user("consent-officer"))
    answer = officer.get(f"/consents/{consent.code}/papers/evidence")
    assert answer.status_code == 200
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert {"shown.html", "facts.json", "receipt.json", "receipt.pdf"} <= set(names)
    assert Trace.select().where(Trace.action == "consent.evidence-seen").count() == 1
    assert "Sealed evidence" in officer.get(f"/consents/{consent.code}").text
    withdraw(consent.person, uses=None, recognition=False, actor="signer", means="link")
    proof, dpo = f"/consents/{consent.code}/papers/evidence", Browser(walk.web).log_in(walk.house.user("dpo"))
    assert (officer.get(proof).status_code, dpo.get(proof).status_code) == (403, 200), "WDR-06: the DPO alone"
    assert "Sealed evidence" not in officer.get(f"/consents/{consent.code}").text
    for tab in ("asked", "given", "ends-soon", "refused", "withdrawn", "ended", "unchecked"):
        assert officer.get(f"/consents?tab={tab}").status_code == 200


def test_recognition_asks_for_a_code_from_the_mailbox(walk):
    request = walk.ask("website", ask_recognition="1")
    path = f"/sign/{request.raw_token}"
    going = walk.sign(path, **{"use-website": "no", "recognition": "yes"})
    assert going.status_code == 303
    assert Consent.select().count() == 0
    walk.drain()
    number = re.search(r"^\d{6}$", walk.letters()[-1].get_body(("plain",)).get_content(), re.MULTILINE)[0]
    wrong = walk.phone.client.post(
        f"{path}/code", data={"seal": walk.seal(f"{path}/code"), "number": f"{(int(number) + 1) % 10**6:06d}"}
    )
    assert wrong.status_code == 422
    right = walk.phone.client.post(f"{path}/code", data={"seal": walk.seal(f"{path}/code"), "number": number})
    assert right.status_code == 303
    assert Draft.select().count() == 0, "what waited for the code is forgotten"
    assert {(line.about.value, line.answer.value) for line in Line.select()} == {
        ("use", "refused"),
        ("recognition", "given"),
    }


def test_a_minor_is_decided_for_by_a_guardian_with_a_code(walk):
    from datetime import date

    child = walk.house.person("Sami Demo", by=walk.editor, born=date(2018, 5, 1))
    child.add_guardian(name="Ouder Demo", email="ouder@people.example", by=walk.editor)
    walk.noor = child
    request = walk.ask("website")
    path = f"/sign/{request.raw_token}"
    assert walk.sign(path, **{"use-website": "yes"}).status_code == 422, "the declaration is missing"
    assert walk.sign(path, **{"use-website": "yes", "guardian": "1"}).status_code == 303
    walk.drain()
    letter = walk.letters()[-1]
    assert letter["To"].addresses[0].addr_spec == "ouder@people.example"
    number = re.search(r"^\d{6}$", letter.get_body(("plain",)).get_content(), re.MULTILINE)[0]
    signed = walk.phone.client.post(
        f"{path}/code", data={"seal": walk.seal(f"{path}/code"), "number": number}
    )
    assert Consent.get().guardian.name == "Ouder Demo"
    assert walk.phone.get(signed.headers["Location"]).status_code == 200
    walk.drain()
    taking_back = f"/withdraw/{Consent.get().raw_withdrawal_token}"
    seal = walk.seal(taking_back)
    assert walk.phone.client.post(taking_back, data={"seal": seal, "what": "all"}).status_code == 303
    assert Withdrawal.get().actor == "guardian"
    walk.drain()
    assert walk.letters()[-1]["To"].addresses[0].addr_spec == "ouder@people.example"


def test_paper_counts_only_after_a_second_pair_of_eyes(walk):
    request = walk.ask("website")
    answer = walk.desk.post(
        f"/requests/{request.code}/paper",
        {"use-website": "yes", "signer": "Noor Voorbeeld", "scan": (io.BytesIO(picture()), "form.jpg")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    walk.drain()
    use = walk.house.use("website")
    assert walk.photo.clearance(use).state.value == "unclear"
    code = Consent.get().code
    assert walk.desk.post(f"/consents/{code}/check").status_code == 403
    Browser(walk.web).log_in(walk.house.user("consent-officer")).post(f"/consents/{code}/check")
    assert walk.photo.clearance(use).state.value == "cleared"


def test_a_link_is_used_once_and_ends_with_its_reminder(walk):
    request = walk.ask("website")
    old = request.raw_token
    walk.desk.post(f"/requests/{request.code}/remind")
    with pytest.raises(Gone):
        Request.open(old)
    new = Request.get_by_id(request.id).raw_token
    assert walk.sign(f"/sign/{new}", **{"use-website": "yes"}).status_code == 303
    assert walk.phone.get(f"/sign/{new}").status_code == 410
    assert walk.desk.get(f"/requests/{request.code}").status_code == 200
    assert walk.desk.get(f"/requests/{request.code}/qr.svg").data.startswith(b"<svg")


def test_choices_nobody_signed_are_forgotten(walk, monkeypatch):
    from datetime import timedelta

    from adapters import clock
    from models import endings

    request = walk.ask("website", ask_recognition="1")
    walk.sign(f"/sign/{request.raw_token}", **{"use-website": "no", "recognition": "yes"})
    endings.sweep()
    assert Draft.select().count() == 1
    real = clock._read
    monkeypatch.setattr(clock, "_read", lambda: real() + timedelta(days=2))
    endings.sweep()
    assert Draft.select().count() == 0
