"""What the demo hospital let out and what follows from it: publications, a share, tasks, an event, a list from before."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import timedelta
from itertools import islice

from adapters import pdf
from models import copies, importing
from models.album import Album
from models.basis import Basis
from models.circumstance import Circumstance
from models.copy import Copy
from models.delivery import Delivery
from models.event import Event
from models.gather import today
from models.importing import Import
from models.person import Person
from models.photo import Photo
from models.publication import Publication
from models.secrecy import SecrecyCheck
from models.share import Share
from models.use import Use
from models.user import User

ASSESSED = {
    "purpose": "To show how many people came to the open day, on our website and in the yearly review.",
    "necessity": "An empty hall does not show a busy day; nobody in the crowd stands in the middle of a picture.",
    "balance": "Whoever comes to an open day expects photos; faces are small, and a corner without photos was marked.",
    "notice": "A sign at both entrances said that photos are taken, what for, and whom to speak to.",
    "opt_out": "A yellow band at the desk; the photographer leaves out whoever wears one.",
}
FROM_BEFORE = (
    ("Name", "E-mail", "Website", "Press", "Signed on", "Valid until", "Form"),
    ("Vera Beispiel", "vera.beispiel@people.example", "yes", "no", "2026-02-03", "2028-02-03", "vera.pdf"),
    ("Kofi Example", "", "all media", "", "2025-11-30", "", ""),
    ("Kofi Example", "kofi.example@people.example", "yes", "", "2026-01-12", "", ""),
    ("Ilse Voorbeeld", "ilse.voorbeeld@people.example", "no", "no", "2026-01-12", "", ""),
)


def published(*, by: User) -> None:
    """The first files that went out are shown: one page, and one brochure that is planned."""
    shown = list(Delivery.select().where(Delivery.digest != "").order_by(Delivery.id).limit(2))
    for number, delivery in enumerate(shown, 1):
        Publication.record(delivery, url=f"https://www.lindenhof.example/our-people/{number}", by=by)
    later = today() + timedelta(days=240)
    Publication.record(shown[0], medium="Spring page of the website", from_on=later, by=by)


def shared(*, by: User) -> None:
    """Three cleared photos for a newspaper, opened once."""
    use = Use.get(Use.code == "website")
    photos = [
        photo for photo in Photo.select().order_by(Photo.id.desc()).limit(60) if photo.clearance(use).allows
    ][:3]
    share = Share.make(
        photos,
        use,
        recipient="The Example Gazette",
        email="desk@gazette.example",
        locale="en",
        by=by,
        leave_out=True,
    )
    share.note("opened")


def masked(*, by: User) -> None:
    """Two group photos that one person keeps shut get a copy without that person."""
    use = Use.get(Use.code == "website")
    offers = (copies.offer(photo, use) for photo in Photo.select().order_by(Photo.id.desc()))
    for offer in islice(filter(None, offers), 2):
        copies.order(offer.photo, use, faces=offer.faces, by=by)


def looked_at(*, by: User) -> None:
    """One of them is found good; the other waits for a look."""
    for copy in Copy.select().order_by(Copy.id).limit(1):
        copies.approve(copy, look=copy.look, by=by)


def open_day(album: Album, *, officer: User, dpo: User, photographer: User) -> None:
    """The open day's record, its children looked at, and one objection that somebody went through."""
    event = Event.keep(album, ASSESSED, children=True, by=officer)
    event.approve(by=dpo)
    event.note_objection("a woman in a yellow jacket near the lift", by=photographer).handle(by=officer)


def circumstances(people: Mapping[str, Person], *, by: User, officer: User) -> None:
    """One leaves next month, one objects to advertising, one is shown by contract, and photos with patients are looked at."""
    Circumstance.record(people["Priya"], "left", since=today() + timedelta(days=21), note="new job", by=by)
    Circumstance.record(people["Grace"], "objection_marketing", by=by)
    contract = {
        "kind": "contract", "evidence": "Model agreement of 3 March, 250 euro, folder 12.", "valid_until": today() + timedelta(days=500),
        "review_on": today() + timedelta(days=360), "after_leaving": True,
    }  # fmt: skip
    Basis.add(people["Kenji"], Use.get(Use.code == "advertising"), contract, by=officer)
    for photo in Photo.select().order_by(Photo.id):
        if photo.id % 3 and SecrecyCheck.is_needed(photo):
            SecrecyCheck.keep(photo, by=by)


def from_before(*, by: User) -> None:
    """A list kept until now, with one form; one entry stands there twice."""
    table = io.StringIO()
    csv.writer(table).writerows(FROM_BEFORE)
    form = pdf.render('<html lang="en"><head><title>Form</title></head><body><h1>Demo form</h1><p>Website: yes. Press: no.</p>'
                      "<p>Vera Beispiel, 3 February 2026 (drawn signature)</p></body></html>")  # fmt: skip
    made = Import.begin("consents until now.csv", table.getvalue().encode(), by=by, scans={"vera.pdf": form})
    made.start(by=by)
    importing.carry_out(made.id)
