"""The papers about a breach: the notice to the authority, and letters for those whom no mail reaches (Art. 33(3), 34(2))."""

from __future__ import annotations

from models import activities, papers, registers
from models.base import db
from models.breach import Breach, Told, Whom
from models.errors import Refusal, _l
from models.gather import today
from models.permission import Permission
from models.registers import LABELS
from models.setting import Setting
from models.sheets import Ask, Section
from models.trail import Trace
from models.user import User


def to_the_authority(breach: Breach, lang: str, *, by: User) -> bytes:
    """Everything Art. 33(3) asks for, with whom to ask for more."""
    by.require(Permission.COMPLIANCE)
    speech = Ask(today(), lang)
    contact = [(speech.say(LABELS[key]), [value]) for key, value in activities.head(lang).items() if value]
    sections = [Section(speech.say(_l("Who notifies")), contact), registers.of_breach(breach, speech)]
    paper = speech.paper(_l("Notice of a personal data breach (Art. 33)"), sections)
    with db.atomic():
        Trace.leave(by, "breach.paper", breach)
    return paper


def on_paper(breach: Breach, lang: str, *, by: User) -> bytes:
    """One letter a page for everyone on the list without an address; Refusal before they were told or where there is none."""
    by.require(Permission.COMPLIANCE)
    told = breach.tellings().where(Told.whom == Whom.PEOPLE).order_by(Told.id.desc()).first()
    people = breach.on_paper()
    if told is None or not people:
        raise Refusal(
            _l("There is no letter to print: write to the people first, or all of them have an address.")
        )
    paper = papers.make(
        "breach-letters.html", lang, people=people, organisation=str(Setting.of("organisation")), breach=breach,
        address=str(Setting.of("organisation_address")), contact=str(Setting.of("privacy_email")), on=today(), **told.words,
    )  # fmt: skip
    with db.atomic():
        Trace.leave(by, "breach.letters", breach, count=len(people))
    return paper
