"""Who was asked for consent in the demo and what they said: every state a consent can be in."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from PIL import Image, ImageDraw

from models import consent, recognition
from models.album import Album, Mode
from models.campaign import Campaign
from models.consent import Consent
from models.gather import today
from models.person import Person
from models.request import Choice, Request, Way
from models.use import Use
from models.user import User
from models.wording import Wording, WordingKind

ALL = ("website", "social-media", "newsletter", "press", "print", "internal", "advertising")
MOST = ALL[:-1]
FEW = ("website", "internal")

# First name: what she said yes to, and for how many days from the day of signing (None: as long as is offered).
FIRST: dict[str, tuple[Sequence[str], int | None]] = {
    "Noor": (ALL, None), "Daan": (MOST, None), "Amina": (("website", "social-media", "newsletter", "internal"), None),
    "Joseph": (ALL, None), "Mei": (MOST, 282), "Hendrik": (MOST, 295), "Fatma": (FEW, None), "Lars": (ALL, None),
    "Priya": (ALL, None), "Willem": ((), None), "Grace": (ALL, None), "Tom": (FEW, None), "Omar": (MOST, None),
    "Ingrid": (MOST, None), "Sofia": (MOST, 230), "Kwame": (ALL, None), "Eva": (MOST, 325),
}  # fmt: skip
RECOGNISED = ("Noor", "Daan", "Amina", "Joseph", "Mei", "Lars", "Priya", "Grace", "Omar", "Kwame", "Eva")

ASSESSMENT = {
    "purpose": "To name staff and volunteers who asked for it faster, so that their choices are respected in every photo.",
    "need": "Some thousand photos a year are named by hand; mistakes there put photos online that nobody agreed to.",
    "ground": "Explicit consent (Art. 9(2)(a) GDPR), asked apart from every use and as easy to take back as to give.",
    "bystanders": "Faces of others are compared in memory for the length of one task and never kept.",
    "risks": "A wrong suggestion could be confirmed in haste; faceprints are special data; children are left out.",
    "measures": "A human confirms every name; faceprints lie encrypted under a key per person that withdrawal destroys.",
    "views": "The works council and the clients' council were heard in September; both asked that saying no costs nothing.",
    "advice": "Go on with adults only, without the wards, and weigh it again within a year. All of it was followed.",
}


def first_round(people: Mapping[str, Person], *, by: User) -> None:
    """Everyone is asked by mail for every use, and answers."""
    for name, (yes, days) in FIRST.items():
        person = people[name]
        (request,) = _ask([person], by=by, way=Way.MAIL, days=days)
        _sign(request, yes)


def on_paper(people: Mapping[str, Person], *, by: User, second: User) -> None:
    """Two sign on paper: one form was read again by somebody else, one still waits for it."""
    for name, checked in (("Marta", True), ("Jonas", False)):
        (request,) = _ask([people[name]], by=by, way=Way.LINK)
        answer = {code: code in FEW for code in ALL}
        entered = Consent.enter_paper(
            request, Choice(answer, None), signer=people[name].name, scan=_form(people[name].name), by=by
        )
        if checked:
            entered.check_paper(by=second)


def never_answered(people: Mapping[str, Person], *, by: User) -> None:
    """A link that ran out before it was opened."""
    _ask([people["Piet"]], by=by, way=Way.MAIL)


def taken_back(people: Mapping[str, Person], use: str = "social-media") -> None:
    """One takes back a single use, by the link on the receipt."""
    consent.withdraw(people["Ingrid"], uses=[use], recognition=False, actor="person", means="link")


def all_taken_back(people: Mapping[str, Person]) -> None:
    """One takes back everything, recognition too."""
    consent.withdraw(people["Omar"], uses=None, recognition=True, actor="person", means="link")


def switch_recognition_on(*, by: User) -> None:
    """The DPO approves the assessment: faces are compared with those who asked for it, others are forgotten at once."""
    recognition.switch_on(Mode.TRANSIENT, ASSESSMENT, today() + timedelta(days=350), by=by)


def recognition_round(people: Mapping[str, Person], *, by: User) -> None:
    """Some of the staff agree to be recognised, asked together with the intranet alone."""
    for name in RECOGNISED:
        (request,) = _ask([people[name]], by=by, way=Way.MAIL, uses=("internal",), recognise=True)
        _sign(request, ("internal",), recognised=True)


def open_requests(people: Mapping[str, Person], *, by: User) -> None:
    """What waits for an answer today: by mail, by a link that was opened, by a guardian."""
    _ask([people["Kenji"]], by=by, way=Way.LINK)
    _ask([people["Lotte"]], by=by, way=Way.MAIL)
    (opened,) = _ask([people["Ravi"]], by=by, way=Way.MAIL)
    opened.note_opening()


def brochure(people: Mapping[str, Person], album: Album, *, by: User) -> None:
    """A campaign: one says yes, one to a part, one no, one letter comes back, and three wait."""
    names = ("Daan", "Mei", "Hendrik", "Sofia", "Ingrid", "Willem", "Fatma")
    uses = list(Use.select().where(Use.code.in_(("advertising", "print"))).order_by(Use.place))
    campaign = Campaign.start(
        "A brochure for visitors", [people[name] for name in names], uses, Wording.get(Wording.kind == WordingKind.GENERAL),
        by=by, album=album, attested=True,
    )  # fmt: skip
    lost = people["Sofia"]
    lost.change(name=lost.name, email="", born=lost.born, relation=lost.relation, locale=lost.locale, by=by)
    for name, yes in (("Daan", ("advertising", "print")), ("Mei", ("print",)), ("Hendrik", ())):
        _sign(campaign.requests.where(Request.person == people[name]).get(), yes)


def brochure_again(people: Mapping[str, Person], *, by: User) -> None:
    """Two of those who wait get a new link, and one of them looks; the third link has run out."""
    campaign = Campaign.get()
    for name in ("Ingrid", "Willem"):
        campaign.requests.where(Request.person == people[name]).get().remind(by=by)
    campaign.requests.where(Request.person == people["Ingrid"]).get().note_opening()


def _ask(
    people: list[Person],
    *,
    by: User,
    way: Way,
    uses: Iterable[str] = ALL,
    days: int | None = None,
    recognise: bool = False,
) -> list[Request]:
    wanted = list(Use.select().where(Use.code.in_(list(uses))).order_by(Use.place))
    until = today() + timedelta(days=days) if days else None
    kind = WordingKind.MINOR if people[0].is_minor() else WordingKind.GENERAL
    wording = Wording.get(Wording.kind == kind)
    return Request.ask(
        people, wanted, wording, by=by, way=way, valid_until=until, ask_recognition=recognise, attested=True
    )


def _sign(request: Request, yes: Sequence[str], *, recognised: bool | None = None) -> Consent:
    request.note_opening()
    asked = {use.code: use.code in yes for use in request.uses()}
    return Consent.sign(
        Request.get_by_id(request.id), Choice(asked, recognised), signer=request.signer.name,
        steps={"identity": "code" if request.needs_code else "link"}, guardian=request.needs_code,
    )  # fmt: skip


def _form(name: str) -> bytes:
    """A scanned form, drawn."""
    page = Image.new("RGB", (620, 877), (252, 251, 247))
    pen = ImageDraw.Draw(page)
    pen.text((60, 60), "Demo form: may we use your photo?", fill=(40, 40, 50))
    for row, use in enumerate(ALL):
        pen.rectangle((60, 130 + 50 * row, 80, 150 + 50 * row), outline=(40, 40, 50), width=2)
        pen.text((100, 133 + 50 * row), use, fill=(40, 40, 50))
        if use in FEW:
            pen.line(
                (62, 140 + 50 * row, 70, 150 + 50 * row, 90, 122 + 50 * row), fill=(30, 60, 140), width=3
            )
    pen.text((60, 640), f"Name: {name}", fill=(30, 60, 140))
    pen.line([(70 + 12 * i, 720 + (i * 37 % 29)) for i in range(16)], fill=(30, 60, 140), width=3)
    sink = io.BytesIO()
    page.save(sink, "PNG")
    return sink.getvalue()
