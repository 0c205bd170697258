"""A house in which every address of the application has something of one's own, something of a foreign team, and nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask

from adapters import clock, seal
from models import copies, desk, face_search, faces, my_page, package, recognition, weighing
from models.album import Mode
from models.backups import Drill
from models.base import db
from models.basis import Basis
from models.breach import Breach
from models.break_glass import BreakGlass
from models.campaign import Campaign, CampaignWay
from models.circumstance import Circumstance
from models.claim import Claim, Identity
from models.consent import Consent
from models.delivery import Delivery, OriginalView
from models.disposition import Disposition
from models.entry import Entry
from models.erasure_plan import Plan
from models.event import QUESTIONS, Event
from models.face import Appearance, Step
from models.factor import Factor
from models.feed import Feed
from models.gather import today
from models.hold import Hold
from models.importing import Import
from models.inquiry import Inquiry
from models.job import Job
from models.kept import WaitingForm
from models.merging import Merging
from models.override import Override
from models.pack import Pack
from models.package import Package
from models.permission import Role
from models.person import Person
from models.photo import Photo
from models.processor import Party
from models.publication import Publication
from models.recipients import RecipientNotice
from models.request import Choice, Request, Way
from models.scan import Scan, Sought
from models.setting import Setting
from models.share import Share
from models.takedown import TakeDown
from models.token import ApiToken
from models.use import Use
from models.user import Session, Team, User
from models.voiding import Void, Voiding
from models.webhook import Webhook
from models.wording import Wording
from tests.makers import Browser, Makers

# Nouns that lie in a team's albums: to whoever isn't in the team they are not there (house rule 3).
WEIGHED = "It was weighed for this test."
OF_A_TEAM = {
    "albums", "photos", "faces", "appearance", "copies", "publications", "shares", "takedowns", "dispositions", "objections", "overrides",
}  # fmt: skip
# Nouns of one user alone: a colleague's are not there either.
OF_ONE_USER = {"factors", "steps", "deliveries", "sessions", "waiting"}
# Links and what stands behind them: whoever has the one sees what it was made for and nothing else.
BY_LINK = {
    "sign",
    "withdraw",
    "welcome",
    "join",
    "my",
    "key",
    "share",
    "files",
    "check",
    "receipts",
    "calendar",
    "package",
    "face",
}
# Nouns the whole house shares: people and what they agreed to, texts, accounts and the machinery.
OF_THE_HOUSE = {
    "people", "attendance", "requests", "consents", "campaigns", "circumstances", "bases", "speakers", "merge", "imports",
    "inquiries", "claims", "letters", "recipients", "hold", "packages", "pictures", "breaches", "parties", "packs", "drills",
    "emergency-access", "files-taken-out", "wordings", "uses", "users", "tokens", "webhooks", "mail", "work", "scans", "assessments", "rosters",
}  # fmt: skip
# What is a word of a closed list or a number, not an object.
FIXED = {
    "<int:longest>": "320",
    "<path:filename>": "house.css",
    "<role>": "receipt",
    "<act>": "inform",
    "<part>": "pdf",
    "<fate>": "mask",
    "<int:number>": "1",
}

ABSENT = "absent22absent22"


@dataclass
class Words:
    """What is written about the people of one team; every word is there once, so that a page that shows it is found out."""

    mark: str
    said: dict[str, str] = field(default_factory=dict)

    def __call__(self, key: str) -> str:
        """A word that stands in this field and nowhere else."""
        return self.said.setdefault(key, f"{self.mark}{key.replace('_', '')}")

    def address(self, key: str) -> str:
        """The same as an address."""
        return f"{self(key)}@people.example"


class World:
    """One of everything in the first team and in another one, and a logged-in browser per role, all in the first."""

    def __init__(self, house: Makers, web: Flask, drain: Any) -> None:
        self.house, self.web, self.drain = house, web, drain
        self.words, self.other_words = Words("mine"), Words("theirs")
        self.users = {
            role: house.user(
                role.value, name=f"Staff{role.value.replace('-', '')}", email=f"{role.value}@staff.example"
            )
            for role in Role
        }
        self.elsewhere = Team.add("Elsewhere", by=self.users[Role.ADMIN])
        self.stranger = house.user(
            "editor", team=self.elsewhere, name="Staffstranger", email="stranger@staff.example"
        )
        with db.atomic():
            Setting.put("shares", True)
        self.own = self._fill(self.words, self.users[Role.EDITOR], house.team)
        self.foreign = self._fill(self.other_words, self.stranger, self.elsewhere)
        self.codes = self.own
        hidden = Person.add("Verborgen Voorbeeld", by=self.users[Role.EDITOR])
        Circumstance.record(hidden, "protected", note=self.words("protected"), by=self.users[Role.DPO])
        self.hidden = hidden.code
        shared = self._of_the_house()
        self.own |= shared
        self.foreign = shared | self.foreign
        self.browsers = {role: Browser(web).log_in(user) for role, user in self.users.items()}
        self.nobody = Browser(web)
        self.tokens = {role: browser._token() for role, browser in self.browsers.items()}

    def _fill(self, words: Words, editor: User, team: Team) -> dict[str, str]:
        """What one team has, by the noun that stands before its code in an address."""
        house = self.house
        album = house.album(words("album"), by=editor, team=team)
        photo = house.photo(album, by=editor, name=f"{words('file')}.jpg")
        self.drain()
        photo = Photo.get_by_id(photo.id)
        told = {
            "title": words("title"),
            "caption": words("caption"),
            "alt_text": words("alt"),
            "tags": words("tag"),
        }
        photo.describe(told, album=album, by=editor)
        person = house.person(
            f"{words('name')} Voorbeeld", by=editor, email=words.address("email"), note=words("note")
        )
        face = faces.draw(photo, (0.1, 0.1, 0.2, 0.2), by=editor)
        wording = Wording.current()[0]
        uses = [house.use("website"), house.use("internal")]
        ended = house.use("newsletter")
        first, asked = (
            Request.ask([person], some, wording, by=editor, way=Way.LINK, album=album)[0]
            for some in ([uses[0], ended], [uses[1]])
        )
        yes = dict.fromkeys(("website", "newsletter"), True)
        consent = Consent.sign(first, Choice(yes, None), signer=words("signer"), steps={})
        self._refuse(words, editor, photo)
        appearance = faces.add_person(photo, person, by=editor)
        desk.answer(face, faces.Word.NOT_RECOGNISABLE, also=[], compared=False, by=editor)
        self.drain()
        photo.review(by=editor)
        step = Step.select().where(Step.user == editor).get()
        delivery = Delivery.issue(photo, uses[0], to=words("recipient"), by=editor)
        OriginalView.issue(photo, purpose=words("purpose"), by=editor)
        campaign = Campaign.start(
            words("campaign"), [person], [house.use("press")], wording, by=editor, way=CampaignWay.POSTER, album=album,
        )  # fmt: skip
        copy = copies.order(photo, uses[0], faces=[face], by=editor)
        self.drain()
        ApiToken.create_for(editor, ["read"], by="system", name=words("token"))
        from views.deliveries import file_link

        with self.web.test_request_context():
            link = file_link(delivery).rsplit("/", 1)[1]
        return {
            "albums": album.code, "photos": photo.code, "people": person.code, "faces": face.code,
            "requests": asked.code, "consents": consent.code, "deliveries": delivery.code, "users": editor.code,
            "tokens": ApiToken.get(ApiToken.user == editor).code, "sign": asked.raw_token,
            "withdraw": consent.raw_withdrawal_token, "welcome": house.user("viewer", team=team).invite(by="system"),
            "campaigns": campaign.code, "join": campaign.raw_token, "attendance": person.code, "rosters": album.code,
            "check": delivery.code, "appearance": appearance.code, "copies": copy.code, "steps": step.code, "files": link,
            **self._what_follows(words, editor, person, album, photo, delivery),
            **self._my_page(words, person, photo),
        }  # fmt: skip

    def _refuse(self, words: Words, editor: User, photo: Photo) -> None:
        """Somebody else in the photo who said no to one use of it."""
        person = self.house.person(f"{words('refuser')} Voorbeeld", by=editor)
        uses = [self.house.use("website"), self.house.use("social-media")]
        asked = Request.ask([person], uses, Wording.current()[0], by=editor, way=Way.DEVICE)[0]
        Consent.sign(
            asked, Choice({"website": True, "social-media": False}, None), signer=person.name, steps={}
        )
        faces.add_person(photo, person, by=editor)

    def _what_follows(
        self, words: Words, editor: User, person: Person, album: Any, photo: Photo, delivery: Delivery
    ) -> dict[str, str]:
        dpo = self.users[Role.DPO]
        circumstance = Circumstance.record(
            person, "left", since=today() + timedelta(days=9), note=words("circumstance"), by=dpo
        )
        review = today() + timedelta(days=300)
        given = {"kind": "contract", "evidence": words("evidence"), "review_on": review}
        basis = Basis.add(person, Use.get(), given, by=dpo, album=album)
        speaker = person.add_guardian(name=words("guardian"), email=words.address("guardian_mail"), by=editor)
        answers = dict.fromkeys(QUESTIONS, "It was said on the sign at the door.")
        self._weigh_events(dpo)
        event = Event.keep(album, answers, children=True, by=dpo)
        objection = event.note_objection(words("objection"), by=editor)
        shown = Publication.record(delivery, medium=words("medium"), by=editor)
        table = Import.begin(f"{words('list')}.csv", f"Name;Website\n{person.name};yes\n".encode(), by=editor)
        other = Person.add(person.name, by=editor)
        merging = Merging.merge(person, other, by=editor)
        unseen = self.house.photo(album, by=editor, name="unseen.jpg")
        lifted = Override.propose(
            unseen, self.house.use("internal"), reason=words("exception") + " wrote us.", until=review - timedelta(days=270), by=dpo,
        )  # fmt: skip
        share = Share.make(
            [photo], Use.get(), recipient=words("share"), email=words.address("share_mail"), by=editor
        )
        refuser = Person.get(Person.name.startswith(words("refuser")))
        with db.atomic():
            task = TakeDown.create(
                delivery=delivery,
                publication=shown,
                photo=photo,
                person=refuser,
                cause="REFUSED",
                due_on=today(),
            )
            TakeDown.create(
                delivery=delivery, photo=photo, person=refuser, cause="REFUSED", due_on=today(), done_at=clock.now(),
                done_by=editor, done_how="asked", note=words("takedown_note"),
            )  # fmt: skip
            ended = person.lines.join(Use).where(Use.code == "newsletter").get()
            Voiding.create(
                line=ended,
                kind=Void.REVOKED,
                reason=words("voiding"),
                by=dpo,
                confirmed_by=dpo,
                confirmed_at=clock.now(),
            )
            waiting = Disposition.create(person=person, photo=photo, cause="withdrawn", due_on=today())
        return {
            "circumstances": circumstance.code, "bases": basis.code, "speakers": speaker.code, "objections": objection.code,
            "imports": table.code, "merge": merging.code, "shares": share.code, "share": share.raw_token,
            "publications": shown.code, "takedowns": task.code, "overrides": lifted.code, "dispositions": waiting.code,
            "factors": Factor.begin(editor).code, **self._login(editor),
        }  # fmt: skip

    def _login(self, editor: User) -> dict[str, str]:
        session = Session.get(Session.token == seal.token_hash(Session.start(editor)))
        waiting = WaitingForm.keep(session, "/account/tokens", [], back="/account")
        return {"sessions": session.code, "waiting": waiting.code}

    def _my_page(self, words: Words, person: Person, photo: Photo) -> dict[str, str]:
        entry = Entry.send(person)
        token = my_page.token(person)
        asked = Inquiry.make(person, "not-me", photo=photo)
        receipt = person.consents.get().code
        return {
            "my": token, "key": entry.confirm(entry.number), "receipts": receipt, "inquiries": asked.code,
        }  # fmt: skip

    def _of_the_house(self) -> dict[str, str]:
        """What there is once, whoever asks."""
        dpo = self.users[Role.DPO]
        hook, _ = Webhook.add("https://www.example.org/told", ["photo.blocked"], by=self.users[Role.ADMIN])
        person = Person.get(Person.code == self.own["people"])
        with db.atomic():
            scan = Scan.create()
            Sought.create(scan=scan, person=person)
        asked = dict.fromkeys(recognition.QUESTIONS, WEIGHED)
        weighed = recognition.switch_on(Mode.ROSTER, asked, today() + timedelta(days=90), by=dpo)
        self._weigh_events(dpo)  # another mode asks for it anew
        outbox = sorted(self.house.config.data.glob("outbox/*.eml"))
        job = Job.select().order_by(Job.id).get()
        return {
            **self._desk(person, dpo), "emergency-access": self._glass(), "files-taken-out": self.users[Role.EDITOR].code,
            "webhooks": hook.code, "scans": scan.code, "assessments": weighed.code, "mail": outbox[0].name,
            "wordings": Wording.current()[0].code, "uses": "website", "work": job.code,
        }  # fmt: skip

    @staticmethod
    def _weigh_events(dpo: User) -> None:
        weighing.weigh_events(
            {**dict.fromkeys(weighing.QUESTIONS, WEIGHED), "children": WEIGHED}, today() + timedelta(days=90), by=dpo,
            risk="low", children=True, public_space=False,
        )  # fmt: skip

    def _desk(self, person: Person, dpo: User) -> dict[str, str]:
        """What lies on the privacy officer's desk: a claim with its plan, letter, hold and package, and the registers."""
        photo = Photo.get(Photo.code == self.own["photos"])
        if not photo.appearances.where(Appearance.person == person, Appearance.undone_at.is_null()).exists():
            faces.add_person(photo, person, by=dpo)
        asked = Claim.receive(
            "erasure", "page", actor=dpo, name=self.words("name"), email=self.words.address("email"), person=person,
            identity=Identity.ATTESTED,
        )  # fmt: skip
        Plan.draft(asked, by=dpo)
        RecipientNotice.create(claim=asked, recipient=self.words("recipient"), what="")
        made = Package.order(asked, "access", by=dpo)
        package.work_on(made.id)
        hold = Hold.place(asked, "defence", "A case before the court.", today() + timedelta(days=30), by=dpo)
        hold.end(by=dpo)  # while it held, nobody else saw the photo
        said = dict.fromkeys(("facts", "kinds", "effects", "remedy"), "A laptop was stolen.")
        party = {
            "part": "recipient",
            "name": "Gazette",
            "does": "prints photos",
            "country": "NL",
            "safeguard": "",
        }
        with db.atomic():
            drill = Drill.create()
        return {
            "claims": asked.code, "letters": asked.letters.first().code, "recipients": asked.recipients.first().code,
            "hold": hold.code, "packages": made.code, "pictures": photo.code, "package": made.token, "face": face_search.token_of(asked),
            "calendar": Feed.renew(dpo).rsplit("/", 1)[1], "parties": Party.keep(party, by=dpo).code,
            "breaches": Breach.note({**said, "aware_at": "2026-01-01T10:00"}, by=dpo).code,
            "packs": Pack.ask("en", by=dpo).code, "drills": drill.code,
        }  # fmt: skip

    def _glass(self) -> str:
        admin = self.users[Role.ADMIN]
        row = BreakGlass.begin(admin, hours=1, reason="A photo of a child must come down at once.")
        row.end(by=admin)  # what it lends has a story of its own
        return str(row.code)

    def address(self, rule: Any, which: dict[str, str] | None = None) -> str:
        """The rule with its parts filled in from the world."""
        return filled(rule.rule, which or self.own)


def nouns(rule: str) -> list[str]:
    """The nouns of the objects an address names, in order."""
    found: list[str] = []
    for before, part in _parts(rule):
        if part.startswith("<") and part not in FIXED:
            found.append(_noun(before, part))
    return found


def filled(rule: str, codes: dict[str, str]) -> str:
    """The address of the objects of these codes; KeyError names a noun the World doesn't know."""
    return "/".join(
        part if not part.startswith("<") else FIXED.get(part) or codes[_noun(before, part)]
        for before, part in _parts(rule)
    )


def _parts(rule: str) -> list[tuple[str, str]]:
    parts = rule.split("/")
    return list(zip(["", *parts], parts, strict=False))


def _noun(before: str, part: str) -> str:
    return {"<appearance>": "appearance", "<key>": "key"}.get(part, before)
