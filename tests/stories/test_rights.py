"""Something put right, a consent taken back, and everyone told: each from the request to the letter (issue part 6; REC-01, T6, N19)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import faces
from models.claim import Claim, Outcome
from models.claim_letter import ClaimLetter, LetterKind
from models.consent import Consent, Withdrawal, in_force
from models.delivery import Delivery
from models.errors import Refusal
from models.face import Appearance
from models.gather import today
from models.notice import Notice, NoticeKind
from models.person import Person
from models.photo import Photo
from models.publication import Publication
from models.recipients import RecipientNotice, Told
from models.request import Choice, Request, Way
from models.share import Share
from models.trail import Trace, verify
from models.use import Use
from models.wording import Wording
from tests.makers import Browser

pytestmark = pytest.mark.both_engines
DONE = "Your name is Nora with us from today on."


class Story:
    """Noor, who agreed to two uses, in one photo that a newspaper got and the website shows."""

    def __init__(self, house, web, drain):
        self.house, self.drain = house, drain
        self.editor, self.dpo = house.user("editor"), house.user("dpo")
        self.desk = Browser(web).log_in(self.dpo)
        self.album = house.album(by=self.editor)
        self.noor = house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example")
        self.uses = list(Use.select().order_by(Use.place).limit(2))
        taken = house.photo(self.album, by=self.editor)
        drain()
        self.photo = Photo.get_by_id(taken.id)
        faces.add_person(self.photo, self.noor, by=self.editor)
        self.photo.review(by=self.editor)
        request = Request.ask(
            [self.noor], self.uses, Wording.current()[0], by=None, way=Way.LINK,
            valid_until=today() + timedelta(days=300),
        )[0]  # fmt: skip
        Consent.sign(request, Choice({use.code: True for use in self.uses}, None), signer="Noor", steps={})

    def went_to(self, recipient, url=""):
        delivery = Delivery.create(
            photo=self.photo, use=self.uses[0], by=self.editor, recipient="" if url else recipient, starts_on=today(),
            verdict={}, digest=f"d-{recipient}", expires_at=self.photo.taken_in_at,
        )  # fmt: skip
        if url:
            Publication.create(delivery=delivery, photo=self.photo, url=url, from_on=today(), by=self.editor)

    def answer(self, claim, words=DONE, outcome="granted"):
        return self.desk.post(f"/claims/{claim.code}/answer", {"outcome": outcome, "words": words})

    def letters_to(self, address):
        self.drain()
        return [each for each in self.house.letters() if each["To"] and address in each["To"]]


@pytest.fixture
def story(house, web, drain):
    return Story(house, web, drain)


def test_what_was_wrong_is_put_right_everywhere_before_the_letter_says_so(story):
    """REC-01, N19-01, N19-02: the entry, the photos found by it, everyone who got it; three recipients, three words."""
    story.went_to("press@paper.example")
    story.went_to("A printer")
    story.went_to("website", url="https://www.example/team")
    claim = Claim.of_reader(story.noor, "rectification", "My name is Nora.")
    page = f"/claims/{claim.code}"
    refused = story.answer(claim)
    assert refused.status_code == 409
    assert "Nothing of her was corrected" in refused.text
    story.desk.post(
        f"/people/{story.noor.code}", {"name": "Nora Voorbeeld", "email": "noor@people.example", "relation": "other", "locale": "en"}
    )  # fmt: skip
    story.noor = Person.get_by_id(story.noor.id)
    assert story.noor.name == "Nora Voorbeeld"
    assert "The entry on file was changed" in story.desk.get(page).text
    assert "are not on the list yet" in story.answer(claim).text
    assert story.desk.post(f"{page}/recipients").status_code == 303
    rows = {row.recipient: row for row in claim.recipients}
    assert sorted(rows) == ["A printer", "https://www.example/team", "press@paper.example"]
    assert rows["press@paper.example"].email == "press@paper.example"
    assert story.answer(claim).status_code == 409
    assert story.desk.post(f"{page}/recipients/letters").status_code == 303
    letter = story.letters_to("press@paper.example")[-1].get_body(("plain",)).get_content()
    assert "/check/" in letter
    assert "Noor" not in letter
    assert "Nora" not in letter
    web, printer = rows["https://www.example/team"], rows["A printer"]
    assert story.desk.post(f"{page}/recipients/{web.code}", {"how": "removed", "note": ""}).status_code == 422
    assert (
        story.desk.post(
            f"{page}/recipients/{web.code}", {"how": "removed", "steps": ["taken-down", "search-engines"]}
        ).status_code
        == 303
    )
    assert (
        story.desk.post(f"{page}/recipients/{printer.code}", {"how": "impossible", "note": ""}).status_code
        == 422
    )
    assert "search engines asked" in story.desk.get(f"{page}/recipients").text
    assert story.answer(claim).status_code == 409
    story.desk.post(f"{page}/recipients/{printer.code}", {"how": "letter", "note": ""})
    assert story.answer(claim).status_code == 303
    claim = Claim.get_by_id(claim.id)
    assert claim.outcome is Outcome.GRANTED
    assert DONE in story.letters_to("noor@people.example")[-1].get_body(("plain",)).get_content()
    assert verify().bad is None


def test_a_wrong_name_on_a_photo_is_a_correction_and_who_got_it_is_told(story):
    """REC-01: the photo is no longer hers, and still the paper that got it under her name is on the list."""
    story.went_to("press@paper.example")
    claim = Claim.of_reader(story.noor, "rectification", "That is not me in the photo.")
    faces.remove_person(Appearance.get(Appearance.person == story.noor), by=story.editor)
    assert RecipientNotice.gather(claim, by=story.dpo) == 1
    assert "Who is in which photo was changed" in story.desk.get(f"/claims/{claim.code}").text


def test_of_a_share_only_her_photos_are_spoken_of(story):
    """N19-01, RED-04: who else is in a share is nobody's business; the letter goes to the share's address."""
    other = story.house.photo(story.album, by=story.editor, name="other.jpg")
    share = Share.create(
        token="t" * 43, use=story.uses[0], recipient="An agency", email="agency@paper.example", by=story.editor, expires_on=today()
    )  # fmt: skip
    hers, _ = (
        Delivery.create(
            photo=photo, use=story.uses[0], by=story.editor, recipient="An agency", starts_on=today(), verdict={},
            digest=f"d-{photo.code}", expires_at=story.photo.taken_in_at, share=share.code,
        )
        for photo in (story.photo, other)
    )  # fmt: skip
    claim = Claim.of_reader(story.noor, "restriction")
    RecipientNotice.gather(claim, by=story.dpo)
    row = claim.recipients.get()
    assert (row.recipient, row.email, row.codes) == ("An agency", "agency@paper.example", [hers.code])


def test_a_letter_that_comes_back_told_nobody(story):
    """N19-01: bounced, so a reason is needed."""
    story.went_to("gone@paper.example")
    claim = Claim.of_reader(story.noor, "restriction")
    RecipientNotice.gather(claim, by=story.dpo)
    RecipientNotice.write_to_all(claim, by=story.dpo)
    RecipientNotice.update(email="gone@@paper.example").execute()  # refused by whatever hands letters over
    story.drain()
    row = claim.recipients.get()
    assert (row.how, row.email, RecipientNotice.unreached(claim)) == (None, None, {row.code})
    assert Notice.get(Notice.kind == NoticeKind.RECIPIENT).failed_at is not None
    assert "the letter came back" in story.desk.get(f"/claims/{claim.code}/recipients").text
    with pytest.raises(Refusal):
        RecipientNotice.write_to_all(claim, by=story.dpo)
    row.tell("disproportionate", "The paper closed ten years ago.", by=story.dpo)
    assert claim.recipients.get().how is Told.DISPROPORTIONATE


def test_everything_taken_back_counts_before_anyone_has_looked(story):
    """T6, WDR-03: said on another page than the one for it, with the digits, and nothing else written."""
    assert len(in_force(story.noor)) == 2
    claim = Claim.of_reader(story.noor, "withdrawal")
    assert in_force(story.noor) == []
    assert {(row.actor, row.means) for row in Withdrawal.select()} == {("person", "my photos")}
    assert story.answer(claim, "Everything you agreed to has ended today.").status_code == 303
    assert verify().bad is None


def test_a_call_that_names_one_use_is_carried_out_by_the_privacy_officer(story):
    """T6, DSR-06: by any medium, on her behalf; the answer waits for the deed, the deed for knowing that it is her."""
    claim = Claim.receive(
        "withdrawal", "phone", actor=story.dpo, name="Noor Voorbeeld", words="Not on the website any more.", person=story.noor
    )  # fmt: skip
    page, use = f"/claims/{claim.code}", story.uses[0]
    assert story.desk.post(f"{page}/withdrawal", {"use": use.code, "what": "some"}).status_code == 409
    story.desk.post(f"{page}/identity", {"identity_note": "Called back on the number in the file."})
    assert len(in_force(story.noor)) == 2
    assert "Take the consents back first" in story.answer(claim, "The photo is down.").text
    assert story.desk.post(f"{page}/withdrawal", {"what": "some"}).status_code == 422
    assert story.desk.post(f"{page}/withdrawal", {"use": use.code, "what": "some"}).status_code == 303
    assert [line.use for line in in_force(story.noor)] == [story.uses[1]]
    assert {(row.actor, row.means, row.by) for row in Withdrawal.select()} == {("staff", "phone", story.dpo)}
    assert "taken back on" in story.desk.get(page).text
    assert story.answer(claim, "Your photo is no longer on our website.").status_code == 303
    kinds = [letter.kind for letter in claim.letters.order_by(ClaimLetter.id)]
    assert kinds == [LetterKind.RECEIVED, LetterKind.GRANTED]
    assert Trace.select().where(Trace.action == "claim.withdrawal").count() == 1
