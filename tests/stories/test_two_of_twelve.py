"""One form, twelve questions, two yeses: each line stands alone, and looking at a link answers nothing (CON-01, CON-04, CON-08, SIG-03)."""

from __future__ import annotations

import re

import pytest

from models import faces
from models.consent import Answer, Consent, Line
from models.facts import Period
from models.gather import today
from models.photo import Photo
from models.reasons import Code, State
from models.request import Request, Way
from models.use import Use
from models.wording import Wording
from tests.makers import Browser

pytestmark = pytest.mark.both_engines

PURPOSES, CHANNELS = ("information", "recruitment", "press"), ("website", "social", "print", "out-of-home")


@pytest.fixture
def asked(house, drain):
    """A photo of Noor, and a request for three purposes on four channels."""
    editor, officer = house.user("editor"), house.user("consent-officer")
    uses = [
        Use.keep(
            None,
            {
                "name-en": f"{purpose} {channel}",
                "about-en": "x",
                "purpose": purpose,
                "channel": channel,
                "reason": "The board asked for it in March.",
            },
            by=officer,
        )
        for purpose in PURPOSES
        for channel in CHANNELS
    ]
    abroad = {"name-en": "Abroad", "about-en": "x", "purpose": "recruitment", "channel": "website"}
    abroad_use = Use.keep(
        None, {**abroad, "territory": "WORLD", "reason": "The board asked for it in March."}, by=officer
    )
    taken = house.photo(house.album(by=editor), by=editor)
    drain()
    noor, photo = house.person("Noor Voorbeeld", by=editor), Photo.get_by_id(taken.id)
    faces.add_person(photo, noor, by=editor)
    photo.review(by=editor)
    return (
        photo,
        uses,
        abroad_use,
        Request.ask([noor], uses, Wording.current()[0], by=editor, way=Way.LINK)[0],
    )


def test_two_ticks_are_two_yeses_and_ten_noes(asked, web):
    photo, uses, abroad, request = asked
    phone, path = Browser(web), f"/sign/{request.raw_token}"
    for _ in range(50):  # what a mail scanner does
        assert (phone.get(path).status_code, phone.client.head(path).status_code) == (200, 200)
    assert (Request.get_by_id(request.id).state, Line.select().count()) == ("opened", 0)
    form = phone.get(path).text
    assert not re.search(r"<input[^>]*\schecked", form)
    chosen = [
        use for use in uses if use.purpose == "recruitment" and use.channel.value in ("website", "social")
    ]
    seal = re.search(r'name="seal" value="([^"]+)"', form)[1]
    ticks = {f"use-{use.code}": "yes" for use in chosen}
    answer = phone.client.post(path, data={"seal": seal, "signer": "Noor Voorbeeld", **ticks})
    assert answer.status_code == 303, answer.text
    lines = Consent.get().answers()
    assert {line.use for line in lines if line.answer is Answer.GIVEN} == set(chosen)
    assert [line.answer for line in lines].count(Answer.REFUSED) == 10
    phone.client.post(path, data={"seal": seal, "signer": "Noor Voorbeeld", **ticks})
    assert Line.select().count() == 12, "used once"
    verdicts = {use: photo.clearance(use, Period(today(), today())) for use in (*chosen, abroad)}
    assert [verdicts[use].state for use in chosen] == [State.CLEARED, State.CLEARED]
    assert {reason.code for reason in verdicts[abroad].reasons} == {Code.TERRITORY_NOT_COVERED}


def test_a_form_sent_as_it_came_is_twelve_noes_and_a_receipt(asked, web):
    """CON-04, SIG-04: silence is never a yes; the link alone shows nothing of it afterwards."""
    *_, request = asked
    phone, path = Browser(web), f"/sign/{request.raw_token}"
    seal = re.search(r'name="seal" value="([^"]+)"', phone.get(path).text)[1]
    answer = phone.client.post(path, data={"seal": seal, "signer": "Noor Voorbeeld"})
    assert answer.status_code == 303
    assert [line.answer for line in Consent.get().answers()] == [Answer.REFUSED] * 12
    thanks = phone.get(answer.headers["Location"])
    assert (thanks.status_code, thanks.text.count("badge blocked")) == (200, 12)
    receipt = re.search(r'href="([^"]+receipt\.pdf[^"]+)"', thanks.text)[1].replace("&amp;", "&")
    assert phone.get(receipt).data.startswith(b"%PDF")
    for page in ("thanks", "receipt.pdf", "receipt.json", "thanks?key=x"):
        closed = phone.get(f"{path}/{page}")
        assert (closed.status_code, "Noor" in closed.text) == (410, False)
